"""One gate run from its first second to its report.

`Run` remembers what has been found out so far, because an error half-way must lose nothing that was learnt
and paid for: the report of a run that broke off still shows it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from mist_ci import gate, matchspec, planning
from mist_ci.errors import Code, ConfigError, needs_approval
from mist_ci.matchspec import ImportedSuite, Portion
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.ceilings import NOTHING, Charge
from mist_ci.models.comparison import ModelComparison
from mist_ci.models.config import Policy, Waiver
from mist_ci.models.finding import DataReport
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import Change, Event, ModelChange, Plan, SuiteDocument
from mist_ci.models.record import ReadResults
from mist_ci.models.report import BudgetLine, SelfCheck, TrainingEstimate
from mist_ci.models.suite import Suite
from mist_ci.models.verdict import Decision
from mist_ci.parsing import safe_yaml
from mist_ci.ports import World
from mist_ci.ports.files import Tree
from mist_ci.stages.account import Account
from mist_ci.stages.affording import can_pay
from mist_ci.stages.calibrated import beside_calibration
from mist_ci.stages.data import DataStage
from mist_ci.stages.evaluation import ChangedSuite, ModelStage, suite_by_base_rules
from mist_ci.stages.judges import vouched_for, without_bar
from mist_ci.stages.origins import anchor_commit, changes_of, origins_of
from mist_ci.stages.results import imported_suites, notices_of, refuse_many
from mist_ci.stages.suites import find_suites, leaked_keys, load_changed, load_suites
from mist_ci.tokentrace import Recorder


@dataclass
class Run:
    """One gate run, from its first second to its report."""

    world: World
    gate_name: str
    config: str
    event: Event
    run_id: str
    started: datetime
    start_ns: int
    store: Recorder
    plan: Plan | None = None
    documents: tuple[SuiteDocument, ...] = ()
    suites: tuple[Suite, ...] = ()
    data: list[DataReport] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    attempts: dict[str, list[Attempt]] = field(default_factory=dict)
    comparisons: list[ModelComparison] = field(default_factory=list)
    self_checks: list[SelfCheck] = field(default_factory=list)
    changed_suites: list[ChangedSuite] = field(default_factory=list)
    _changed: dict[str, Suite] = field(default_factory=dict)
    training: list[TrainingEstimate] = field(default_factory=list)
    budgets: tuple[BudgetLine, ...] = ()
    read_results: ReadResults | None = None
    """What another runner measured, and so is not asked here."""
    commit: str | None = None
    """The head, where stored answers to its own gate are not doubted."""
    anchor: str | None = None
    """The commit of an anchor that is a ref."""
    pull_requests: str = ""
    """Those that this run is for, parted by spaces."""

    @classmethod
    def begin(
        cls, world: World, gate_name: str, config: str, event: Event, results: ReadResults | None = None
    ) -> "Run":
        """A run with an id of its own and an empty results directory."""
        started = world.clock.now()
        run_id = f"{started:%Y%m%dT%H%M%SZ}-{world.clock.unique()[:8]}"
        start_ns, store = world.clock.now_ns(), Recorder.create(world, run_id)
        return cls(world, gate_name, config, event, run_id, started, start_ns, store, read_results=results)

    def _tree(self, side: str) -> Tree:
        return self._trees[side]

    @cached_property
    def _trees(self) -> dict[str, Tree]:
        event, files = self.event, self.world.files
        commits = {"base": event.base, "head": event.head, "merge base": event.merge_base}
        return {side: files.tree(commit, side) for side, commit in commits.items()}

    @cached_property
    def account(self) -> Account:
        """What this run may spend, and what it has."""
        gate_of = {"mist.gate": self.gate_name, "mist.config": self.config}
        return Account(self.world, self.started, gate_of, self.pull_requests, self._planned.gate.budgets)

    @property
    def complete(self) -> bool:
        """False when a budget ran out."""
        return self.plan is None or self.account.complete

    @property
    def _planned(self) -> Plan:
        if self.plan is None:
            raise RuntimeError("make_plan comes first")
        return self.plan

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """Waivers of this gate that have not expired."""
        return gate.waivers_in_force(self._planned.policy.waivers, self.gate_name, self.started.date())

    def make_plan(self, policy: Policy, anchors: Mapping[str, str]) -> Plan:
        """What changed and what therefore runs. Raises ConfigError, and CouldNotRun where an anchor is nowhere."""
        config, changes = self.config, changes_of(self.event, self.world.files)
        self._find_anchor(policy, changes, anchors)
        broken: ConfigError | None = None
        try:
            self.documents = find_suites(self._tree("base"), policy, self.config, self.world)
        except ConfigError as error:
            broken = error
        suites = None if broken else self.documents
        self.plan = planning.make_plan(
            self.event, self.gate_name, policy, config, changes, suites, self._trees
        )
        if broken is not None and (self.plan.models or self.plan.datasets):
            raise broken
        if self.plan.changes_later_gates:
            self._check_head()
        self.notices += self.plan.notices
        return self.plan

    def _find_anchor(self, policy: Policy, changes: Sequence[Change], anchors: Mapping[str, str]) -> None:
        paths, files = [change.path for change in changes], self.world.files
        self.anchor = anchor_commit(policy, self.gate_name, self.config, paths, anchors, files)
        if self.anchor is not None:
            self._trees["anchor"] = files.tree(self.anchor, "anchor")

    def _check_head(self) -> None:
        """A change of suites or policy must not lock out the changes that come after it."""
        head, config = self._tree("head"), self.config
        policy = planning.read_policy(head, config)
        if policy is not None:
            source = safe_yaml.load(head.read(config), config)
            planning.check_head(policy, source, head, find_suites(head, policy, config, self.world))

    def load_suites(self) -> tuple[Suite, ...]:
        """The suites at the base tip: the cohort that decides."""
        self.suites = load_suites(self.documents, self._tree("base"), self.world)
        return self.suites

    def validate(self, name: str, suites: tuple[Suite, ...]) -> None:
        """Findings, tokens and leakage of one data set at head; rows that base already has are known."""
        stage = DataStage(name, self._planned, self._trees, self.world, self.config)
        found = stage.validate(suites)
        self.data.append(found)
        self.notices += stage.notices(found)
        self.training.append(stage.training_estimate(found))
        stage.refuse_pointers(found)

    def data_is_good(self) -> bool:
        """False when a data set has new findings that fail this gate."""
        fail_on = self._planned.gate.data.fail_on
        good = not any(found.gating(fail_on) for found in self.data)
        if not good and self._planned.models:
            self.notices.append(
                "models were not evaluated, because the data failed first: no token was spent"
            )
        return good

    def check_spending(self, *, may_spend: bool) -> None:
        """Raises CouldNotRun MC312 when models would have to be asked and this run may not spend."""
        if self._planned.asks_models and not may_spend:
            raise needs_approval()

    def can_pay(self, suites: tuple[Suite, ...]) -> bool:
        """False when no budget pays for even the least that asking takes: then it is over, and nobody is asked."""
        base = self._tree("base")
        return can_pay(self.account, self._planned, suites, self._changed_suite, base, self.world)

    def _changed_suite(self, path: str) -> Suite:
        if path not in self._changed:
            trees = self._tree("head"), self._tree("base")
            self._changed[path] = load_changed(path, trees[0], self.documents, trees[1], self.world)
        return self._changed[path]

    def check_changed_suite(self, path: str) -> None:
        """A suite that head adds or edits must load, run on the current base model, and hold its floor there."""
        suite = self._changed_suite(path)
        if suite.imported:
            return  # what it asks is known to its runner only
        suite = without_bar(suite_by_base_rules(suite, self.suites), self._tree("base"), self.config)
        if suite.is_pairwise:
            self.self_checks.append(gate.self_check_of_pairs(suite))
            self.changed_suites.append(ChangedSuite(suite, {}))
            return
        policy = self._planned.policy
        answers: dict[str, tuple[Attempt, ...]] = {}
        for name, reference_path in policy.guarded_models(self._planned.gate).items():
            if not self._tree("base").exists(reference_path):
                continue
            reference = planning.read_reference(self._tree("base"), reference_path, policy)
            label = f"{name}: {suite.name} as changed"
            attempts = self.ask([Portion.whole(suite)], {Side.BASE: reference}, label)
            self.self_checks.append(gate.self_check(suite, attempts, name))
            answers[reference.digest] = attempts
        self.changed_suites.append(ChangedSuite(suite, answers))

    def evaluate(self, change: ModelChange, suites: tuple[Suite, ...]) -> None:
        """Head against base, and against the anchor, on the same samples."""
        if not suites:
            message = f"{change.name} changed, and the policy lists no suite to compare it on"
            raise ConfigError(Code.MISSING_KEY, message, hint="add `suites: [suites/*.yml]` to the policy")
        if self.read_results is not None:
            refuse_many(self._planned.models)
        judges = vouched_for(suites, self._tree("base"), self.config, self._planned.gate)
        waived = gate.waived_suites(self.waivers, change.head.digest)
        results = self.read_results() if self.read_results else None
        imported = imported_suites(change, results, suites) if results else ()
        stage = ModelStage(
            change,
            self._planned.gate,
            self,
            self.world,
            leaked_keys(self.data),
            waived,
            imported,
            self.commit,
            judges,
            self._planned.policy.providers,
        )
        try:
            compared = stage.compare(suites, self.changed_suites)
            calibrated, notices = beside_calibration(change, compared, self._tree("base"), self.config)
            self.comparisons.append(calibrated)
            self.notices += notices
        finally:
            self.notices += stage.notices
        if results is not None:
            self.notices += notices_of(imported, results)
            self._keep_imported(change, imported)

    def _keep_imported(self, change: ModelChange, imported: Sequence[ImportedSuite]) -> None:
        """What others asked is part of the report as if it had been asked here."""
        found = [one for each in imported for one in each.attempts]
        self.attempts.setdefault(change.name, []).extend(found)
        self.store.trace(found)
        known = {one.suite.name for one in imported}
        self.suites = (
            *(one for one in self.suites if one.name not in known),
            *(one.suite for one in imported),
        )

    def ask(
        self, portions: Sequence[Portion], sides: Mapping[Side, ModelReference], label: str
    ) -> tuple[Attempt, ...]:
        """Implements stages.evaluation.Asker. Raises what ended the asking, once all answers are kept."""
        providers = self._planned.policy.providers
        contestants = [
            matchspec.Contestant(side, reference, providers[reference.provider], self.commit)
            for side, reference in sides.items()
        ]
        self.store.origins = origins_of(self.event, sides, self.anchor)
        where = self.world, self.store, self.account.ceilings, providers, self._watch
        evaluation = matchspec.evaluate(portions, contestants, *where)
        # Added, never replaced: head may call two suites by one name, and both were paid for.
        self.attempts.setdefault(label, []).extend(evaluation.attempts)
        self.account.take(evaluation)
        if evaluation.failure is not None:
            raise evaluation.failure
        self._watch(NOTHING)
        return evaluation.attempts

    def _watch(self, spent: Charge) -> None:
        """Alerts, once this call for answers has spent so much."""
        self.store.heed(self.account.gauges(spent))

    def forget(self, label: str, is_wrong: Callable[[Attempt], bool]) -> None:
        """Takes attempts out of what reports are made from; they stay in the results directory."""
        self.attempts[label] = [one for one in self.attempts[label] if not is_wrong(one)]

    def decide(self) -> Decision:
        """Everything that was found out, as one decision."""
        plan = self._planned
        found = self.comparisons, self.data, self.self_checks, self.hold_budgets(), self.waivers
        return gate.decide(plan.gate, *found, complete=self.complete, remarks=plan.changes_what_judges)

    def hold_budgets(self) -> tuple[BudgetLine, ...]:
        """Every budget of the gate against what was spent."""
        everything = [attempt for many in self.attempts.values() for attempt in many]
        self.budgets = self.account.lines(self._planned, self.data, self.training, everything, self.suites)
        self.notices += self.account.notices
        return self.budgets
