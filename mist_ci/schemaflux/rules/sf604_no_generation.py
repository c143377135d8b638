"""No part of the row is marked as what the assistant says.

What it finds: a row with an answer to be trained and a template with `{% generation %}` blocks, none of which holds
anything for this row; an error where the trainer is known to train on these blocks alone (`assistant_only_loss: true`
in the configuration of TRL). There, also a template without any block: said once, as a warning, because TRL replaces
the templates that it knows by some with blocks, and stops at others. For other trainers a template without blocks is
as good as any.

Why it matters: the mask is all zero. Some trainers stop, some train on nothing without a word, and some train on
everything, the user's part included.

What to do: put `{% generation %}` and `{% endgeneration %}` around what the assistant says, its end-of-turn token
included; or switch the mask off.
"""

import re
from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.conversation import spoken
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF604",
    name="no-generation",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "It is four."))),
    good=GOOD,
    template=ChatTemplate(
        "{% for message in messages %}<|{{ message.role }}|>"
        "{% if message.role == 'assistant' and messages[0].role != 'system' %}"
        "{% generation %}{{ message.content }}<|end|>{% endgeneration %}"
        "{% else %}{{ message.content }}<|end|>{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    ),
)
_TAG = re.compile(r"\{%[-+]?\s*generation\b")
_HINT = (
    "put {% generation %} and {% endgeneration %} around what the assistant says, end-of-turn token included"
)


def check(row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """A mask without a token in it."""
    template = rendered.template
    if rendered.text is None or any(start < end for start, end in rendered.spans):
        return
    if not any(message.is_trained for message in spoken(row)):
        return
    if _TAG.search(template.text) or _TAG.search(template.tool_text or ""):
        severity = Severity.ERROR if template.needs_generation else None
        yield Problem("nothing of this row is inside of a generation block", _HINT, severity=severity)
    elif template.needs_generation:
        message = "the trainer trains on generation blocks alone, and the chat template has none"
        yield Problem(message, _HINT, is_shared=True)
