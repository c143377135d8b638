"""One run of the gate, told in verbs. Read this first.

    event → plan → validate → evaluate → compare → decide → report

Everything that touches the world comes in through `World`; the rooms below only compute. A MistError on the
way ends in a Report that says "could not run": never a pass, and never a failure of the model.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mist_ci import planning, report
from mist_ci.errors import MistError, cancelled, unexpected
from mist_ci.models.plan import Event
from mist_ci.models.record import ReadResults
from mist_ci.models.report import DEFAULT_CONFIG, Report
from mist_ci.models.verdict import Outcome
from mist_ci.planning import Case
from mist_ci.ports import World
from mist_ci.stages import Run, conclude, could_not_run


@dataclass(frozen=True, slots=True)
class Ask:
    """What the caller wants: two revisions, where policies are, and optionally one gate by name.

    `base_ref` names the branch where `base` is a commit: gates are chosen by it. `guarded_only`: it is a branch,
    and one that no gate guards has nothing to judge. `default` is the default branch's commit, where base is another
    branch: only its policy says that this one counts. Without `may_spend` everything happens that costs nothing.
    `stands`: what this head's gate was answered once is not doubted when it is asked for again.
    """

    base: str
    head: str
    configs: tuple[str, ...] = (DEFAULT_CONFIG,)
    gate: str | None = None
    base_ref: str | None = None
    default: str | None = None
    guarded_only: bool = False
    may_spend: bool = True
    stands: bool = False
    results: ReadResults | None = None
    """What another runner measured on base and head: it is not asked here."""
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Commit ids of refs that gates are anchored to, where the clone itself does not have them."""
    pull_requests: str = ""
    """Names of those that this is asked for, parted by spaces: budgets of a pull request count its runs by them."""


def run_gates(world: World, ask: Ask) -> tuple[Report, ...]:
    """One report per gate that guards the base branch. Raises UsageError for what the caller got wrong."""
    event, cases = find_cases(world, ask)
    return tuple(run_gate(world, ask, event, case) for case in cases)


def find_cases(world: World, ask: Ask) -> tuple[Event, tuple[Case, ...]]:
    """The two commits, and the gates that guard the base branch. Raises UsageError."""
    event = world.files.event(ask.base, ask.head)
    event = event.model_copy(update={"base_ref": ask.base_ref or event.base_ref})
    base, head = (world.files.tree(getattr(event, side), side) for side in ("base", "head"))
    default = world.files.tree(ask.default, "default branch") if ask.default else None
    cases = planning.find_cases(
        planning.Ground(base, head, default),
        ask.configs,
        event.base_ref,
        ask.gate,
        guarded_only=ask.guarded_only,
    )
    return event, cases


def run_gate(world: World, ask: Ask, event: Event, case: Case) -> Report:
    """One gate, whatever happens: every way out is a report."""
    run = Run.begin(world, case.gate, case.config, event, ask.results)
    run.commit = event.head if ask.stands else None
    run.pull_requests = ask.pull_requests
    try:
        return judge(run, ask, case)
    except MistError as error:
        return could_not_run(run, error)
    except KeyboardInterrupt:
        return could_not_run(run, cancelled())
    except Exception as error:
        could_not_run(run, unexpected(error))
        raise


def remember(world: World, reports: Iterable[Report]) -> tuple[str, ...]:
    """Adds what was found out to the history; gives a sentence where that fails, for no verdict depends on it."""
    try:
        world.iterations.append([one for each in reports for one in report.iterations(each)])
    except MistError as error:
        return (f"this run is not in the history: {error}",)
    return ()


def judge(run: Run, ask: Ask, case: Case) -> Report:
    """The whole story of one gate."""
    if case.broken is not None:
        raise case.broken
    if case.policy is None:
        return conclude(run, Outcome.NOT_GATED_YET)
    plan = run.make_plan(case.policy, ask.anchors)
    if ask.results is not None and not plan.models:
        run.notices.append("results were handed over, and no model reference changed: nobody looked at them")
    if not plan.steps:
        return conclude(run, Outcome.NOTHING_TO_GATE)
    suites = run.load_suites()
    for name in plan.datasets:
        run.validate(name, suites)
    if run.data_is_good():  # bad data fails before a single token is spent
        run.check_spending(may_spend=ask.may_spend)
        if run.can_pay(suites):  # and so does what no budget would pay for
            for path in plan.changed_suites:
                run.check_changed_suite(path)
            for change in plan.models:
                run.evaluate(change, suites)
    decision = run.decide()
    return conclude(run, decision.outcome, decision.reasons, decision.models)
