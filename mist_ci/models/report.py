"""One frozen Report: all that any text about a run is made from."""

import unicodedata
from datetime import date
from decimal import Decimal

from pydantic import ConfigDict

from mist_ci.errors import Code, Where
from mist_ci.models.base import Model
from mist_ci.models.config import Waiver
from mist_ci.models.difference import InferenceDifference
from mist_ci.models.finding import DataReport, Severity
from mist_ci.models.plan import Event, Step
from mist_ci.models.token_check import TokenCheck
from mist_ci.models.usage import Spend
from mist_ci.models.verdict import Decision, State

DEFAULT_CONFIG = "mist.yml"
_CENT = Decimal("0.01")
VERIFY = "verify"
"""In place of a gate's label: what pushes and runs on demand report. No merge rule requires `mist/verify`."""


def gate_label(gate: str, config: str) -> str:
    """`release`, or `release (services/a/mist.yml)`: two policies of one repository may name a gate alike."""
    return gate if config == DEFAULT_CONFIG else f"{gate} ({config})"


def parts_of(label: str) -> tuple[str, str]:
    """The gate and the path of its policy, from what `gate_label` made of them.

    >>> parts_of("release (services/a/mist.yml)"), parts_of("release")
    (('release', 'services/a/mist.yml'), ('release', 'mist.yml'))
    """
    gate, _, rest = label.partition(" (")
    return gate, rest.removesuffix(")") or DEFAULT_CONFIG


def folded(label: str) -> str:
    """A label as code hosts compare it: without case, and without other ways to write the same letters."""
    return unicodedata.normalize("NFKC", label).casefold()


class Status(Model):
    """A commit status as it would be posted: `description` has at most 140 characters."""

    context: str
    state: State
    description: str


class Problem(Model):
    """A MistError as data."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )

    code: str
    message: str
    where: Where | None = None
    hint: str | None = None


class BudgetLine(Model):
    """One budget held against what was spent. `spent` None means that the price is unknown."""

    name: str
    limit: str
    spent: str | None
    over: bool
    left: str | None = None
    """What of the limit remains; None where nothing can remain: of an increase."""
    held: bool = True
    """False where not all that counts is known, and why is in `note`: what is known is held against the limit."""
    note: str | None = None


class TrainingEstimate(Model):
    """What training on the head data would cost; None where no training price is known."""

    dataset: str
    tokens: int
    token_basis: str
    epochs: int
    cost_usd: Decimal | None
    """For all tokens of the texts, in all epochs."""
    usd_least: Decimal | None = None
    """Without what the service cuts away or drops."""
    usd_most: Decimal | None = None
    """With what its chat template may add to each message."""
    wasted_tokens: int = 0
    """In all epochs: tokens of copies, of rows that have nothing to learn, and of what the trainer cuts or drops."""
    wasted_usd: Decimal | None = None
    as_of: date | None = None
    """The day the price was true."""

    @property
    def sentence(self) -> str | None:
        """`you would pay $38.10 to $43.00 (prices of 2026-11-01); $9.80 buys nothing`; None without a price."""
        if self.cost_usd is None:
            return None
        least, most = self.usd_least or self.cost_usd, self.usd_most or self.cost_usd
        paid = f"${most:,.2f}" if f"{least:.2f}" == f"{most:.2f}" else f"${least:,.2f} to ${most:,.2f}"
        dated = f" (prices of {self.as_of})" if self.as_of else ""
        wasted = self.wasted_usd if self.wasted_usd is not None and self.wasted_usd >= _CENT else None
        return f"you would pay {paid}{dated}" + (f"; ${wasted:,.2f} buys nothing" if wasted else "")


class SpendLine(Model):
    """Evaluation spend of one model reference's side."""

    model: str
    side: str
    spend: Spend


class SelfCheck(Model):
    """A changed suite on the current base model: does it load, run, and hold its floor?"""

    suite: str
    samples: int
    mean: float | None
    floor: float | None
    ok: bool
    message: str


class Report(Model):
    """Everything that happened in one gate run."""

    version: str
    run_id: str
    gate: str
    config: str = DEFAULT_CONFIG
    """The path of the policy that was applied."""
    event: Event
    steps: tuple[Step, ...]
    notices: tuple[str, ...]
    data: tuple[DataReport, ...]
    decision: Decision
    self_checks: tuple[SelfCheck, ...] = ()
    spend: tuple[SpendLine, ...] = ()
    inference: tuple[InferenceDifference, ...] = ()
    """What an answer costs at base and at head, for each model of which both have answered."""
    token_checks: tuple[TokenCheck, ...] = ()
    """Reported tokens held against counted ones, for each model that reported any."""
    training: tuple[TrainingEstimate, ...] = ()
    budgets: tuple[BudgetLine, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    """Those of this gate that have not expired, used or not."""
    fail_on: Severity = Severity.ERROR
    """The least severe new finding that fails this gate."""
    problem: Problem | None = None
    results_dir: str
    started_at: str
    duration_s: float

    @property
    def about_tokens(self) -> tuple[str, ...]:
        """Sentences about tokens that sums do not tell: how far reports are from counts, what a tokenizer does."""
        why = (told for one in self.inference for told in (one.prompts, one.lengths) if told)
        return (*(one.sentence for one in self.token_checks), *why)

    @property
    def is_waiting(self) -> bool:
        """True when all that is missing is a maintainer's approval to spend."""
        return self.problem is not None and self.problem.code == Code.NEEDS_APPROVAL

    @property
    def label(self) -> str:
        """The gate as a status, a comment and a person name it."""
        return gate_label(self.gate, self.config)
