"""What the room refuses before it computes: every function here returns nothing or raises ValueError."""

import math
from collections.abc import Sequence

LARGEST_ALPHA = 0.5


def require(holds: bool, message: str) -> None:
    """Raise ValueError with the message unless the condition is true.

    >>> require(1 < 2, "one must be less than two")
    """
    if not holds:
        raise ValueError(message)


def require_alpha(alpha: float) -> None:
    """Refuse all but a one-sided error level in (0, 0.5]; at 0.5 an interval shrinks to its centre.

    >>> require_alpha(0.05)
    """
    require(0.0 < alpha <= LARGEST_ALPHA, f"alpha must be in (0, 0.5], got {alpha}")


def require_within(name: str, values: Sequence[float], low: float, high: float) -> None:
    """Refuse any value that is not a number in [low, high]; NaN never is.

    >>> require_within("scores", [0.0, 1.0], 0.0, 1.0)
    """
    for index, value in enumerate(values):
        if not low <= value <= high:
            message = f"{name}[{index}] must be in [{low:g}, {high:g}], got {value}"
            raise ValueError(message)


def require_positive(name: str, value: float) -> None:
    """Refuse all but a finite number above zero.

    >>> require_positive("margin", 0.05)
    """
    require(math.isfinite(value) and value > 0.0, f"{name} must be finite and above 0, got {value}")


def require_counts(gains: int, losses: int, n: int) -> None:
    """Refuse all but discordant counts of n >= 1 pairs: neither negative, together at most n.

    >>> require_counts(1, 7, 40)
    """
    require(n >= 1, f"n must be at least 1, got {n}")
    require(gains >= 0 and losses >= 0, f"gains and losses must not be negative, got {gains} and {losses}")
    require(gains + losses <= n, f"gains + losses must not exceed n, got {gains} + {losses} > {n}")


def require_items(name: str, n_items: int, clusters: Sequence[str] | None) -> None:
    """Refuse no items at all and, where clusters are given, all but one label per item.

    >>> require_items("differences", 2, ["a", "a"])
    """
    require(n_items >= 1, f"{name} must not be empty")
    if clusters is not None:
        require(len(clusters) == n_items, f"{n_items} items need as many cluster labels, got {len(clusters)}")
