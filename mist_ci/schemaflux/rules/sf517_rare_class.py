"""A class has hardly any examples.

What it finds: a label of one or two rows, in classification data of at least twenty rows with ten rows per
class on average.

Why it matters: nothing can be learnt from two examples, and no test can tell. Often the label is a mistake.

What to do: add examples, or join the class with another one.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.labels import LabelTally
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote
from mist_ci.schemaflux.spelling import one_letter_off, same_by_case


def _row(number: int, label: str) -> JsonValue:
    return {"text": f"Order {number} is late.", "label": label}


META = RuleMeta(
    code="SF517",
    name="rare-class",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    skips_plain=True,
    bad=rows(_row(0, "praise"), *(_row(n, "refund" if n % 2 else "delay") for n in range(1, 30))),
    good=rows(_row(1, "delay"), _row(2, "praise")),
)
_FEW = 3
_FEWEST_ROWS = 20
_PER_CLASS = 10
_SHOWN = 4


class _Tally(LabelTally):
    def problems(self) -> Iterator[Placed]:
        labels = self.labels
        if labels.total < max(_FEWEST_ROWS, _PER_CLASS * len(labels.values)):
            return
        misspelt = {label for found in (same_by_case, one_letter_off) for label, _, _ in found(labels)}
        rare = [
            (label, seen) for label, seen in labels.by_count() if seen.count < _FEW and label not in misspelt
        ]
        if rare:
            shown = ", ".join(f"{quote(label[:40])} ({seen.count})" for label, seen in rare[:_SHOWN])
            more = f" and {len(rare) - _SHOWN:,} more" if rare[_SHOWN:] else ""
            problem = Problem(
                f"of {len(labels.values):,} classes, {len(rare):,} have hardly any rows: {shown}{more}",
                "add examples, or join the class with another one",
                field="label",
            )
            first = rare[0][1]
            yield Placed(problem, first.file, first.line, all(seen.is_known for _, seen in rare))


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
