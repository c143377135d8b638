"""numeric: the answer is the expected number, within a tolerance."""

import itertools
from dataclasses import dataclass
from decimal import Decimal, Overflow, localcontext
from typing import ClassVar

from pydantic import Field

from mist_ci.matchspec.graders import numbers
from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.matchspec.graders.units import Unit, names_by_dimension, unit_at
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Expected, Sample


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit, where one is looked for."""

    value: Decimal
    unit: Unit | None = None

    def beside(self, other: "Quantity") -> tuple[Decimal, ...]:
        """The value in the basic unit, to be compared with the other one; none when they measure different things.

        A number without a unit is taken to be in the other one's, and beside per cent it may also be a share.
        """
        unit = self.unit or other.unit
        if unit is None:
            return (self.value,)
        if self.unit is not None and other.unit is not None and self.unit.dimension != other.unit.dimension:
            return ()
        is_maybe_a_share = self.unit is None and unit.dimension == "share"
        return (unit.basic(self.value), self.value) if is_maybe_a_share else (unit.basic(self.value),)


class Numeric(Grader):
    r"""1 when the last number of the answer is the expected one, else 0.

    `expected` is a number, or a text with one: `1,299.50`, `3/4`, `$5`, `50%`. Signs of currencies and of per cent are
    left out on both sides. Fractions (`3/4`, `1 1/2`, `½`, `\frac{3}{4}`), commas between thousands, the sign −, and
    exponents are understood. Dates, times, version numbers and digits within words (`H2O`) are no numbers, and in `5-3`
    the 3 is not negative. Where there is a `\boxed{…}`, only the last one is looked at. An answer without a number
    scores 0.

    With `units`, a unit that follows the number counts: 12 km is 12000 m, 50% is 0.5. A number without one is taken to
    be in the unit of the other side, and words that are no units are not looked at.
    """

    name: ClassVar[str] = "numeric"
    version: ClassVar[int] = 2
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The answer is 42.", 42, 1),
        Example("x = 42", 42, 1),
        Example("41", 42, 0),
        Example("It costs $1,299.50", 1299.5, 1),
        Example("3/4 of it", 0.75, 1),
        Example("0.75", "3/4", 1),
        Example("1 1/2", 1.5, 1),
        Example("50 %", 50, 1),
        Example("42, as of 2026-11-26", 42, 1),
        Example("4 because 2 + 2", 4, 0),
        Example("4 because 2 + 2", 4, 1, {"first": True}),
        Example(r"So \boxed{4}, as 2 + 2", 4, 1),
        Example("about 3.14", 3.14159, 1, {"tolerance": 0.01}),
        Example("108", 100, 1, {"relative": 0.1}),
        Example("12000 m", "12 km", 1, {"units": True}),
        Example("12", "12 km", 1, {"units": True}),
        Example("12 kg", "12 km", 0, {"units": True}),
        Example("20 °C", "68 °F", 1, {"units": True, "tolerance": 0.001}),
        Example("1.299,5", 1299.5, 1, {"decimal_comma": True}),
    )

    tolerance: float = Field(default=0.0, ge=0)
    """An absolute difference that is still right; with `units`, in the unit of the expected number."""
    relative: float = Field(default=0.0, ge=0)
    """A difference as a fraction of the expected number; either is enough."""
    first: bool = False
    """Takes the first number of the answer instead of the last."""
    units: bool = False
    """Compares units too, and converts between those that measure the same."""
    decimal_comma: bool = False
    """The answer writes 1.299,5 for what is 1,299.5 in English."""

    @classmethod
    def appendix(cls) -> str:
        """The units that it knows."""
        rows = [f"| {dimension} | {', '.join(names)} |" for dimension, names in names_by_dimension().items()]
        return "\n".join(["## Units", "", "| what | units |", "|---|---|", *rows])

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> Numeric(tolerance=0.5).score("about 1,299.6 km", 1300)
        1.0
        """
        wanted, given = self._expected(sample.expected), self._given(answer.text)
        if wanted is None:
            raise ValueError(f"{sample.expected!r} is not a number")
        if given is None:
            return 0.0
        with localcontext() as context:
            context.prec = 60
            context.traps[Overflow] = False  # a model may write a number of a million digits
            return float(self._is_close(wanted, given))

    def refuse(self, sample: Sample) -> str | None:
        """The expectation must be one finite number."""
        expected = sample.expected
        return (
            None if self._expected(expected) is not None else f"expected must be a number, not {expected!r}"
        )

    def _is_close(self, wanted: Quantity, given: Quantity) -> bool:
        pairs = itertools.product(wanted.beside(given), given.beside(wanted))
        return any(self._is_within(wanted, target, value) for target, value in pairs)

    def _is_within(self, wanted: Quantity, target: Decimal, value: Decimal) -> bool:
        factor = wanted.unit.factor if wanted.unit else Decimal(1)
        absolute, relative = Decimal(str(self.tolerance)) * factor, abs(target) * Decimal(str(self.relative))
        difference = abs(value - target)
        if wanted.unit is not None:  # conversions round, in the 40th digit
            absolute += abs(target) * Decimal("1e-30")
        return difference.is_finite() and difference <= max(absolute, relative)

    def _given(self, text: str) -> Quantity | None:
        text = numbers.boxed(text)
        every = numbers.find(text, decimal_comma=self.decimal_comma)
        found = next(every, None) if self.first else max(every, key=lambda one: one.start, default=None)
        return None if found is None else Quantity(found.value, self._unit(text, found.end))

    def _unit(self, text: str, place: int) -> Unit | None:
        return unit_at(text, place) if self.units else None

    def _expected(self, expected: Expected) -> Quantity | None:
        """The expectation as an exact number, or None."""
        if expected is None or isinstance(expected, bool | tuple | dict):
            return None
        text = str(expected).strip()
        found = list(numbers.find(text, decimal_comma=False))
        if len(found) != 1 or not numbers.is_sane(found[0].value):
            return None
        (only,) = found
        unit, rest = self._unit(text, only.end), text[only.end :].strip()
        is_whole = only.start == 0 and (not rest or rest in _SIGNS or unit is not None)
        return Quantity(only.value, unit) if is_whole else None


_SIGNS = ("%", "percent", "€", "£", "$", "USD", "EUR")
