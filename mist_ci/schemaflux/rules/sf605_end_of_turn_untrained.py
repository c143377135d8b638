"""The token that ends the turn is not trained.

What it finds: a template with `{% generation %}` blocks that close before the token that ends the assistant's turn.
It is said once, with the first row that shows it.

Why it matters: where only the blocks are trained, the model never learns to stop. It answers, and goes on with
whatever comes to its mind until it runs out of tokens.

What to do: move `{% endgeneration %}` behind the end-of-turn token.
"""

from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.conversation import answer_index
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.markers import END_OF_TURN
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

_TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>"
    "{% if message.role != 'assistant' %}{{ message.content }}<|end|>"
    "{% elif messages[0].role == 'system' %}{% generation %}{{ message.content }}{% endgeneration %}<|end|>"
    "{% else %}{% generation %}{{ message.content }}<|end|>{% endgeneration %}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
META = RuleMeta(
    code="SF605",
    name="end-of-turn-untrained",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "It is four."))),
    good=GOOD,
    template=ChatTemplate(_TEMPLATE),
)


def check(row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """The first thing behind the last block."""
    text, spans = rendered.text, [span for span in rendered.spans if span[0] < span[1]]
    if text is None or not spans or answer_index(row) is None:
        return
    end = max(end for _, end in spans)
    tokens = tuple(token for token in (rendered.template.eos, *END_OF_TURN) if token)
    tail = text[end:].lstrip()
    token = next((token for token in tokens if tail.startswith(token)), None)
    if token is not None and not text[:end].rstrip().endswith(tokens):
        message = f"{token} ends the assistant's turn and stands outside of the generation block"
        yield Problem(message, "move {% endgeneration %} behind the token", is_shared=True)
