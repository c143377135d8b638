"""A label is probably wrong.

What it finds: rows of classified data (at least 50 short answers or labels, of few kinds) whose text reads like
another class. A linear model of words learns the labels from four fifths of the rows and judges the others;
confident learning (cleanlab) says where it contradicts the label and is sure. Where the model is right about less
than 80% of the rows, nothing is said. Needs the extra `labels`; asked of up to 20,000 rows of up to 20 classes,
and of ten times as many when it is selected by its code.

Why it matters: the model learns the mistake, and in a test it counts against the models that are right.

What to do: look at the rows, and correct those that are wrong.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.ports.label_judge import Doubt
from mist_ci.schemaflux.classes import ClassTally
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote

_SAID = (
    ("refund", "I want my money back for order {n}, the refund never came to account {n}"),
    ("delay", "Where is parcel {n}? The delivery of shipment {n} is late again"),
)


def _row(number: int, label: str | None = None) -> JsonValue:
    name, text = _SAID[number % 7 % 2]
    return {"text": text.format(n=f"{number // 26}{chr(97 + number % 26)}"), "label": label or name}


META = RuleMeta(
    code="SF811",
    name="label-error",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(*map(_row, range(119)), _row(119, "delay")),
    good=rows(*map(_row, range(120))),
)


class _Tally(ClassTally):
    def problems(self) -> Iterator[Placed]:
        """None: what is counted only says whether the labels are worth a look (`label_errors.py`)."""
        yield from ()


def tally() -> _Tally:
    """A new tally."""
    return _Tally()


def describe(label: str, doubt: Doubt) -> Problem:
    """Both labels, and how sure the model is."""
    return Problem(
        f"the label is {quote(label)}; other rows that read like this one are {quote(doubt.suggested)} "
        f"({doubt.likelihood:.0%} against {doubt.given_likelihood:.0%})",
        "look at the row, and correct the label if it is wrong",
    )
