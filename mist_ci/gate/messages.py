"""eval.result messages: one per sample and one per suite, base against head (page 5)."""

from collections.abc import Iterator, Sequence

from mist_ci.gate.pairing import Evidence, Paired, mean_score
from mist_ci.models.attempt import Attempt
from mist_ci.models.message import EvalResult
from mist_ci.models.suite import Sample, Suite
from mist_ci.models.verdict import ModelVerdict, Outcome, SuiteVerdict

PASSED_FROM = 0.5
"""A sample counts as passed from this score on."""


def eval_results(
    model: ModelVerdict, suites: Sequence[Suite], attempts: Sequence[Attempt]
) -> Iterator[EvalResult]:
    """Messages of one model reference: its samples first, then the suite they belong to."""
    verdicts = {suite.numbers.suite: suite for suite in model.suites}
    evidence = Evidence(attempts)
    for suite in sorted(suites, key=lambda suite: suite.name):
        if suite.name not in verdicts:  # it compares two models, and there was one
            continue
        paired = evidence.pair(suite)
        for sample in suite.samples[: verdicts[suite.name].numbers.samples]:
            yield _sample(model, paired, sample)
        yield _suite(model, paired, verdicts[suite.name])


def _sample(model: ModelVerdict, paired: Paired, sample: Sample) -> EvalResult:
    head = paired.head.get(sample.key, [])
    score, baseline = mean_score(head), mean_score(paired.base.get(sample.key, []))
    return EvalResult(
        suite=paired.suite.name,
        task=sample.id,
        passed=score is not None and score >= PASSED_FROM,
        score=score,
        baseline_score=baseline,
        delta=None if score is None or baseline is None else score - baseline,
        duration_ms=sum(attempt.latency_ms for attempt in head),
        error=next((attempt.reason for attempt in head if not attempt.status.counts), None),
        key=sample.key,
        model=model.head_model,
        baseline_model=model.base_model,
        suite_digest=paired.suite.digest,
        prompt_hash=sample.prompt_hash or None,
        grader=paired.suite.grader_fingerprint or None,
    )


def _suite(model: ModelVerdict, paired: Paired, verdict: SuiteVerdict) -> EvalResult:
    numbers = verdict.numbers
    interval = numbers.interval
    return EvalResult(
        suite=numbers.suite,
        task="",
        passed=verdict.outcome in (Outcome.PASSED, Outcome.NOT_PROVEN),
        score=numbers.head.mean,
        baseline_score=numbers.base.mean if numbers.base else None,
        delta=interval.estimate if interval else None,
        duration_ms=sum(attempt.latency_ms for many in paired.head.values() for attempt in many),
        error=numbers.not_comparable,
        model=model.head_model,
        baseline_model=model.base_model,
        n=interval.n if interval else numbers.head.answered,
        interval=(interval.low, interval.high) if interval else None,
        decision=verdict.verdict.value if verdict.verdict else None,
        judge=numbers.judge.model if numbers.judge else None,
        judge_fingerprint=numbers.judge.fingerprint if numbers.judge else None,
        advisory=numbers.judge.advisory if numbers.judge else None,
        delta_corrected=numbers.judge.corrected if numbers.judge else None,
        suite_digest=paired.suite.digest,
        grader=paired.suite.grader_fingerprint or None,
    )
