"""Whether what is left of the budgets pays for the least that a gate takes, before anybody is asked."""

from collections.abc import Callable, Sequence

from mist_ci import planning
from mist_ci.models.ceilings import UNLIMITED
from mist_ci.models.plan import Plan
from mist_ci.models.suite import Suite
from mist_ci.ports import World
from mist_ci.ports.files import Tree
from mist_ci.stages.account import Account
from mist_ci.stages.least import first_questions, least, self_check_questions, unanswered


def can_pay(
    account: Account,
    plan: Plan,
    suites: Sequence[Suite],
    changed_suite: Callable[[str], Suite],
    base: Tree,
    world: World,
) -> bool:
    """False when it does not; the account knows then by how much.

    What is stored costs nothing, and is looked for only where the rest would be too little: that takes a moment.
    """
    if not plan.asks_models or account.ceilings == UNLIMITED:
        return True
    policy, rules = plan.policy, plan.gate
    changed = [changed_suite(path) for path in plan.changed_suites]
    current = {
        name: planning.read_reference(base, path, policy)
        for name, path in policy.guarded_models(rules).items()
        if base.exists(path)
    }
    asked = [*first_questions(rules, plan.models, suites), *self_check_questions(changed, current)]
    if not account.lacks(least(asked, policy, world)):
        return True
    rest = least(unanswered(asked, policy, world), policy, world)
    if not account.lacks(rest):
        return True
    account.refuse(rest)
    return False
