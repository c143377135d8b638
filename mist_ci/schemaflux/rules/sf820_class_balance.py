"""Nearly all rows are of one class.

What it finds: a label that more than nine of ten rows have, in classification data of at least thirty rows.

Why it matters: a model that always answers this label is right nine times of ten, and learning stops there.

What to do: add rows of the other classes, or weigh the classes when you train and when you test.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.labels import LabelTally
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote


def _row(number: int, label: str) -> JsonValue:
    return {"text": f"Mail {number}", "label": label}


META = RuleMeta(
    code="SF820",
    name="class-balance",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    skips_plain=True,
    bad=rows(*(_row(n, "ham" if n % 12 else "spam") for n in range(36))),
    good=rows(_row(1, "ham"), _row(2, "spam")),
)
_FEWEST_ROWS = 30
_DOMINATES = 0.9


class _Tally(LabelTally):
    def problems(self) -> Iterator[Placed]:
        labels = self.labels
        if labels.total < _FEWEST_ROWS or len(labels.values) == 1:
            return
        label, seen = labels.by_count()[0]
        if seen.count > _DOMINATES * labels.total:
            problem = Problem(
                f"{seen.count:,} of {labels.total:,} rows ({seen.count / labels.total:.1%}) have the label "
                f"{quote(label[:60])}",
                "add rows of the other classes, or weigh the classes",
                field="label",
            )
            yield Placed(problem, seen.file, seen.line, seen.is_known)


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
