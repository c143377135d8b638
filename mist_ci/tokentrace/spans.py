"""Attempts become a tree of spans: run → suite → sample → call (page 5). Ids are derived, never random."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from mist_ci.models.attempt import (
    Attempt,
    AttemptStatus,
    Judgement,
    both,
    judging_of,
    spend_of,
    spend_on_judging,
)
from mist_ci.models.message import TraceSpan
from mist_ci.models.report import TrainingEstimate
from mist_ci.models.usage import Spend

Attribute = str | int | float | bool | None


def spans(
    run_id: str,
    attempts: Sequence[Attempt],
    start_ns: int,
    end_ns: int,
    about: Mapping[str, Attribute] | None = None,
) -> Iterator[TraceSpan]:
    """The whole tree, parents before children. Every parent's tokens and cost are the sum of its children's.

    That holds because a reused answer spent nothing: it counts in `reused_calls` and `saved_usd` alone.

    A suite has one span per version, and attempts that are alike in everything (two references to one model)
    keep spans of their own. `about` says of the run what a ledger lists: its gate, commits and branch.
    """
    root = TraceSpan(
        trace_id=_hex(32, run_id),
        span_id=_hex(16, run_id, "run"),
        operation="mist.run",
        start_ns=start_ns,
        end_ns=end_ns,
        status="ok",
        attrs={"mist.run_id": run_id, **(about or {}), **_totals(attempts)},
    )
    yield root
    suites: defaultdict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        suites[attempt.suite, attempt.suite_digest].append(attempt)
    for (suite, digest), in_suite in suites.items():
        yield from _suite(root, suite, digest, in_suite)


def estimate_span(
    run_id: str, estimate: TrainingEstimate, data_hash: str, start_ns: int, end_ns: int
) -> TraceSpan:
    """What training was estimated to cost: nothing that was spent, so none of the sums have it."""
    return TraceSpan(
        trace_id=_hex(32, run_id),
        span_id=_hex(16, run_id, "estimate", estimate.dataset),
        parent_id=_hex(16, run_id, "run"),
        operation="mist.training_estimate",
        start_ns=start_ns,
        end_ns=end_ns,
        status="ok",
        attrs={
            "mist.dataset": estimate.dataset,
            "mist.data_hash": data_hash,
            "estimate.tokens": estimate.tokens,
            "estimate.tokens_basis": estimate.token_basis,
            "estimate.epochs": estimate.epochs,
            "estimate.usd": _text(estimate.cost_usd),
            "estimate.usd_least": _text(estimate.usd_least),
            "estimate.usd_most": _text(estimate.usd_most),
        },
    )


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else str(usd)


def _suite(root: TraceSpan, suite: str, digest: str, attempts: Sequence[Attempt]) -> Iterator[TraceSpan]:
    parent = _around(root, "mist.suite", attempts, {"eval.suite": suite, "eval.suite_digest": digest})
    yield parent
    samples: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        samples[attempt.key].append(attempt)
    for key, in_sample in samples.items():
        attrs: dict[str, Attribute] = {
            "eval.suite": suite,
            "eval.sample": in_sample[0].sample,
            "eval.key": key,
        }
        sample = _around(parent, "mist.sample", in_sample, attrs)
        yield sample
        twins: Counter[tuple[str, ...]] = Counter()
        for attempt in in_sample:
            identity = (attempt.side, str(attempt.attempt), attempt.provider, attempt.model)
            call = _call(sample, attempt, (*identity, str(twins[identity])))
            yield call
            if attempt.judgement is not None:
                yield _judgement(sample, call, attempt, attempt.judgement)
            twins[identity] += 1


def _around(
    parent: TraceSpan, operation: str, attempts: Sequence[Attempt], attrs: dict[str, Attribute]
) -> TraceSpan:
    return TraceSpan(
        trace_id=parent.trace_id,
        span_id=_hex(16, parent.span_id, operation, *map(str, attrs.values())),
        parent_id=parent.span_id,
        operation=operation,
        start_ns=min(start for attempt in attempts for start, _ in _times(attempt)),
        end_ns=max(end for attempt in attempts for _, end in _times(attempt)),
        status="ok" if all(attempt.status.counts for attempt in attempts) else "error",
        attrs={**attrs, **_totals(attempts)},
    )


def _times(attempt: Attempt) -> Iterator[tuple[int, int]]:
    """When an attempt began and ended, and its judging."""
    yield attempt.start_ns, attempt.end_ns
    if attempt.judgement is not None:
        yield attempt.judgement.start_ns, attempt.judgement.end_ns


def _call(parent: TraceSpan, attempt: Attempt, identity: tuple[str, ...]) -> TraceSpan:
    return TraceSpan(
        trace_id=parent.trace_id,
        span_id=_hex(16, parent.span_id, *identity),
        parent_id=parent.span_id,
        operation="gen_ai.chat",
        start_ns=attempt.start_ns,
        end_ns=attempt.end_ns,
        status="error" if attempt.status is AttemptStatus.INFRA_FAILURE else "ok",
        attrs={
            "eval.suite": attempt.suite,
            "side": attempt.side.value,
            "attempt": attempt.attempt,
            "provider": attempt.provider,
            "model": attempt.model,
            "fingerprint": attempt.fingerprint,
            "eval.score": attempt.score,
            "eval.status": attempt.status.value,
            "retries": attempt.retries,
            "reused": attempt.reused,
            "tokens_basis": attempt.token_basis.value if attempt.token_basis else None,
            "cost_basis": attempt.cost_basis.value,
            "tier": attempt.tier,
            **_spent([attempt], with_judging=False),
        },
    )


def _judgement(sample: TraceSpan, call: TraceSpan, attempt: Attempt, judgement: Judgement) -> TraceSpan:
    """What graders asked models about an answer: beside its call, so that a sample is the sum of what is below it."""
    return TraceSpan(
        trace_id=sample.trace_id,
        span_id=_hex(16, call.span_id, "judge"),
        parent_id=sample.span_id,
        operation="gen_ai.judge",
        start_ns=judgement.start_ns,
        end_ns=judgement.end_ns,
        status="error" if judgement.failed else "ok",
        attrs={
            "eval.suite": attempt.suite,
            "judge_of": call.span_id,
            "side": attempt.side.value,
            "model": ", ".join(judgement.models),
            "eval.score": attempt.score,
            "eval.reason": judgement.told or None,
            **_attributes(spend_on_judging([judgement])),
        },
    )


def _totals(attempts: Sequence[Attempt]) -> dict[str, Attribute]:
    return _spent(attempts, with_judging=True)


def _spent(attempts: Sequence[Attempt], *, with_judging: bool) -> dict[str, Attribute]:
    answers = spend_of(attempts)
    judging = judging_of(attempts) if with_judging else None
    return _attributes(answers if judging is None else both(answers, judging))


def _attributes(spend: Spend) -> dict[str, Attribute]:
    return {
        "calls": spend.calls,
        "tokens_in": spend.tokens_in,
        "tokens_out": spend.tokens_out,
        "tokens_cached": spend.tokens_cached,
        "tokens_reasoning": spend.tokens_reasoning,
        "tokens_cache_written": spend.tokens_cache_written,
        # Text, because a float would not add up exactly.
        "cost_usd": None if spend.cost_usd is None else str(spend.cost_usd),
        "reused_calls": spend.reused_calls,
        "saved_usd": None if spend.saved_usd is None else str(spend.saved_usd),
    }


def _hex(length: int, *parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]
