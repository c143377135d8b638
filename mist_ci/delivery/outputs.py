"""The outputs of the step: fixed names, typed scalars. No text of a stranger goes into one."""

from collections.abc import Sequence
from decimal import Decimal

from mist_ci.models.report import Report, Status
from mist_ci.models.verdict import Outcome, State, Verdict
from mist_ci.ports.code_host import Pending

OUTPUTS = {
    "outcome": "The worst outcome in a word or three, such as passed, not proven, failed, could not run.",
    "state": "What the worst status says, which is success, failure, error, or pending while approval is missing.",
    "exit-code": "Exit code of the verdict, 0 passed, 1 failed, 2 configuration, 3 could not run.",
    "needs-approval": "true when a fork's change waits for a maintainer's approval to spend, else false.",
    "regressed": "How many suites got worse, waived ones included.",
    "findings": "How many data findings are new.",
    "tokens-in": "Tokens that the models were sent.",
    "tokens-out": "Tokens that the models answered.",
    "cost-usd": "Cost of the evaluation in US dollars, and empty when a price is unknown.",
}
"""Name → what it holds, as action.yml says it."""


def outputs(reports: Sequence[Report], statuses: Sequence[Status | Pending]) -> dict[str, str]:
    """A value for each of OUTPUTS."""
    outcomes = [one.decision.outcome for one in reports] or [Outcome.NOTHING_TO_GATE]
    worst = max(outcomes, key=lambda outcome: outcome.rank)
    suites = [suite for one in reports for model in one.decision.models for suite in model.suites]
    spends = [line.spend for one in reports for line in one.spend]
    costs = [spend.cost_usd for spend in spends if spend.calls]
    return {
        "outcome": worst.value,
        "state": _state(worst, statuses),
        "exit-code": str(int(worst.exit_code)),
        "needs-approval": str(any(one.is_waiting for one in reports)).lower(),
        "regressed": str(sum(suite.verdict is Verdict.REGRESSED for suite in suites)),
        "findings": str(
            sum(not found.known for one in reports for data in one.data for found in data.findings)
        ),
        "tokens-in": str(sum(spend.tokens_in for spend in spends)),
        "tokens-out": str(sum(spend.tokens_out for spend in spends)),
        "cost-usd": "" if None in costs else str(sum((cost for cost in costs if cost), Decimal(0))),
    }


def _state(worst: Outcome, statuses: Sequence[Status | Pending]) -> str:
    """The worst that was set; a run that sets none says what it would have set."""
    order = [State.ERROR.value, State.FAILURE.value, "pending", State.SUCCESS.value]
    states = {"pending" if isinstance(one, Pending) else one.state.value for one in statuses}
    return next((state for state in order if state in states), worst.state.value)
