"""numeric: the answer is the expected number, within a tolerance."""

import re
from decimal import Decimal, InvalidOperation, Overflow, localcontext
from typing import ClassVar

from pydantic import Field

from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Expected, Sample

_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?|[-+]?\.\d+")


class Numeric(Grader):
    """1 when the last number of the answer is the expected one, else 0.

    `tolerance` is an absolute difference that is still right, `relative` one as a fraction of the expected
    number; either is enough. `first` takes the first number instead of the last. Commas between thousands
    are understood. An answer without a number scores 0.
    """

    name: ClassVar[str] = "numeric"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The answer is 42.", 42, 1),
        Example("43", 42, 0),
        Example("4 because 2 + 2", 4, 1, {"first": True}),
    )

    tolerance: float = Field(default=0.0, ge=0)
    relative: float = Field(default=0.0, ge=0)
    first: bool = False

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> Numeric(tolerance=0.5).score("about 1,299.6 km", 1300)
        1.0
        """
        wanted, found = number(sample.expected), _NUMBER.findall(answer.text)
        if wanted is None:
            raise ValueError(f"{sample.expected!r} is not a number")
        if not found:
            return 0.0
        given = Decimal(found[0 if self.first else -1].replace(",", ""))
        with localcontext() as context:
            context.traps[Overflow] = False  # a model may write a number of a million digits
            allowed = max(Decimal(str(self.tolerance)), abs(wanted) * Decimal(str(self.relative)))
            difference = abs(given - wanted)
        return float(difference.is_finite() and difference <= allowed)

    def refuse(self, sample: Sample) -> str | None:
        """The expectation must be one finite number."""
        expected = sample.expected
        return None if number(expected) is not None else f"expected must be a number, not {expected!r}"


LARGEST_EXPONENT = 1_000
"""Of ten, in an expectation: nobody means more, and arithmetic with far larger ones fails."""


def number(expected: Expected) -> Decimal | None:
    """The expectation as an exact number, or None."""
    if expected is None or isinstance(expected, bool | tuple | dict):
        return None
    try:
        value = Decimal(str(expected).replace(",", "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= LARGEST_EXPONENT else None
