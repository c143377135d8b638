"""The end of a run: the Report, and everything that belongs to it on disk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from mist_ci import __version__, gate, report, schemaflux, tokentrace
from mist_ci.errors import ConfigError, MistError, UsageError
from mist_ci.models.attempt import Attempt, Side, judging_of, spend_of
from mist_ci.models.difference import InferenceDifference
from mist_ci.models.finding import Severity
from mist_ci.models.message import TraceSpan
from mist_ci.models.plan import Plan
from mist_ci.models.report import Problem, Report, SpendLine
from mist_ci.models.token_check import TokenCheck
from mist_ci.models.verdict import Decision, ModelVerdict, Outcome
from mist_ci.stages.run import Run
from mist_ci.stages.tokens import Sampled, cautions, sampled, token_checks


def could_not_run(run: Run, error: MistError) -> Report:
    """The report of a run that cannot decide."""
    wrong_file = isinstance(error, ConfigError | UsageError)
    outcome = Outcome.CONFIG_ERROR if wrong_file else Outcome.COULD_NOT_RUN
    problem = Problem(code=error.code, message=error.message, where=error.where, hint=error.hint)
    return conclude(run, outcome, (str(error),), problem=problem)


def conclude(
    run: Run,
    outcome: Outcome,
    reasons: tuple[str, ...] = (),
    models: tuple[ModelVerdict, ...] = (),
    problem: Problem | None = None,
) -> Report:
    """The Report, with everything that belongs to it on disk; where that fails, it says so."""
    end_ns = run.world.clock.now_ns()
    inference, checks, cautions = _accounts(run)
    finished = Report(
        version=__version__,
        run_id=run.run_id,
        gate=run.gate_name,
        config=run.config,
        event=run.event,
        steps=run.plan.steps if run.plan else (),
        notices=(*run.notices, *cautions, *run.world.outputs.take_notices()),
        data=tuple(run.data),
        decision=Decision(outcome=outcome, reasons=reasons, models=models),
        self_checks=tuple(run.self_checks),
        spend=(*_spend_lines(run), *_judging_lines(run)),
        inference=inference,
        token_checks=checks,
        training=tuple(run.training),
        budgets=run.budgets,
        waivers=run.waivers if run.plan else (),
        fail_on=run.plan.gate.data.fail_on if run.plan else Severity.ERROR,
        problem=problem,
        results_dir=run.store.location,
        started_at=run.started.isoformat(timespec="seconds"),
        duration_s=(end_ns - run.start_ns) / 1e9,
    )
    estimates = list(_estimates(run, end_ns))
    kept = tuple(_keep(run, finished, end_ns, estimates))
    finished = finished.model_copy(update={"notices": (*finished.notices, *kept)})
    try:
        _save(run, finished, end_ns, estimates)
    except MistError as error:  # the verdict is made, and a full disk does not unmake it
        notice = f"the results directory is not complete: {error}"
        return finished.model_copy(update={"notices": (*finished.notices, notice)})
    return finished


def _spend_lines(run: Run) -> tuple[SpendLine, ...]:
    """What each side took. Answers whose tokens no runner tells are no line: unknown is not zero."""
    return tuple(
        SpendLine(model=label, side=side.value, spend=spend_of(mine))
        for label, attempts in run.attempts.items()
        for side in Side
        if (mine := [attempt for attempt in attempts if attempt.side is side]) and not _is_untold(mine)
    )


def _accounts(
    run: Run,
) -> tuple[tuple[InferenceDifference, ...], tuple[TokenCheck, ...], tuple[str, ...]]:
    """What an answer costs at base and at head, reports held against counts, and what is wrong with either."""
    if run.plan is None:
        return (), (), ()
    found: dict[str, dict[Side, Sampled]] = {}
    told: list[str] = []
    checks: tuple[TokenCheck, ...] = ()
    try:
        found = {change.name: sampled(change, run) for change in run.plan.models}
        checks = token_checks(run, found.values())
        told = list(cautions(run, checks))
    except MistError as error:  # the verdict is made, and what cannot be counted does not unmake it
        found, told = {}, [f"reported tokens were not held against counts: {error}"]
    return _differences(run, run.plan, found), checks, tuple(told)


def _differences(
    run: Run, plan: Plan, found: Mapping[str, Mapping[Side, Sampled]]
) -> tuple[InferenceDifference, ...]:
    """What an answer costs at base and at head, on the samples that decide."""
    cohort = {suite.digest for suite in run.suites}
    clusters = {
        (suite.digest, sample.key): f"{suite.name}: {sample.cluster}"
        for suite in run.suites
        for sample in suite.samples
        if sample.cluster is not None
    }
    rulers = {name: {side: one.ruler for side, one in by_side.items()} for name, by_side in found.items()}
    compared = (
        tokentrace.inference_difference(
            change.name,
            attempts,
            cohort,
            alpha=plan.gate.defaults.alpha,
            clusters=clusters,
            rulers=rulers.get(change.name),
        )
        for change in plan.models
        if (attempts := run.attempts.get(change.name))
    )
    return tuple(one for one in compared if one is not None)


def _judging_lines(run: Run) -> tuple[SpendLine, ...]:
    """What graders took that ask models, apart from the answers that they grade."""
    return tuple(
        SpendLine(model=label, side="judge", spend=spend)
        for label, attempts in run.attempts.items()
        if (spend := judging_of(attempts)) is not None
    )


def _is_untold(attempts: Iterable[Attempt]) -> bool:
    told = [attempt.token_basis is not None for attempt in attempts if attempt.status.counts]
    return bool(told) and not any(told)


def _save(run: Run, finished: Report, end_ns: int, estimates: Sequence[TraceSpan]) -> None:
    run.store.end(run.start_ns, end_ns, _about(run, finished), _status(finished))
    for estimate in estimates:
        run.store.message("trace.span", estimate)
    for model in finished.decision.models:
        for result in gate.eval_results(model, run.suites, run.attempts.get(model.model, ())):
            run.store.message("eval.result", result)
    run.store.save("status.json", report.status(finished).model_dump_json(indent=2) + "\n")
    run.store.save("summary.md", report.summary(finished))
    run.store.save("comment.md", report.comment(finished))
    run.store.save("junit.xml", report.junit((finished,)))
    run.store.save("findings.sarif", report.sarif((finished,), schemaflux.manual(finished.data)))
    run.store.save("report.json", finished.model_dump_json(indent=2) + "\n")


def _estimates(run: Run, end_ns: int) -> Iterator[TraceSpan]:
    hashes = {found.dataset: found.data_hash for found in run.data}
    for one in run.training:
        yield tokentrace.estimate_span(run.run_id, one, hashes[one.dataset], run.start_ns, end_ns)


def _keep(run: Run, finished: Report, end_ns: int, estimates: Sequence[TraceSpan]) -> Iterator[str]:
    """Adds the run to the ledger, where it took or estimated anything; a sentence where that fails."""
    if run.world.ledger is None or not (run.attempts or run.training):
        return
    everything = [attempt for attempts in run.attempts.values() for attempt in attempts]
    times = run.start_ns, end_ns
    try:
        mine = tokentrace.condensed(run.run_id, everything, times, _about(run, finished), _status(finished))
        run.world.ledger.append([*mine, *estimates])
    except (
        MistError
    ) as error:  # the verdict is made, and whoever reads it has to know that the next one sees less
        yield f"what this run spent is not in the ledger, and no later budget will count it: {error}"


def _status(finished: Report) -> Literal["ok", "error"]:
    return "ok" if finished.problem is None else "error"


def _about(run: Run, finished: Report) -> dict[str, str | int | float | bool | None]:
    """What a ledger of many runs tells them apart by."""
    everything = [attempt for attempts in run.attempts.values() for attempt in attempts]
    account = run.account.about(everything, run.suites) if run.plan else {}
    return account | {
        "mist.gate": run.gate_name,
        "mist.config": run.config,
        "mist.event": run.event.name,
        "mist.commit": run.event.head,
        "mist.base_commit": run.event.base,
        "mist.branch": run.event.base_ref,
        "mist.tokens": "\n".join(finished.about_tokens) or None,
        "mist.outcome": finished.decision.outcome.value,
        "mist.complete": run.complete,
    }
