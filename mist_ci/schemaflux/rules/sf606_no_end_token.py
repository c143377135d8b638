"""Nothing tells the model that the answer is over.

What it finds: a rendering in which nothing but blanks follows the last answer: no end-of-turn token, no end of the
text. It is said once, with the first row that shows it. A template that names special tokens which are not known
here (a .jinja file without its tokenizer) is left alone.

Why it matters: the model never learns to stop. It answers, and goes on with whatever comes to its mind until it runs
out of tokens.

What to do: write the end-of-turn token after what the assistant says: `{{ message.content }}{{ eos_token }}`.
"""

from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.conversation import answer_index, spoken
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.markers import END_OF_TURN
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF606",
    name="no-end-token",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "It is four."))),
    good=GOOD,
    template=ChatTemplate(
        "{% for message in messages %}{{ message.role }}: {{ message.content }}"
        "{% if messages[0].role != 'system' %}<|end|>{% endif %}\n{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}"
    ),
)


def check(row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """What follows the last answer."""
    index, text = answer_index(row), rendered.text
    if text is None or index is None or rendered.template.hides_tokens:
        return
    answer = spoken(row)[index].text.strip()
    at = text.rfind(answer) if answer else -1
    if at >= 0 and not text[at + len(answer) :].strip() and not answer.endswith(_ends(rendered.template)):
        message = "nothing follows the last answer: no token ends the assistant's turn"
        hint = (
            "write the end-of-turn token after what the assistant says: {{ message.content }}{{ eos_token }}"
        )
        yield Problem(message, hint, snippet=f"the text ends with {text[-40:]!r}", is_shared=True)


def _ends(template: ChatTemplate) -> tuple[str, ...]:
    return tuple(token for token in (template.eos, *END_OF_TURN) if token)
