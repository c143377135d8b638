"""One run of the gate, told in verbs. Read this first.

    event → plan → validate → evaluate → compare → decide → report

Everything that touches the world comes in through `World`; the rooms below only compute. A MistError on the
way ends in a Report that says "could not run": never a pass, and never a failure of the model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mist_ci import planning
from mist_ci.errors import ConfigError, MistError, cancelled, unexpected
from mist_ci.models.config import Policy
from mist_ci.models.plan import Event
from mist_ci.models.report import Report, gate_label
from mist_ci.models.verdict import Outcome
from mist_ci.ports import World
from mist_ci.stages import Run


@dataclass(frozen=True, slots=True)
class Ask:
    """What the caller wants: two revisions, the policy's path, and optionally one gate by name.

    `base_ref` names the branch where `base` is a commit: gates are chosen by it.
    """

    base: str
    head: str
    config: str = "mist.yml"
    gate: str | None = None
    base_ref: str | None = None


def run_gates(
    world: World, ask: Ask, announce: Callable[[Sequence[str]], None] | None = None
) -> tuple[Report, ...]:
    """One report per gate that guards the base branch. Raises UsageError for what the caller got wrong.

    `announce` hears the labels of the gates before anything is judged.
    """
    event = world.files.event(ask.base, ask.head)
    event = event.model_copy(update={"base_ref": ask.base_ref or event.base_ref})
    base, head = (world.files.tree(getattr(event, side), side) for side in ("base", "head"))
    try:
        policy = planning.read_policy(base, ask.config)
        adopted = planning.read_policy(head, ask.config) if policy is None else policy
    except ConfigError as error:
        broken = (ask.gate,) if ask.gate else planning.gates_of_a_broken_policy(base, ask.config)
        return tuple(Run.begin(world, name, ask.config, event).could_not_run(error) for name in broken)
    if adopted is None:
        raise planning.no_policy(ask.config, base)
    names = planning.gate_names(adopted, event.base_ref, ask.gate)
    if announce is not None:
        announce([gate_label(name, ask.config) for name in names])
    if policy is None:
        return tuple(
            Run.begin(world, name, ask.config, event).conclude(Outcome.NOT_GATED_YET) for name in names
        )
    return tuple(run_gate(world, ask, event, policy, name) for name in names)


def run_gate(world: World, ask: Ask, event: Event, policy: Policy, gate_name: str) -> Report:
    """The whole story of one gate."""
    run = Run.begin(world, gate_name, ask.config, event)
    try:
        plan = run.make_plan(policy)
        if not plan.steps:
            return run.conclude(Outcome.NOTHING_TO_GATE)
        suites = run.load_suites()
        for name in plan.datasets:
            run.validate(name, suites)
        if run.data_is_good():  # bad data fails before a single token is spent
            for path in plan.changed_suites:
                run.check_changed_suite(path)
            for change in plan.models:
                run.evaluate(change, suites)
        decision = run.decide()
        return run.conclude(decision.outcome, decision.reasons, decision.models)
    except MistError as error:
        return run.could_not_run(error)
    except KeyboardInterrupt:
        return run.could_not_run(cancelled())
    except Exception as error:
        run.could_not_run(unexpected(error))
        raise
