"""What a gate will ask, what that costs, and what it will be able to decide: told before anything is asked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from mist_ci.models.base import Model, Name
from mist_ci.models.plan import Event, Step
from mist_ci.models.report import BudgetLine
from mist_ci.models.suite import Role


class Range(Model):
    """The least and the most of something."""

    least: int
    most: int

    def __add__(self, other: "Range") -> "Range":
        return Range(least=self.least + other.least, most=self.most + other.most)


class Outlay(Model):
    """Calls with their tokens and US dollars, as if no answer were stored. Money is None where a price is unknown."""

    calls: Range
    tokens_in: Range
    tokens_out: Range
    usd_least: Decimal | None
    usd_most: Decimal | None

    def __add__(self, other: "Outlay") -> "Outlay":
        return Outlay(
            calls=self.calls + other.calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            usd_least=_sum(self.usd_least, other.usd_least),
            usd_most=_sum(self.usd_most, other.usd_most),
        )


NOTHING = Outlay(
    calls=Range(least=0, most=0),
    tokens_in=Range(least=0, most=0),
    tokens_out=Range(least=0, most=0),
    usd_least=Decimal(0),
    usd_most=Decimal(0),
)


@dataclass(frozen=True, slots=True)
class JudgeQuestions:
    """What one grader of a suite will ask its model, in texts, as if every answer were a single sign."""

    grader: str
    provider: str
    model: str
    compares: bool
    """It is asked about pairs of answers, one of base and one of head."""
    longest_reply: int
    """In tokens; 0 for vectors, which have none."""
    about_each: tuple[tuple[str, ...], ...]
    """By sample: what is asked anew about every answer, or every pair of them."""
    once: tuple[tuple[str, ...], ...]
    """By sample: what is the same whatever the answers, and so is asked once."""


class EarlierSuite(Model):
    """One suite in an earlier run of the gate, base against head."""

    suite: Name
    ran_on: date
    base_model: str
    head_model: str
    sd: float
    """Standard deviation of the differences per sample, with the attempts of that run."""
    tokens_in: float | None
    tokens_out: float | None
    """Tokens of an answer on average, both sides together; None where every answer was a stored one."""


class SpreadBasis(StrEnum):
    """Where the standard deviation of the differences comes from."""

    EARLIER = "earlier run"
    """As it was between base and head in an earlier run."""
    ASSUMED = "assumed"
    """Of one attempt per side: 0.40 where answers pass or fail, 0.20 where they are graded (page 3 §2)."""
    CALIBRATED = "calibrated"
    """The same, with the share that more attempts take away measured by `mist-ci calibrate`."""


class Prospects(Model):
    """What one suite can decide, by normal approximation. Drops, gains and spreads are fractions, chances in [0, 1].

    A clean change is one whose true difference is zero on every suite.
    """

    sd: float
    sd_basis: SpreadBasis
    finds: float
    """Smallest drop that is found at 80% power when it is the only one: at the first step of Holm's correction."""
    finds_at_best: float
    """The same when every other suite has regressed too, and at the last step nothing is corrected for any more."""
    needs: int
    """Samples at which a clean change is certified with 80%."""
    needs_without_flips: int | None
    """Samples that certify a clean change when no answer changes at all; None for graded answers."""
    certified: float
    """Chance that a clean change is certified to hold the margin."""
    regressed: float
    """Chance that a clean change is said to have regressed."""
    not_proven: float
    blocked: float
    """Chance that this suite alone blocks a clean change; that a demanded gain is not there does not count."""
    gain_shown: float | None
    """Smallest gain that is shown at 80% power; only where an improvement is demanded."""
    only_collapses: bool
    """True with fewer than 100 samples, or where a drop of ten points is found with less than 80%."""


class JudgeOutlook(Model):
    """What one grader of a suite takes to ask its model about the answers of all sides."""

    grader: str
    model: str
    outlay: Outlay


class SuiteOutlook(Model):
    """One suite of one model."""

    suite: Name
    role: Role
    must_improve: bool
    samples: int
    clusters: int | None
    margin: float
    base_attempts: int
    head_attempts: Range
    base: Outlay | None
    """None without a baseline."""
    head: Outlay
    anchor: Outlay | None = None
    """None where the gate has no anchor."""
    judges: tuple[JudgeOutlook, ...] = ()
    """Its graders that ask models."""
    imported: bool = False
    """Another runner asks: nothing is known before its results are there."""
    advisory: str | None = None
    """Why it decides nothing: a model judges it, and people have not found that it can."""
    prospects: Prospects | None
    """None without a baseline, where nothing is compared, and for an imported or an advisory suite."""


class ModelOutlook(Model):
    """One model reference, base against head."""

    model: str
    path: str
    base_model: str | None
    head_model: str
    anchor_model: str | None
    suites: tuple[SuiteOutlook, ...]
    hypotheses: int
    """What Holm's correction is over: the suites, and the overall hypothesis where there is one."""
    clean_blocked: float | None
    """Chance that a clean change is blocked by any suite, taken as independent; None without a baseline."""
    clean_certified: float | None
    """Chance that a clean change is certified on every suite."""


class ExtraOutlook(Model):
    """What else is asked of a model, and why: about suites that head changes. Their judges are in it."""

    suite: str
    model: str
    reason: str
    outlay: Outlay


class Outlook(Model):
    """Everything that one gate would do, and what it can decide."""

    version: str
    gate: str
    config: str
    event: Event | None
    """None for the files as they are now, where every model is taken to have changed."""
    alpha: float
    steps: tuple[Step, ...]
    models: tuple[ModelOutlook, ...]
    extras: tuple[ExtraOutlook, ...]
    total: Outlay
    budget_usd: Decimal | None
    """What `eval_usd` allows; all budgets are in `budgets`."""
    budgets: tuple[BudgetLine, ...] = ()
    """As earlier runs left them."""
    assumptions: tuple[str, ...]
    """What the figures rest on."""
    warnings: tuple[str, ...]
    notices: tuple[str, ...]


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
