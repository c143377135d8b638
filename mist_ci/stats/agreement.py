"""How far a judge and people agree beyond what chance would give them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.stats.checks import require
from mist_ci.stats.interval import Bounds
from mist_ci.stats.normal import critical_z


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's kappa, 1 for full agreement, 0 for that of chance; `se` is its large-sample standard error."""

    kappa: float
    se: float
    interval: Bounds


def cohens_kappa(table: Sequence[Sequence[int]], *, level: float = 0.95) -> Agreement:
    """Agreement beyond chance of two raters, from the square table of counts rater 1 x rater 2.

    `level` is the confidence of the interval's both sides together, in [0, 1); its ends are not cut at -1
    and 1. Source: Cohen 1960, Educational and Psychological Measurement 20:37-46; error of Fleiss, Cohen &
    Everitt 1969, Psychological Bulletin 72:323-327. Raises ValueError for a table that is not square, has
    negative or no counts, or on which both raters always gave one and the same category.

    >>> round(cohens_kappa([[42, 6], [5, 27]]).kappa, 6)
    0.715026
    """
    require(0.0 <= level < 1.0, f"level must be in [0, 1), got {level}")
    shares, total = _shares(table)
    rows = [math.fsum(row) for row in shares]
    columns = [math.fsum(column) for column in zip(*shares, strict=True)]
    agreed = math.fsum(row[index] for index, row in enumerate(shares))
    by_chance = math.fsum(row * column for row, column in zip(rows, columns, strict=True))
    require(by_chance < 1.0, "kappa is undefined where both raters know one category only")
    kappa = (agreed - by_chance) / (1.0 - by_chance)
    variance = -((kappa - by_chance * (1.0 - kappa)) ** 2)
    for index, row in enumerate(shares):
        for other, share in enumerate(row):
            bias = (columns[index] + rows[other]) * (1.0 - kappa)
            variance += share * ((1.0 - bias) ** 2 if index == other else bias**2)
    se = math.sqrt(max(0.0, variance) / total) / (1.0 - by_chance)
    reach = critical_z((1.0 - level) / 2.0) * se
    return Agreement(kappa, se, Bounds(kappa - reach, kappa + reach))


def _shares(table: Sequence[Sequence[int]]) -> tuple[list[list[float]], int]:
    square = len(table) > 1 and all(len(row) == len(table) for row in table)
    require(square, "the table must be square, with 2 categories or more")
    require(all(count >= 0 for row in table for count in row), "counts must not be negative")
    total = sum(sum(row) for row in table)
    require(total > 0, "the table must count something")
    return [[count / total for count in row] for row in table], total
