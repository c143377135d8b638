"""What runs took, and what of a budget that leaves."""

from dataclasses import dataclass
from decimal import Decimal

from mist_ci.models.attempt import exact_sum
from mist_ci.models.ceilings import Unit


@dataclass(frozen=True, slots=True)
class Spent:
    """Money, tokens in and out, and seconds of asking, of so many runs."""

    usd: Decimal = Decimal(0)
    tokens: int = 0
    seconds: float = 0.0
    runs: int = 0
    unpriced: tuple[str, ...] = ()
    """Runs with calls, and trainings, of which nobody knows the price: `usd` is at least what it says."""

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            exact_sum((self.usd, other.usd)),
            self.tokens + other.tokens,
            self.seconds + other.seconds,
            self.runs + other.runs,
            (*self.unpriced, *other.unpriced),
        )

    def of(self, unit: Unit) -> Decimal:
        """US dollars, tokens or minutes."""
        match unit:
            case Unit.USD:
                return self.usd
            case Unit.TOKENS:
                return Decimal(self.tokens)
            case Unit.MINUTES:
                return Decimal(str(round(self.seconds, 3))) / 60


NOTHING_SPENT = Spent()


@dataclass(frozen=True, slots=True)
class RecordedTraining:
    """A training that the ledger has. None is unknown."""

    name: str
    data_hash: str | None
    usd: Decimal | None
    tokens: int | None
    gpu_hours: Decimal | None


@dataclass(frozen=True, slots=True)
class EarlierSpend:
    """What the ledger knows that was spent before this run."""

    month: Spent = NOTHING_SPENT
    pull_request: Spent | None = None
    """None where the run belongs to no pull request, or nobody said to which."""
    trainings: tuple[RecordedTraining, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """One budget of money, tokens or minutes: its limit, and what earlier runs took of it."""

    name: str
    unit: Unit
    limit: Decimal
    before: Decimal = Decimal(0)
    earlier_runs: int = 0
    not_held: str | None = None
    """Why earlier runs do not count, where they should; this run alone is held against the limit all the same."""

    @property
    def left(self) -> Decimal:
        """What this run may take: never below zero."""
        return max(self.limit - self.before, Decimal(0))
