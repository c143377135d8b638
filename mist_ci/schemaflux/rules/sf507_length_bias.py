"""The chosen answer is nearly always the longer one, or the shorter one.

What it finds: preference data in which the longer answer is preferred (or rejected) so often that, with 98 %
confidence (Clopper and Pearson's exact interval, answers of equal length left out), it is so for more than 70
% of all such pairs.

Why it matters: length is the easiest thing to learn. The model becomes wordy, and is no better.

What to do: add pairs in which the shorter answer is the better one, or use a trainer's length normalisation.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.pairs import pair
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta


def _pair(number: int, right: str, wrong: str) -> JsonValue:
    return {"prompt": f"What is {number}+1?", "chosen": right, "rejected": wrong}


META = RuleMeta(
    code="SF507",
    name="length-bias",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    skips_plain=True,
    bad=rows(*(_pair(n, f"That is {n + 1}.", f"{n + 2}") for n in range(16))),
    good=rows(*(_pair(n, f"{n + 1}", f"{n + 2}") for n in range(3))),
)
_LEVEL = 0.98
_BIASED = 0.7
_BINS = 16
"""Bins per doubling of the ratio of lengths."""


@dataclass(slots=True)
class _Tally:
    longer: int = 0
    shorter: int = 0
    ratios: dict[int, int] = field(default_factory=dict)
    """Logarithm of chosen to rejected length, in bins → number of pairs."""
    file: str = ""
    line: int = 0
    is_known: bool = True

    def add(self, row: Row, /) -> None:
        sides = pair(row) if row.plain is None else None
        if sides is None:
            return
        chosen, rejected = (len(side.text.strip()) for side in sides)
        if not self.line:
            self.file, self.line = row.file, row.line
        self.is_known = self.is_known and row.is_known
        self.longer += chosen > rejected
        self.shorter += chosen < rejected
        if chosen and rejected:
            bin_ = round(_BINS * math.log2(chosen / rejected))
            self.ratios[bin_] = self.ratios.get(bin_, 0) + 1

    def merge(self, later: Self, /) -> None:
        if not self.line:
            self.file, self.line = later.file, later.line
        self.longer += later.longer
        self.shorter += later.shorter
        self.is_known = self.is_known and later.is_known
        for bin_, count in later.ratios.items():
            self.ratios[bin_] = self.ratios.get(bin_, 0) + count

    def problems(self) -> Iterator[Placed]:
        decided = self.longer + self.shorter
        often = max(self.longer, self.shorter)
        if not decided:
            return
        from mist_ci.stats import clopper_pearson_interval  # noqa: PLC0415 - most data sets are not asked

        if clopper_pearson_interval(often, decided, level=_LEVEL).low <= _BIASED:
            return
        which = "longer" if self.longer > self.shorter else "shorter"
        problem = Problem(
            f"the {which} answer is preferred in {often:,} of {decided:,} pairs ({often / decided:.0%}); "
            f"chosen answers have {self._median():.2g} times the length of rejected ones (median)",
            f"add pairs in which the {which} answer is the worse one",
        )
        yield Placed(problem, self.file, self.line, self.is_known)

    def _median(self) -> float:
        half, passed = sum(self.ratios.values()) / 2, 0
        for bin_ in sorted(self.ratios):
            passed += self.ratios[bin_]
            if passed >= half:
                return float(2.0 ** (bin_ / _BINS))
        return 1.0


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
