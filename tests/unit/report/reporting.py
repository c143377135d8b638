"""Reports of gate runs that never ran: recorded scores, compared and decided for real."""

from collections.abc import Sequence
from decimal import Decimal

from mist_ci.models.attempt import Attempt, Side, spend_of
from mist_ci.models.config import Gate, Waiver
from mist_ci.models.finding import DataReport
from mist_ci.models.plan import Event, Step, StepKind
from mist_ci.models.report import BudgetLine, Report, SpendLine, TrainingEstimate
from mist_ci.models.suite import Suite
from mist_ci.models.verdict import Decision
from mist_ci.tokentrace import allowances, evaluation_budget, inference_difference
from tests.unit.gate.building import Pair, answers, decide_attempts

EVENT = Event(
    name="pull_request",
    base_ref="main",
    base="76d8bb9a14c1e4b9f4a3f4d7b8e0f1a2b3c4d5e6",
    head="00e54c8cca71fd1392eda5733dcd43f96c21669f",
    merge_base="76d8bb9a14c1e4b9f4a3f4d7b8e0f1a2b3c4d5e6",
)
EVALUATED = Step(kind=StepKind.EVALUATE, subject="assistant", reason="models/assistant.yml changed")
VALIDATED = Step(kind=StepKind.VALIDATE, subject="chat", reason="data/chat.jsonl changed")
ESTIMATE = TrainingEstimate(
    dataset="chat", tokens=144_000, token_basis="tiktoken o200k_base", epochs=3, cost_usd=Decimal("1.152")
)


def make_report(decision: Decision, **details: object) -> Report:
    """A report of gate `release` around a decision."""
    fields: dict[str, object] = {
        "version": "0.1.0",
        "run_id": "20261123T120000Z-ab12cd34",
        "gate": "release",
        "event": EVENT,
        "steps": (),
        "notices": (),
        "data": (),
        "decision": decision,
        "results_dir": "mist-results/20261123T120000Z-ab12cd34",
        "started_at": "2026-11-23T12:00:00+00:00",
        "duration_s": 74.2,
    }
    return Report.model_validate(fields | details)


def spend_lines(attempts: Sequence[Attempt]) -> tuple[SpendLine, ...]:
    """What each side cost."""
    sides = {side: [one for one in attempts if one.side is side] for side in Side}
    return tuple(
        SpendLine(model="assistant", side=side.value, spend=spend_of(mine))
        for side, mine in sides.items()
        if mine
    )


def report_on(
    played: Sequence[tuple[Suite, Sequence[Pair]]],
    gate: Gate,
    *,
    waivers: Sequence[Waiver] = (),
    data: Sequence[DataReport] = (),
    baseline: bool = True,
    notices: Sequence[str] = (),
) -> Report:
    """The report on an evaluation."""
    attempts = [one for suite, pairs in played for one in answers(suite, pairs)]
    if not baseline:
        attempts = [one for one in attempts if one.side is Side.HEAD]
    leaked = {name: keys for report in data for name, keys in report.leaked.items()}
    decision = decide_attempts(
        [suite for suite, _ in played],
        attempts,
        gate,
        leaked=leaked,
        waivers=waivers,
        data=data,
        baseline=baseline,
    )
    budgets: tuple[BudgetLine, ...] = evaluation_budget(
        gate.budgets, allowances(gate.budgets, None), attempts, {suite.digest for suite, _ in played}
    )
    difference = inference_difference(
        "assistant", attempts, {suite.digest for suite, _ in played}, alpha=gate.defaults.alpha
    )
    return make_report(
        decision,
        steps=(VALIDATED, EVALUATED) if data else (EVALUATED,),
        data=tuple(data),
        spend=spend_lines(attempts),
        inference=tuple(one for one in [difference] if one is not None),
        training=(ESTIMATE,) if data else (),
        budgets=budgets,
        notices=tuple(notices),
        waivers=tuple(waivers),
    )
