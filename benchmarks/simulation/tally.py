"""Counts over many made-up pull requests, and shares with their Monte Carlo error."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

from benchmarks.simulation.procedure import Result
from mist_ci.models.verdict import Verdict

CERTIFIED = (Verdict.PASS, Verdict.IMPROVED)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over independent repetitions and its standard error, both as fractions."""

    value: float
    error: float

    def __str__(self) -> str:
        """Percent: `4.1 ±0.4`."""
        return f"{100 * self.value:.1f} ±{100 * self.error:.1f}"


def share(count: int, of: int) -> Estimate:
    """A share; one of 0 or 1 has the error of the share that is one repetition away from it."""
    near = min(max(count, 1), of - 1) / of if of > 1 else 0.5
    return Estimate(count / of, sqrt(near * (1.0 - near) / of))


@dataclass
class Tally:
    """What a procedure said in `reps` repetitions."""

    suites: int
    reps: int = 0
    blocked: int = 0
    anchor_blocked: int = 0
    either_blocked: int = 0
    overall_regressed: int = 0
    verdicts: Counter[tuple[int, Verdict | None]] = field(default_factory=Counter)
    calls: list[int] = field(default_factory=list)
    """Head's calls in each repetition."""
    rules: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    """How often each common rule flagged a suite, by its number, or any of them, as None."""

    def add(self, result: Result) -> None:
        """One more repetition."""
        base_family = Verdict.REGRESSED in result.verdicts or result.overall_regressed
        self.reps += 1
        self.blocked += base_family
        self.anchor_blocked += result.anchor_regressed
        self.either_blocked += result.blocked
        self.overall_regressed += result.overall_regressed
        self.verdicts.update(enumerate(result.verdicts))
        self.calls.append(result.head_calls)

    def add_rule(self, name: str, flagged: Sequence[bool]) -> None:
        """What a common rule says in the same repetition."""
        self.rules[name, None] += any(flagged)
        self.rules.update((name, number) for number, flag in enumerate(flagged) if flag)

    def merge(self, other: "Tally") -> None:
        """The repetitions of another worker."""
        self.reps += other.reps
        self.blocked += other.blocked
        self.anchor_blocked += other.anchor_blocked
        self.either_blocked += other.either_blocked
        self.overall_regressed += other.overall_regressed
        self.verdicts += other.verdicts
        self.calls += other.calls
        self.rules += other.rules

    def share(self, count: int) -> Estimate:
        """Of all repetitions."""
        return share(count, self.reps)

    def found(self, number: int) -> Estimate:
        """How often this very suite was said to have regressed."""
        return self.share(self.verdicts[number, Verdict.REGRESSED])

    def certified(self, number: int) -> Estimate:
        """How often this suite was said to hold its margin."""
        return self.share(sum(self.verdicts[number, verdict] for verdict in CERTIFIED))

    def mean_share(self, verdicts: Sequence[Verdict]) -> float:
        """Share of all suites with one of the verdicts."""
        counted = sum(self.verdicts[number, one] for number in range(self.suites) for one in verdicts)
        return counted / (self.suites * self.reps)

    def head_calls(self, one_pass: int) -> Estimate:
        """Mean number of calls of head as a share of asking each sample once."""
        mean = sum(self.calls) / self.reps
        spread = sum((calls - mean) ** 2 for calls in self.calls) / max(self.reps - 1, 1)
        return Estimate(mean / one_pass, sqrt(spread / self.reps) / one_pass)
