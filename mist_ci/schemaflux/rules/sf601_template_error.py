"""The chat template refuses the row.

What it finds: a row for which the model's own chat template raises an error, with the error and its line
in the template. Only where a template is given; rows with other errors are not rendered. When all rows fail in the
same way, there is one finding, at the template, and so there is for an error of syntax, with its line. Rows that no
template is applied to, or not the one that was given, are counted in one finding as well, as information.

Why it matters: the trainer runs the same template. It stops at this row, or drops it.

What to do: change the row to what the template accepts (for example `"content": ""` instead of null, or
no system message), or correct the template.
"""

import re
from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF601",
    name="template-error",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows(chat(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "4"))) + GOOD,
    good=GOOD,
    template=ChatTemplate(
        "{% for message in messages %}"
        "{% if message.role == 'system' %}{{ raise_exception('no system role, please') }}{% endif %}"
        "<|{{ message.role }}|>{{ message.content }}<|end|>"
        "{% endfor %}"
    ),
)
_SYNTAX = re.compile(r"syntax error in line (\d{1,9}): ")


def check(_row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """The error as the template gives it. A template that is none blames no row."""
    if rendered.error is None:
        return
    broken = _SYNTAX.match(rendered.error)
    if broken is None:
        yield Problem(f"the chat template refuses this row: {rendered.error}", hint(rendered.error))
        return
    yield Problem(
        f"the chat template is no template: {rendered.error}",
        "correct the template: nothing can be trained with it",
        line=int(broken[1]),
        is_shared=True,
    )


def hint(error: str) -> str:
    """What usually helps."""
    if "NoneType" in error:
        return 'write "content": "" instead of null'
    if "took longer" in error or "memory" in error:
        return "look for an endless loop in the chat template"
    return "change the row to what the template accepts, or correct the template"
