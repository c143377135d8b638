"""McNemar's test in its mid-p form, shown beside the interval so that readers can check the evidence."""

import math

from mist_ci.stats.checks import require_counts

_NEGLIGIBLE = 2.0**-60


def mcnemar_midp(gains: int, losses: int) -> float:
    """One-sided mid-p in (0, 1) of "not worse": small when losses outnumber gains, 0.5 when they are equal.

    P(X < gains) + P(X = gains) / 2 for X binomial(gains + losses, 1/2). Source: Fagerland, Lydersen & Laake
    2013, BMC Medical Research Methodology 13:91. The leading term is an exact ratio of integers, the others
    follow by exact ratios: about 14 digits, and under 0.2 s for 100,000 discordant pairs. Raises ValueError
    for negative counts.

    >>> round(mcnemar_midp(1, 7), 6)
    0.019531
    """
    require_counts(gains, losses, max(1, gains + losses))
    if gains > losses:
        return 1.0 - mcnemar_midp(losses, gains)
    discordant = gains + losses
    leading = math.comb(discordant, gains) / (1 << discordant)
    total, term = 0.5, 1.0
    for i in range(gains, 0, -1):
        term *= i / (discordant - i + 1)
        total += term
        if term < _NEGLIGIBLE * total:
            break
    return leading * total
