"""What a comparison yields: an interval for a difference of scores, and a bare pair of bounds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Two ends of an interval; which levels they hold at is said by the function that made them."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Interval:
    """Mean difference head minus base over paired items, in score units from -1 to 1; negative means worse.

    - `n`: items. `estimate`: sum(D) / n over them.
    - `low`, `high`: each holds at one-sided level alpha, so together they are a 1 - 2 alpha interval.
      t bounds are not cut at -1 and 1; under the guard their centre is nearer to zero than `estimate`.
    - `se`: cluster-robust standard error for every method, with the guard's pseudo-items where they apply.
    - `p_regressed`: one-sided p-value of "not worse"; `p_improved`: of "not better". Small is evidence.
    - `method`: "tango", "t" or "t+guard".
    """

    n: int
    estimate: float
    low: float
    high: float
    se: float
    p_regressed: float
    p_improved: float
    method: str
