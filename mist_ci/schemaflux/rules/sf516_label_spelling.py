"""A label is spelt in two ways.

What it finds: labels of classification data that are the same but for case, white space, `_` and `-`; and, as a
warning, a label of at most three rows that is one letter off one that is at least twenty times as frequent.

Why it matters: two spellings are two classes. The model is wrong half of the time, whatever it answers.

What to do: correct the label.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.labels import LabelTally
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote
from mist_ci.schemaflux.spelling import one_letter_off, same_by_case

META = RuleMeta(
    code="SF516",
    name="label-spelling",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        {"text": "Give me my money back!", "label": "refund"},
        {"text": "I want a refund.", "label": "refund"},
        {"text": "Money back, now.", "label": "Refund "},
    ),
    good=rows(
        {"text": "Give me my money back!", "label": "refund"},
        {"text": "It came broken.", "label": "complaint"},
    ),
)


class _Tally(LabelTally):
    def problems(self) -> Iterator[Placed]:
        by_case = list(same_by_case(self.labels))
        said = {label for label, _, _ in by_case}
        for label, seen, frequent in by_case:
            reason = f"the label {quote(label[:60])} is {quote(frequent[:60])} elsewhere"
            problem = Problem(reason, f"write {quote(frequent[:60])}", field="label")
            yield Placed(problem, seen.file, seen.line, seen.is_known)
        for label, seen, frequent in one_letter_off(self.labels):
            if label not in said:
                reason = f"the label {quote(label[:60])} ({seen.count} rows) is nearly {quote(frequent[:60])}"
                hint = f"write {quote(frequent[:60])}, if that is meant"
                problem = Problem(reason, hint, field="label", severity=Severity.WARNING)
                yield Placed(problem, seen.file, seen.line, seen.is_known)


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
