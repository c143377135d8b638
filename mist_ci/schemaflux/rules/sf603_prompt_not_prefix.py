"""What the model is asked with is not how the training text begins.

What it finds: a row whose messages before the last answer, rendered with the generation prompt, are not the
beginning of the rendering of the whole row; or that do not render without the answer. It is said once for the
template, with the first row that shows it.

Why it matters: trainers cut the prompt off at that length to train on the answer alone. Where the two differ, the
cut is in the wrong place: a part of the prompt is trained, or a part of the answer is not. And the model is asked
later with a prompt that it never saw.

What to do: use a template whose generation prompt is what stands before an answer (for models that think: one that
writes the same `<think>` in both places), or train with the mask of `{% generation %}` blocks.
"""

from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF603",
    name="prompt-not-prefix",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "It is four."))),
    good=GOOD,
    template=ChatTemplate(
        "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>"
        "{% if messages[0].role == 'system' %}<think>{% endif %}{% endif %}"
    ),
)
_HINT = "use a template whose generation prompt is what stands before an answer"
_SHOWN = 40


def check(_row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """Where the two part."""
    if rendered.text is None:
        return
    if rendered.prompt_error is not None:
        message = f"the messages before the answer do not render: {rendered.prompt_error}"
        yield Problem(message, _HINT, is_shared=True)
    prompt = rendered.prompt_text
    if prompt is not None and not rendered.text.startswith(prompt):
        at = _first_difference(prompt, rendered.text)
        asked, trained = prompt[at : at + _SHOWN], rendered.text[at : at + _SHOWN]
        message = f"the generation prompt goes on with {quote(asked)} where the training text does not"
        snippet = f"there: {quote(trained)}, after {quote(prompt[max(0, at - _SHOWN) : at])}"
        yield Problem(message, _HINT, snippet=snippet, is_shared=True)


def _first_difference(one: str, other: str) -> int:
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
