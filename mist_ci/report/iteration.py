"""A Report as the records that history keeps: numbers and names, no prompts, no answers, no findings."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import ValidationError

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.iteration import MAX_TEXT, DataVersion, Expense, Iteration, OverallScore, SuiteScore
from mist_ci.models.report import Report
from mist_ci.models.verdict import ModelVerdict, OverallVerdict, SuiteVerdict
from mist_ci.report.text import clean
from mist_ci.report.words import word


def iterations(report: Report) -> tuple[Iteration, ...]:
    """One record for each model that was evaluated; none where the run ended before that.

    Raises CouldNotRun MC321 for what no reader would take: results of others may have ten thousand suites, or cost
    a billion dollars.
    """
    try:
        return tuple(_iteration(report, model) for model in report.decision.models)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise CouldNotRun(Code.HISTORY, f"{place} does not fit into a record: {first['msg']}") from None


def _iteration(report: Report, model: ModelVerdict) -> Iteration:
    event = report.event
    return Iteration(
        run_id=report.run_id,
        when=datetime.fromisoformat(report.started_at),
        gate=_text(report.gate),
        config=_text(report.config),
        outcome=report.decision.outcome,
        model=_text(model.model),
        head=event.head,
        base=event.base,
        base_ref=_text(event.base_ref),
        head_model=_text(model.head_model),
        head_digest=model.head_digest,
        base_model=None if model.base_model is None else _text(model.base_model),
        data=tuple(_data(report, model)),
        suites=tuple(_suite(one) for one in sorted(model.suites, key=lambda one: one.numbers.suite)),
        overall=_overall(model.overall) if model.overall else None,
        base_expense=_expense(report, model, "base"),
        head_expense=_expense(report, model, "head"),
        anchor_expense=_expense(report, model, "anchor"),
        duration_s=report.duration_s,
        mist_ci=_text(report.version),
    )


def _overall(overall: OverallVerdict) -> OverallScore:
    return OverallScore(
        estimate=_difference(overall.numbers.estimate),
        low=_difference(overall.numbers.low),
        high=_difference(overall.numbers.high),
        verdict=overall.verdict.value,
    )


def _suite(suite: SuiteVerdict) -> SuiteScore:
    numbers = suite.numbers
    interval = suite.interval or numbers.interval
    return SuiteScore(
        name=_text(numbers.suite),
        digest=numbers.digest,
        role=numbers.role,
        n=numbers.samples,
        missing=numbers.missing,
        base=_fraction(numbers.base.mean) if numbers.base else None,
        head=_fraction(numbers.head.mean),
        estimate=_difference(interval.estimate) if interval else None,
        low=_difference(interval.low) if interval else None,
        high=_difference(interval.high) if interval else None,
        verdict=word(suite).value,
    )


def _data(report: Report, model: ModelVerdict) -> Iterable[DataVersion]:
    """What the model was trained on, by its own word, then whatever else this run validated."""
    validated = {one.dataset: one for one in report.data}
    training = {one.dataset: one for one in report.training}
    said = model.trained_on
    if said is not None and said.data_hash is not None:
        current = validated.get(said.dataset)
        if current is None or current.data_hash != said.data_hash:
            yield DataVersion(dataset=_text(said.dataset), data_hash=said.data_hash)
    first = said.dataset if said else None
    for name in sorted(validated, key=lambda name: (name != first, name)):
        estimate = training.get(name)
        yield DataVersion(
            dataset=_text(name),
            data_hash=validated[name].data_hash,
            rows=validated[name].rows,
            training_tokens=estimate.tokens if estimate else None,
            training_usd=estimate.cost_usd if estimate else None,
        )


def _expense(report: Report, model: ModelVerdict, side: str) -> Expense | None:
    spend = next((one.spend for one in report.spend if (one.model, one.side) == (model.model, side)), None)
    if spend is None:
        return None
    return Expense(
        calls=spend.calls,
        tokens_in=spend.tokens_in,
        tokens_out=spend.tokens_out,
        cost_usd=spend.cost_usd,
        reused_calls=spend.reused_calls,
        saved_usd=spend.saved_usd,
    )


def _text(value: str) -> str:
    return clean(value)[:MAX_TEXT]


def _fraction(value: float | None) -> float | None:
    return None if value is None else min(max(value, 0.0), 1.0)


def _difference(value: float) -> float:
    return min(max(value, -1.0), 1.0)
