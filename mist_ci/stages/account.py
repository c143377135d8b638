"""The account of one run: what its gate allows, what earlier runs left of that, and what this one has taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from mist_ci import tokentrace
from mist_ci.matchspec import Evaluation
from mist_ci.models.attempt import Attempt
from mist_ci.models.ceilings import Ceilings, Charge, Unit
from mist_ci.models.config import Budgets
from mist_ci.models.finding import DataReport
from mist_ci.models.plan import Plan
from mist_ci.models.report import BudgetLine, TrainingEstimate
from mist_ci.models.spent import NOTHING_SPENT, Allowance, EarlierSpend, Spent
from mist_ci.models.suite import Suite
from mist_ci.ports import World
from mist_ci.tokentrace import Gauge

Attributes = dict[str, str | int | float | bool | None]
NEW_LEDGER = "the ledger has no earlier run: budgets of pull requests and months begin here"


@dataclass
class Account:
    """Kept from the first second of a run to its report. The ledger is read when a budget first needs it."""

    world: World
    started: datetime
    gate: Mapping[str, str]
    """Attributes of spans that tell this gate from others."""
    pull_requests: str = ""
    """Those that the run is for, parted by spaces; empty for none."""
    budgets: Budgets = field(default_factory=Budgets)
    only_looks: bool = False
    """Nothing will be added to the ledger."""
    taken: Spent = NOTHING_SPENT
    """Against ceilings: also tries that may have been billed and brought nothing."""
    stopped_by: frozenset[Unit] = frozenset()
    refused: Charge | None = None
    """The least that the run would have taken, when that did not fit, and nobody was asked."""
    notices: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """False when a budget ended the asking, or kept it from beginning."""
        return not self.stopped_by

    @cached_property
    def earlier(self) -> EarlierSpend | None:
        """None without a ledger. Raises CouldNotRun MC324, MC309 and ConfigError MC101."""
        ledger = self.world.ledger
        if ledger is None:
            return None
        if not self.only_looks:
            ledger.open()
        known = tokentrace.read_ledger(ledger.lines(), self.world.clock.now_ns())
        self.notices += ledger.notices if known.runs else [NEW_LEDGER, *ledger.notices]
        return tokentrace.earlier_spend(known, self.started, self.gate, self.pull_requests, ledger.place)

    @cached_property
    def allowances(self) -> tuple[Allowance, ...]:
        """Budgets of money, tokens and minutes. Raises CouldNotRun MC306 and what reading the ledger raises."""
        return tokentrace.allowances(self.budgets, self.earlier if self.budgets.needs_ledger else None)

    @property
    def ceilings(self) -> Ceilings:
        """What the next calls may take."""
        return tokentrace.ceilings(self.allowances, self.taken)

    def gauges(self, spent: Charge) -> Iterator[Gauge]:
        """Every budget as numbers, when the call for answers that goes on has spent so much."""
        now = self.taken + Spent(spent.usd, spent.tokens)
        return tokentrace.gauges(self.allowances, now, self.stopped_by)

    def take(self, evaluation: Evaluation) -> None:
        """Counts what was asked."""
        spent = evaluation.spent
        self.taken += Spent(spent.usd, spent.tokens, evaluation.took_s)
        self.stopped_by |= evaluation.stopped_by

    def lacks(self, least: Charge) -> frozenset[Unit]:
        """What there is too little of to pay for the least that asking takes."""
        return tokentrace.too_little(self.allowances, least)

    def refuse(self, least: Charge) -> None:
        """Nobody is asked: it does not fit."""
        self.stopped_by, self.refused = self.lacks(least), least

    def lines(
        self,
        plan: Plan,
        data: Sequence[DataReport],
        training: Sequence[TrainingEstimate],
        attempts: Sequence[Attempt],
        suites: Sequence[Suite],
    ) -> tuple[BudgetLine, ...]:
        """Every budget against what was spent. Raises CouldNotRun MC306, and what reading the ledger raises."""
        hashes = {found.dataset: found.data_hash for found in data}
        estimates = {hashes[one.dataset]: one for one in training}
        changes = [change.head.trained_on for change in plan.models]
        trained_on = [one.data_hash for one in changes if one is not None and one.data_hash is not None]
        return (
            *self._training(estimates, trained_on),
            *tokentrace.evaluation_budget(
                self.budgets,
                self.allowances if attempts or self.stopped_by else (),
                attempts,
                cohort={suite.digest for suite in suites},
                elsewhere={suite.digest for suite in suites if suite.imported},
                seconds=self.taken.seconds,
                stopped_by=self.stopped_by,
                refused=self.refused,
            ),
        )

    def about(self, attempts: Sequence[Attempt], suites: Sequence[Suite]) -> Attributes:
        """What the run's own span says, so that later runs can hold their budgets."""
        elsewhere = {suite.digest for suite in suites if suite.imported}
        mine = [one for one in attempts if one.suite_digest not in elsewhere]
        if not mine and not self.taken.seconds:
            return {}
        now = tokentrace.spent_now(mine, self.taken.seconds)
        told: Attributes = {
            tokentrace.ASKING_S: round(self.taken.seconds, 3),
            tokentrace.OWN_TOKENS: max(self.taken.tokens, now.tokens),
            tokentrace.OWN_USD: None if now.unpriced else f"{max(self.taken.usd, now.usd):f}",
        }
        return told | ({tokentrace.PULL_REQUESTS: self.pull_requests} if self.pull_requests else {})

    def _training(
        self, estimates: Mapping[str, TrainingEstimate], trained_on: Sequence[str]
    ) -> tuple[BudgetLine, ...]:
        if not self.budgets.of("training_") or not (estimates or trained_on):
            return ()
        recorded = self.earlier.trainings if self.earlier is not None else ()
        looked_at = tokentrace.iterations(estimates, trained_on, recorded)
        return tokentrace.training_budget(self.budgets, looked_at, has_ledger=self.earlier is not None)
