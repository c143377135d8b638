"""The text begins twice.

What it finds: a rendering that begins with two BOS tokens in a row, because a text brings one along or the template
writes it twice. And, once and as information, a template that writes the BOS token while the tokenizer adds one to
every text by itself (`add_bos_token`): right as long as nobody tokenizes the rendered text like any other.

Why it matters: the model has never seen a text that begins twice, and answers worse. The difference is invisible:
both tokens are gone when the text is printed without special tokens.

What to do: take the token out of the row. Where rendered texts are stored and tokenized later, tokenize with
`add_special_tokens=False`.
"""

from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.markers import BEGINNINGS
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF608",
    name="double-bos",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "<s>What is 2+2?"), ("assistant", "It is four."))),
    good=GOOD,
    template=ChatTemplate(
        "{{ bos_token }}{% for message in messages %}{{ message.content }}"
        "{% if message.role == 'user' %} => {% else %}{{ eos_token }}{% endif %}{% endfor %}",
        special_tokens={"bos_token": "<s>", "eos_token": "</s>"},
    ),
)


def check(_row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """Two tokens, or one that will be two."""
    text, template = rendered.text, rendered.template
    if text is None:
        return
    bos = next((token for token in (template.bos, *BEGINNINGS) if token and text.startswith(token)), None)
    if bos is None:
        return
    if text[len(bos) :].lstrip().startswith(bos):
        yield Problem(
            f"the text begins with {bos} twice", f"take {bos} out of the row, or out of the template"
        )
    elif template.adds_bos:
        message = f"the chat template writes {bos}, and the tokenizer adds another to every text"
        hint = "tokenize rendered texts with add_special_tokens=False"
        yield Problem(message, hint, severity=Severity.INFO, is_shared=True)
