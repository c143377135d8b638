"""The data is not what it was.

What it finds: a change after which prompts or answers are much longer or shorter, labels are shared out in another
way, or answers are written in another script than before: more than a distance of 0.15, and more than chance
explains.

Why it matters: a model that is trained on it will behave in another way, and the change may not have meant that. A
script that fails half-way leaves such traces.

What to do: look whether the change is meant. If it is, the suites should test what is new.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, DataChange, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.rule import Problem, RuleMeta


def _talks(length: int) -> bytes:
    said = (" ".join(f"word{n + k * k}" for k in range(length + n % 5)) + "." for n in range(60))
    return rows(*(chat(("user", f"Question {n}?"), ("assistant", text)) for n, text in enumerate(said)))


META = RuleMeta(
    code="SF821",
    name="drift",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    base=_talks(12),
    bad=_talks(80),
    good=_talks(13),
)


def check(change: DataChange, /) -> Iterator[Problem]:
    """One problem for each thing that drifts."""
    for drift in change.drift:
        yield Problem(
            f"{drift.what}: {drift.before} before, {drift.after} after (distance {drift.distance:.2f})",
            "look whether the change means that; if it does, add suites that test it",
        )
