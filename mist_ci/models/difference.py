"""What an answer costs at base and at head: numbers that decide nothing (budgets do that)."""

from mist_ci.models.base import Model


class Moved(Model):
    """One figure of both sides, and an interval for head minus base. Floats: these are means, not sums of money."""

    base: float
    head: float
    low: float | None
    """None, as `high` is, where there are too few answers for an interval."""
    high: float | None
    samples: int

    @property
    def difference(self) -> float:
        """Head minus base."""
        return self.head - self.base


class InferenceDifference(Model):
    """One model on the samples that both sides have answered. A figure that nobody knows is None."""

    model: str
    tokens_in: Moved | None
    """Tokens of a prompt on average, where the providers of both sides have counted; else where neither has."""
    tokens_out: Moved | None
    """Tokens of an answer on average, likewise."""
    are_counted: bool = False
    """The tokens were counted here: without templates, and without reasoning."""
    usd_per_1000: Moved | None
    """US dollars of 1,000 requests; None when the price of one answer is unknown. Stored answers have a price too."""
    p50_ms: Moved | None
    """Half of the answers come within so many milliseconds. Stored answers took no time and are left out."""
    p95_ms: Moved | None
    prompts: str | None = None
    """A sentence where the same prompts have other numbers of tokens."""
    lengths: str | None = None
    """A sentence where another tokenizer counts the answers: how much of their length comes from that."""
