"""Roles do not follow each other as LLaMA-Factory wants, and it drops the row.

What it finds: for LLaMA-Factory, named as a target or by its configuration, a chat in which user (or tool) and
assistant do not take turns after the system message, or whose last message is not the assistant's.

Why it matters: such a row becomes an empty one and is dropped; all there is to see is a warning among thousands of
lines. A role that it has no name for, such as developer, stops the run.

What to do: join messages of one role into one, and end the row with an answer.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.trainer import Trainer
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Passage
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.trainers.parity import broken_parity

META = RuleMeta(
    code="SF210",
    name="role-parity",
    severity=Severity.ERROR,
    consequence=Consequence.DROPPED,
    since="0.1.0",
    bad=rows(chat(("user", "What is 2+2?"), ("user", "In one word."), ("assistant", "Four."))),
    good=GOOD,
    trainer=b"stage: sft\ncutoff_len: 2048\n",
)


def check(row: Row, passage: Passage, /) -> Iterator[Problem]:
    """Rows without an answer at the end are SF203 and SF205 already."""
    settings = passage.destination.settings
    if settings is None or settings.trainer is not Trainer.LLAMAFACTORY or not row.is_sound:
        return
    broken = broken_parity(passage.row)
    if broken is None or _is_said_elsewhere(passage):
        return
    end = "stops the run" if broken.stops_the_run else "drops the row"
    yield Problem(
        f"LLaMA-Factory {end}: {broken.why}",
        "join messages of one role, and let user and assistant take turns",
        field=row.messages[broken.message].at_role or row.messages[broken.message].field,
        consequence=Consequence.REJECTED if broken.stops_the_run else None,
    )


def _is_said_elsewhere(passage: Passage) -> bool:
    segments = passage.row.segments
    return not passage.row.sides and not segments[-1].is_answer
