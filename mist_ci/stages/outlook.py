"""Looking ahead: what one gate would ask, what that costs and what it can decide. Nothing is asked of a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mist_ci import __version__, matchspec, planning
from mist_ci.errors import Code, ConfigError
from mist_ci.models.calibration import Calibration
from mist_ci.models.config import Defaults
from mist_ci.models.outlook import NOTHING, ExtraOutlook, ModelOutlook, Outlook
from mist_ci.models.plan import Event, ModelChange, Step, StepKind
from mist_ci.models.suite import Suite
from mist_ci.parsing import safe_yaml
from mist_ci.planning import Case
from mist_ci.ports import World
from mist_ci.ports.files import Tree
from mist_ci.stages.account import Account
from mist_ci.stages.ahead import Ahead, Earlier
from mist_ci.stages.foreseen import budget_warnings, budgets_ahead
from mist_ci.stages.least import FirstQuestions, first_questions, least, self_check_questions
from mist_ci.stages.run import Run
from mist_ci.stages.suites import load_changed

NO_CALIBRATION = Calibration(version=1)
NO_RUNS: Earlier = MappingProxyType({})
AS_IF = "asked as if it had changed"


def outlook_of_change(
    world: World, event: Event, case: Case, earlier: Earlier = NO_RUNS, pull_requests: str = ""
) -> Outlook:
    """What a gate would do about a change. `world.results` should keep nothing. Raises MistError like the gate."""
    if case.broken is not None:
        raise case.broken
    run = Run.begin(world, case.gate, case.config, event)
    if case.policy is None:
        return _nothing(case, event, "not gated yet: the policy takes effect after the merge")
    plan = run.make_plan(case.policy, {})
    base, head = world.files.tree(event.base, "base"), world.files.tree(event.head, "head")
    ahead = Ahead(world, case.policy, plan.gate, _calibration(base, case.config), earlier)
    ahead.judges = planning.read_judges(base, case.config)
    suites = run.load_suites() if plan.models else ()
    _require_suites(plan.models, suites)
    changed = [load_changed(path, head, run.documents, base, world) for path in plan.changed_suites]
    asked = [suite for suite in changed if not suite.imported]
    models = tuple(ahead.model(change, suites) for change in plan.models)
    extras = [*ahead.extras(asked, ahead.guarded_references(base))]
    extras += [one for change in plan.models for one in ahead.added(change, asked, suites)]
    run.pull_requests, run.account.only_looks = pull_requests, True
    current = ahead.guarded_references(base)
    first = [*first_questions(plan.gate, plan.models, suites), *self_check_questions(changed, current)]
    seen = _Seen(event, plan.steps, models, extras, run.notices)
    return _outlook(ahead, case, seen, run.account, first)


def outlook_of_files(world: World, tree: Tree, case: Case, earlier: Earlier = NO_RUNS) -> Outlook:
    """What a gate would do if every model that it guards changed, with the files of a tree as they are."""
    policy = case.policy
    if policy is None:
        return _nothing(case, None, "there is no policy")
    ahead = Ahead(world, policy, policy.gates[case.gate], _calibration(tree, case.config), earlier)
    ahead.judges = planning.read_judges(tree, case.config)
    documents = matchspec.find(tree, policy.suites, case.config, world.shipped)
    planning.check_head(policy, safe_yaml.load(tree.read(case.config), case.config), tree, documents)
    planning.check_judges(policy, tree, documents)
    programs = matchspec.TrustedPrograms(tree)
    suites = [matchspec.load(one, world.executor, programs=programs) for one in documents]
    changes = _as_if_changed(ahead, tree)
    _require_suites(changes, suites)
    models = tuple(ahead.model(change, suites) for change in changes)
    steps = tuple(Step(kind=StepKind.EVALUATE, subject=one.model, reason=AS_IF) for one in models)
    account = Account(world, world.clock.now(), {}, "", ahead.gate.budgets, only_looks=True)
    first = list(first_questions(ahead.gate, changes, suites))
    return _outlook(ahead, case, _Seen(None, steps, models), account, first)


def _as_if_changed(ahead: Ahead, tree: Tree) -> list[ModelChange]:
    """Every guarded model as it is now, against what it is compared to; a tag as anchor stands for such a model."""
    changes, anchor = [], ahead.gate.anchor
    for name, head in ahead.guarded_references(tree).items():
        path = ahead.policy.models[name]
        base = planning.read_reference(tree, ahead.base_path(path), ahead.policy)
        fixed = None
        if anchor is not None:
            fixed = base if ahead.gate.anchor_ref else planning.read_reference(tree, anchor, ahead.policy)
        changes.append(
            ModelChange(
                name=name,
                path=path,
                base=base,
                base_label=AS_IF,
                head=head,
                anchor=fixed,
                anchor_label=anchor or "",
            )
        )
    return changes


def _require_suites(models: Sequence[ModelChange], suites: Sequence[Suite]) -> None:
    if models and not suites:
        hint = "add `suites: [suites/*.yml]` to the policy"
        message = "models are guarded, and the policy lists no suite to compare them on"
        raise ConfigError(Code.MISSING_KEY, message, hint=hint)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What would run."""

    event: Event | None
    steps: tuple[Step, ...]
    models: tuple[ModelOutlook, ...]
    extras: Sequence[ExtraOutlook] = ()
    notices: Sequence[str] = ()


def _outlook(
    ahead: Ahead, case: Case, seen: _Seen, account: Account, first: Sequence[FirstQuestions]
) -> Outlook:
    sides = [
        side
        for one in seen.models
        for suite in one.suites
        for side in (suite.base, suite.head, suite.anchor)
        if side
    ]
    judges = [one.outlay for model in seen.models for suite in model.suites for one in suite.judges]
    total = sum([*sides, *judges, *(extra.outlay for extra in seen.extras)], NOTHING)
    warnings: tuple[str, ...] = ()
    if seen.models or seen.extras:
        warnings = tuple(budget_warnings(account, total, least(first, ahead.policy, ahead.world)))
    return Outlook(
        version=__version__,
        gate=case.gate,
        config=case.config,
        event=seen.event,
        alpha=ahead.gate.defaults.alpha,
        steps=seen.steps,
        models=seen.models,
        extras=tuple(seen.extras),
        total=total,
        budget_usd=ahead.gate.budgets.eval_usd,
        budgets=budgets_ahead(account) if seen.models or seen.extras else (),
        assumptions=tuple(ahead.assumptions),
        warnings=(*warnings, *ahead.warnings),
        notices=(*seen.notices, *account.notices),
    )


def _calibration(tree: Tree, config: str) -> Calibration:
    return planning.read_calibration(tree, config) or NO_CALIBRATION


def _nothing(case: Case, event: Event | None, notice: str) -> Outlook:
    return Outlook(
        version=__version__,
        gate=case.gate,
        config=case.config,
        event=event,
        alpha=Defaults().alpha,
        steps=(),
        models=(),
        extras=(),
        total=NOTHING,
        budget_usd=None,
        assumptions=(),
        warnings=(),
        notices=(notice,),
    )
