"""What a ledger of spans says about a run: sums that are exact, and what did not add up.

Not pydantic models like the other nouns: a ledger has millions of spans, and these are filled while it is read.
"""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact
from math import fsum
from typing import NamedTuple

from mist_ci.models.span_line import Alert

EXACT = Context(prec=100, traps=[Inexact])
"""More digits than any sum of money has; where that were not so, it would be an error and not a rounded sum."""


NOT_ENDED = "it did not end: these are the calls that had ended, and those that were under way are missing"
JUDGING = " (judging)"
"""Behind a side: what graders asked models about its answers, apart from what the side itself took. It has no latency:
one span stands for several calls."""


KIND = "mist.kind"
"""Of a run's span: what it is, where it is neither an evaluation nor a training."""


class Group(NamedTuple):
    """Whose calls are added up together. What is not known is an empty text."""

    suite: str
    side: str
    provider: str
    model: str
    iteration: str
    """The commit of the model's reference."""
    data_hash: str
    """The data that the model was trained on, as its reference says."""

    @property
    def is_judging(self) -> bool:
        """What graders asked."""
        return self.side.endswith(JUDGING)

    @property
    def answered(self) -> str:
        """The side without `(judging)`."""
        return self.side.removesuffix(JUDGING)


@dataclass(slots=True)
class Money:
    """US dollars, added up exactly, and how many amounts were unknown: then the sum is unknown, and at least this."""

    usd: Decimal = Decimal(0)
    unknown: int = 0

    @property
    def known_usd(self) -> Decimal | None:
        """None when any amount is unknown."""
        return None if self.unknown else self.usd

    def add(self, other: "Money") -> None:
        """Adds another sum to this one."""
        self.usd = EXACT.add(self.usd, other.usd)
        self.unknown += other.unknown


@dataclass(slots=True)
class Totals:
    """Tokens, money and time of calls. Stored answers are in `reused_calls` and `saved` alone: nothing was spent."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    """Of `tokens_in`, those that the provider read from its cache."""
    tokens_reasoning: int = 0
    """Of `tokens_out`, those that nobody saw."""
    cost: Money = field(default_factory=Money)
    reused_calls: int = 0
    saved: Money = field(default_factory=Money)
    failed: int = 0
    """Tries that brought no answer."""
    bases: set[str] = field(default_factory=set)
    """Where prices came from."""
    latencies_ns: "array[int]" = field(default_factory=lambda: array("q"))
    """Of calls that were answered now, without the tries before them; not in order."""
    scores: "array[float]" = field(default_factory=lambda: array("d"))
    """Of answers that were graded, from 0 to 1; or the sum of some of them."""
    graded: int = 0
    """So many answers were."""

    def add(self, other: "Totals") -> None:
        """Adds other calls to these."""
        self.calls += other.calls
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        self.tokens_cached += other.tokens_cached
        self.tokens_reasoning += other.tokens_reasoning
        self.cost.add(other.cost)
        self.reused_calls += other.reused_calls
        self.saved.add(other.saved)
        self.failed += other.failed
        self.bases |= other.bases
        self.latencies_ns.extend(other.latencies_ns)
        self.grade(other)

    def grade(self, other: "Totals") -> None:
        """Adds scores of other answers alone."""
        self.scores.extend(other.scores)
        self.graded += other.graded

    @property
    def score(self) -> float | None:
        """The mean; None where nothing was graded."""
        return fsum(self.scores) / self.graded if self.graded else None

    @property
    def figures(self) -> tuple[int, int, int, int, Decimal | None, Decimal | None]:
        """What has to be the same at every level of the tree."""
        return (
            self.calls, self.tokens_in, self.tokens_out, self.reused_calls, self.cost.known_usd,
            self.saved.known_usd,
        )  # fmt: skip


Attributes = dict[str, str | int | float | bool | None]


@dataclass(slots=True)
class LedgerRun:
    """One trace: a run of the gate, or a training."""

    trace_id: str
    run_id: str = ""
    start_ns: int = 0
    end_ns: int = 0
    status: str = ""
    about: Attributes = field(default_factory=dict)
    """Attributes of the span at the top, without sums: commit, branch, gate."""
    groups: dict[Group, Totals] = field(default_factory=dict)
    trainings: list[Attributes] = field(default_factory=list)
    estimates: list[Attributes] = field(default_factory=list)
    alerts: dict[Alert, None] = field(default_factory=dict)
    """Each once, in the order in which they came."""
    spans: int = 0
    flaws: list[str] = field(default_factory=list)
    """Sums that did not agree, as sentences."""
    has_ended: bool = True
    """False for a run that was killed, or still goes on: its calls count, and those under way are not there."""

    @property
    def is_training(self) -> bool:
        """True for a trace that holds trainings and no calls."""
        return bool(self.trainings) and not self.groups

    @property
    def kind(self) -> str:
        """What it is, in one or two words: an evaluation, a calibration, a judge check, a training."""
        told = self.about.get(KIND)
        return "training" if self.is_training else told if isinstance(told, str) and told else "evaluation"

    def total(self) -> Totals:
        """All calls together."""
        return added(self.groups.values())

    def by(self, name: str) -> dict[str, Totals]:
        """Sums by `suite`, `side`, `provider` or `model`, in the order in which they first came."""
        found: dict[str, list[Totals]] = {}
        for group, totals in self.groups.items():
            found.setdefault(getattr(group, name), []).append(totals)
        return {key: added(parts) for key, parts in found.items()}


@dataclass(slots=True)
class Ledger:
    """All runs of the files that were read, oldest first, and what in the files could not be used."""

    runs: list[LedgerRun] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Lines that count nowhere, by reason."""
    doubted: Counter[str] = field(default_factory=Counter)
    """Spans that count, but whose times cannot be right, by reason."""

    @property
    def notices(self) -> list[str]:
        """What a reader has to know before believing the sums."""
        told = [_told("lines that count nowhere", self.left_out), _told("spans in doubt", self.doubted)]
        flaws = [
            f"{run.run_id or run.trace_id}: {flaw}"
            for run in self.runs
            for flaw in (*run.flaws, *(() if run.has_ended else (NOT_ENDED,)))
        ]
        return [one for one in told if one] + flaws


def added(parts: Iterable[Totals]) -> Totals:
    """The sum of totals."""
    whole = Totals()
    for one in parts:
        whole.add(one)
    return whole


def percentiles_ms(latencies_ns: Iterable[int], *shares: float) -> tuple[float | None, ...]:
    """The smallest latencies that at least these shares of calls did not exceed, in milliseconds; None without calls.

    >>> percentiles_ms([4_000_000, 1_000_000, 2_000_000], 0.5, 0.95)
    (2.0, 4.0)
    """
    ordered = sorted(latencies_ns)
    if not ordered:
        return (None,) * len(shares)
    places = (max(0, -int(-share * len(ordered) // 1) - 1) for share in shares)
    return tuple(ordered[place] / 1e6 for place in places)


def _told(what: str, counted: Counter[str]) -> str:
    parts = ", ".join(f"{number:,} {why}" for why, number in sorted(counted.items()) if number)
    return f"{what}: {parts}" if parts else ""
