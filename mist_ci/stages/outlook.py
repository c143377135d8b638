"""Looking ahead: what one gate would ask, what that costs and what it can decide. Nothing is asked of a model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType

from mist_ci import __version__, gate, matchspec, planning, tokentrace
from mist_ci.errors import Code, ConfigError
from mist_ci.gate import Family
from mist_ci.models.calibration import Calibration, SuiteCalibration
from mist_ci.models.config import Gate, Policy
from mist_ci.models.figures import money
from mist_ci.models.modelref import ModelReference
from mist_ci.models.outlook import (
    NOTHING,
    EarlierSuite,
    ModelOutlook,
    Outlay,
    Outlook,
    Range,
    SelfCheckOutlook,
    SuiteOutlook,
)
from mist_ci.models.plan import Event, ModelChange, Step, StepKind
from mist_ci.models.suite import Suite
from mist_ci.planning import Case
from mist_ci.ports import World
from mist_ci.ports.files import Tree
from mist_ci.stages.run import Run

NO_CALIBRATION = Calibration(version=1)
Earlier = Mapping[tuple[str, str], EarlierSuite]
"""What earlier runs have seen, by reference and suite."""
NO_RUNS: Earlier = MappingProxyType({})
AS_IF = "asked as if it had changed"


def outlook_of_change(world: World, event: Event, case: Case, earlier: Earlier = NO_RUNS) -> Outlook:
    """What a gate would do about a change. `world.results` should keep nothing. Raises MistError like the gate."""
    if case.broken is not None:
        raise case.broken
    run = Run.begin(world, case.gate, case.config, event)
    if case.policy is None:
        return _nothing(case, event, "not gated yet: the policy takes effect after the merge")
    plan = run.make_plan(case.policy)
    base, head = world.files.tree(event.base, "base"), world.files.tree(event.head, "head")
    ahead = Ahead(world, case.policy, plan.gate, _calibration(base, case.config), earlier)
    suites = run.load_suites() if plan.models else ()
    changed = [matchspec.load(matchspec.read(head, path), world.executor) for path in plan.changed_suites]
    current = ahead.guarded_references(base)
    return ahead.outlook(case, event, plan.steps, plan.models, suites, (changed, current), run.notices)


def outlook_of_files(world: World, tree: Tree, case: Case, earlier: Earlier = NO_RUNS) -> Outlook:
    """What a gate would do if every model that it guards changed, with the files of a tree as they are."""
    policy = case.policy
    if policy is None:
        return _nothing(case, None, "there is no policy")
    ahead = Ahead(world, policy, policy.gates[case.gate], _calibration(tree, case.config), earlier)
    suites = [matchspec.load(one, world.executor) for one in matchspec.find(tree, policy.suites, case.config)]
    models = [
        ModelChange(
            name=name,
            path=policy.models[name],
            base=planning.read_reference(tree, ahead.base_path(policy.models[name]), policy),
            base_label=AS_IF,
            head=one,
        )
        for name, one in ahead.guarded_references(tree).items()
    ]
    steps = tuple(Step(kind=StepKind.EVALUATE, subject=model.name, reason=AS_IF) for model in models)
    return ahead.outlook(case, None, steps, models, suites, ((), {}), ())


@dataclass
class Ahead:
    """One gate, looked at from before; collects what its figures rest on."""

    world: World
    policy: Policy
    gate: Gate
    calibration: Calibration
    earlier: Earlier
    assumptions: dict[str, None] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)

    def guarded_references(self, tree: Tree) -> dict[str, ModelReference]:
        """Name → reference of the guarded models that are there. Raises ConfigError."""
        return {
            name: planning.read_reference(tree, path, self.policy)
            for name, path in self.policy.guarded_models(self.gate).items()
            if tree.exists(path)
        }

    def base_path(self, path: str) -> str:
        """The reference that a model is compared to: its own, or the one that the gate names."""
        return path if self.gate.compare_to == "base" else self.gate.compare_to

    def outlook(
        self,
        case: Case,
        event: Event | None,
        steps: tuple[Step, ...],
        models: Sequence[ModelChange],
        suites: Sequence[Suite],
        changed: tuple[Sequence[Suite], dict[str, ModelReference]],
        notices: Sequence[str],
    ) -> Outlook:
        """Everything together. `changed`: suites that head changes, and the references that they are tried on."""
        if models and not suites:
            hint = "add `suites: [suites/*.yml]` to the policy"
            message = "models are guarded, and the policy lists no suite to compare them on"
            raise ConfigError(Code.MISSING_KEY, message, hint=hint)
        ahead = tuple(self._model(change, suites) for change in models)
        checks = tuple(self._self_checks(*changed))
        outlays = [side for one in ahead for suite in one.suites for side in (suite.base, suite.head) if side]
        total = sum([*outlays, *(check.outlay for check in checks)], NOTHING)
        budget = self.gate.budgets.eval_usd
        return Outlook(
            version=__version__,
            gate=case.gate,
            config=case.config,
            event=event,
            alpha=self.gate.defaults.alpha,
            steps=steps,
            models=ahead,
            self_checks=checks,
            total=total,
            budget_usd=budget,
            assumptions=tuple(self.assumptions),
            warnings=(*self._budget_warnings(total), *self.warnings),
            notices=tuple(notices),
        )

    def _model(self, change: ModelChange, suites: Sequence[Suite]) -> ModelOutlook:
        family = Family.of(suites)
        ordered = sorted(suites, key=lambda suite: suite.name)
        found = tuple(self._suite(suite, change, family) for suite in ordered)
        told = [one.prospects for one in found if one.prospects is not None]
        model = ModelOutlook(
            model=change.name,
            path=change.path,
            base_model=change.base.model if change.base else None,
            head_model=change.head.model,
            suites=found,
            hypotheses=family.hypotheses,
            clean_blocked=gate.clean_blocked(told, family, self.gate.defaults.alpha) if told else None,
            clean_certified=prod(one.certified for one in told) if told else None,
        )
        self._note(self.warnings, gate.cautions(model))
        return model

    def _suite(self, suite: Suite, change: ModelChange, family: Family) -> SuiteOutlook:
        measured = self._measured(suite, change)
        earlier = self.earlier.get((change.path, suite.name)) if change.base else None
        lengths = tokentrace.Lengths.known(measured, earlier)
        times = suite.attempts
        base = Range(least=times.base, most=times.base)
        head = Range(least=times.head, most=max(times.head, times.max_head or 0))
        clusters = {sample.cluster for sample in suite.samples}
        ahead = SuiteOutlook(
            suite=suite.name,
            role=suite.role,
            must_improve=suite.must_improve,
            samples=len(suite.samples),
            clusters=None if clusters == {None} else len(clusters),
            margin=gate.margin_of(suite, self.gate),
            base_attempts=times.base,
            head_attempts=head,
            base=self._outlay(suite, base, change.base, lengths, is_compared=True) if change.base else None,
            head=self._outlay(suite, head, change.head, lengths, is_compared=change.base is not None),
            prospects=gate.prospects(suite, self.gate, family, measured, earlier) if change.base else None,
        )
        self._note(self.assumptions, gate.spread_told(suite, measured, earlier) if change.base else ())
        self._note(self.warnings, gate.measured_cautions(ahead, measured))
        if earlier is None:
            self._note(self.warnings, gate.attempts_advice(suite, self.gate, family, measured))
        return ahead

    def _measured(self, suite: Suite, change: ModelChange) -> SuiteCalibration | None:
        """A calibration of this very suite on the model that is in use; one that is out of date is told."""
        if change.base is None:
            return None
        path = self.base_path(change.path)
        stale = self.calibration.stale(suite.name, suite.digest, path, change.base.digest)
        if stale:
            again = f"it is ignored; `mist-ci calibrate {path}` measures again"
            self._note(self.warnings, [f"{stale}: {again}"])
        return self.calibration.of(suite.name, suite.digest, change.base.digest)

    def _self_checks(
        self, suites: Sequence[Suite], references: dict[str, ModelReference]
    ) -> Iterator[SelfCheckOutlook]:
        for suite in suites:
            times = Range(least=suite.attempts.base, most=suite.attempts.base)
            for name, reference in references.items():
                outlay = self._outlay(suite, times, reference)
                yield SelfCheckOutlook(suite=suite.name, model=name, outlay=outlay)

    def _outlay(
        self,
        suite: Suite,
        attempts: Range,
        reference: ModelReference,
        lengths: tokentrace.Lengths | None = None,
        *,
        is_compared: bool = False,
    ) -> Outlay:
        provider = self.policy.providers[reference.provider]
        accounts = tokentrace.Accounts(self.world.tokens, self.world.prices, self.world.clock.now().date())
        answers = tokentrace.Answers.expected(reference, provider, lengths)
        found = tokentrace.outlay(suite, attempts, answers, accounts, is_compared=is_compared)
        told = tokentrace.assumptions(suite, answers, accounts, lengths, is_compared=is_compared)
        self._note(self.assumptions, told)
        if found.usd_most is None and self.gate.budgets.eval_usd is not None:
            warning = f"eval_usd is set and the price of {reference.model!r} is unknown: the gate would end with MC306"
            self._note(self.warnings, [warning])
        return found

    def _budget_warnings(self, total: Outlay) -> Iterator[str]:
        budget = self.gate.budgets.eval_usd
        if budget is None or total.usd_least is None or total.usd_most is None:
            return
        if budget < total.usd_least:
            yield (
                f"eval_usd allows {money(budget)} and the least that this takes is {money(total.usd_least)}: the gate "
                f"will stop half way, and fail"
            )
        elif budget < total.usd_most:
            yield f"eval_usd allows {money(budget)}, and this may take up to {money(total.usd_most)}"

    @staticmethod
    def _note(kept: dict[str, None], sentences: Iterator[str] | Sequence[str]) -> None:
        kept.update(dict.fromkeys(sentences))


def _calibration(tree: Tree, config: str) -> Calibration:
    return planning.read_calibration(tree, config) or NO_CALIBRATION


def _nothing(case: Case, event: Event | None, notice: str) -> Outlook:
    return Outlook(
        version=__version__,
        gate=case.gate,
        config=case.config,
        event=event,
        alpha=0.05,
        steps=(),
        models=(),
        self_checks=(),
        total=NOTHING,
        budget_usd=None,
        assumptions=(),
        warnings=(),
        notices=(notice,),
    )
