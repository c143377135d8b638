"""A message is a whole conversation already.

What it finds: a message whose text was rendered with a chat template before: turns between `<|im_start|>user` and
the like, `[INST] … [/INST]`, `### Instruction:` with `### Response:`, or a text that begins with `Human: ` and has
an `Assistant:` on a line of its own. Code is left alone (fenced, or between backticks), and
so are axolotl's `segments`, to which no template is applied.

Why it matters: the trainer applies its template once more. The model learns that a user says whole conversations,
with the answers in them, and is never asked like that.

What to do: take the template out: one message per turn, with the bare text.
"""

from collections.abc import Iterator

from mist_ci.models.figures import are, count
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.markers import CHAT_FORMATS, templated
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF610",
    name="templated-text",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        chat(("user", "### Instruction:\nWhat is 2+2?\n\n### Response:\n"), ("assistant", "It is four."))
    ),
    good=GOOD,
    trigger=(
        r"<\|(?:im_start|start_header_id|user)\|>|<start_of_turn>|\[INST\]|### Instruction:|Human: |USER: |<｜User"  # noqa: RUF001
    ).encode(),
    formats=CHAT_FORMATS,
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per row: both sides of a preference are rendered by the same program."""
    if "segments" in row.object:  # axolotl's input_output: no template is applied to them
        return
    found = [(message, name) for message in row.said if (name := templated(message.text)) is not None]
    if found:
        message, name = found[0]
        more = f"; so {are(len(found) - 1)} {count(len(found) - 1, 'other')} of the row" if found[1:] else ""
        yield Problem(
            f"the {message.role} message is a conversation that was rendered already (as {name} is){more}",
            "one message per turn, with the bare text",
            field=message.at_content,
        )
