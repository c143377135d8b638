"""Everything that a job has decided, as it will be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mist_ci.errors import ExitCode
from mist_ci.models.report import Report, Status
from mist_ci.models.verdict import Outcome, State, Verdict
from mist_ci.ports.code_host import Pending

Judged = Mapping[int | None, Sequence[Report]]
"""Pull request (None: of none) → its reports."""

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


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`alarms` say how a push went round its gates, a sentence each."""

    judged: Judged = field(default_factory=dict)
    statuses: tuple[Status | Pending, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def reports(self) -> tuple[Report, ...]:
        """Each once: a verdict may be told on several pull requests, and was found and paid for once."""
        return tuple({one.run_id: one for several in self.judged.values() for one in several}.values())

    @property
    def outcome(self) -> Outcome:
        """The worst; an alarm makes it a failure."""
        outcomes = [one.decision.outcome for one in self.reports] or [Outcome.NOTHING_TO_GATE]
        if self.alarms:
            outcomes.append(Outcome.FAILED)
        return max(outcomes, key=lambda outcome: outcome.rank)

    @property
    def exit_code(self) -> ExitCode:
        """Status and exit code always agree."""
        return self.outcome.exit_code

    def outputs(self) -> dict[str, str]:
        """A value for each of OUTPUTS: typed scalars, no text of a stranger."""
        reports = self.reports
        suites = [suite for one in reports for model in one.decision.models for suite in model.suites]
        findings = [found for one in reports for data in one.data for found in data.findings]
        spends = [line.spend for one in reports for line in one.spend]
        costs = [spend.cost_usd for spend in spends if spend.calls]
        return {
            "outcome": self.outcome.value,
            "state": self._state(),
            "exit-code": str(int(self.exit_code)),
            "needs-approval": str(any(one.is_waiting for one in reports)).lower(),
            "regressed": str(sum(suite.verdict is Verdict.REGRESSED for suite in suites)),
            "findings": str(sum(not found.known for found in findings)),
            "tokens-in": str(sum(spend.tokens_in for spend in spends)),
            "tokens-out": str(sum(spend.tokens_out for spend in spends)),
            "cost-usd": "" if None in costs else str(sum((cost for cost in costs if cost), Decimal(0))),
        }

    def _state(self) -> str:
        """The worst that is set; a run that sets none says what it would have set."""
        order = [State.ERROR.value, State.FAILURE.value, "pending", State.SUCCESS.value]
        states = {"pending" if isinstance(one, Pending) else one.state.value for one in self.statuses}
        return next((state for state in order if state in states), self.outcome.state.value)
