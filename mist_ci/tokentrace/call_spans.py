"""The spans at the bottom of the tree: calls, tries that brought nothing, and what graders asked about an answer."""

from collections.abc import Iterable, Iterator

from mist_ci.models.attempt import Attempt, AttemptStatus, Judgement
from mist_ci.models.span_attributes import (
    CallAttributes,
    JudgeAttributes,
    TryAttributes,
    WrittenSpan,
    line_of,
)
from mist_ci.tokentrace.span_ids import hex_of
from mist_ci.tokentrace.sums import Figures, of_judging

CALL, JUDGE = "gen_ai.chat", "gen_ai.judge"
LONGEST_REASON = 300
"""Characters of why a try brought nothing."""


def span_line(
    trace_id: str, ids: tuple[str, str], operation: str, times: tuple[int, int], attrs: object, *, is_ok: bool
) -> bytes:
    """A span as a line; its `ids` are its own and its parent's, its `times` Unix nanoseconds."""
    span = WrittenSpan(
        trace_id=trace_id, span_id=ids[0], parent_id=ids[1], operation=operation,
        start_ns=times[0], end_ns=times[1], status="ok" if is_ok else "error", attrs=attrs,
    )  # fmt: skip
    return line_of(span)


def call(trace_id: str, one: Attempt, ids: tuple[str, str], commit: str | None, figures: Figures) -> bytes:
    """The call that brought the answer, without the tries before it; of an attempt without any, all of it."""
    has_answer = one.token_basis is not None or one.status.counts
    attrs = CallAttributes(
        suite=one.suite,
        side=one.side,
        attempt=one.attempt,
        provider=one.provider,
        model=one.model,
        fingerprint=one.fingerprint,
        iteration=commit,
        cost_basis=one.cost_basis,
        price_as_of=one.price_as_of,
        tokens_basis=one.token_basis,
        tier=one.tier,
        retries=one.retries,
        reused=one.reused,
        status=None if has_answer else one.status,
        reason=None if has_answer else _short(one.reason),
        **figures,
    )
    times = one.tried_ns[-1] if one.tried_ns else (one.start_ns, one.end_ns)
    return span_line(trace_id, ids, CALL, times, attrs, is_ok=has_answer)


def lost_calls(trace_id: str, one: Attempt, above: str, commit: str | None) -> Iterator[bytes]:
    """The tries of an answer that brought nothing."""
    tries = zip(one.tried, one.tried_ns, strict=False)
    return _lost(trace_id, one, (CALL, one.model, one.provider), tries, (above, "try"), commit)


def _lost(
    trace_id: str,
    one: Attempt,
    asked: tuple[str, str, str | None],
    tries: Iterable[tuple[str, tuple[int, int]]],
    place: tuple[str, ...],
    commit: str | None,
) -> Iterator[bytes]:
    """Tries that brought nothing, where it is known when they were made: no calls, and nobody knows tokens or cost.

    `asked` is the operation, the model and its provider; `place` the parent, and what ids are made of beside it.
    """
    operation, model, provider = asked
    for index, (reason, times) in enumerate(tries):
        attrs = TryAttributes(
            suite=one.suite,
            side=one.side,
            attempt=one.attempt,
            provider=provider,
            model=model,
            iteration=commit,
            calls=0,
            status=AttemptStatus.INFRA_FAILURE,
            reason=_short(reason),
        )
        ids = hex_of(16, *place, str(index)), place[0]
        yield span_line(trace_id, ids, operation, times, attrs, is_ok=False)


def judging(
    trace_id: str, one: Attempt, judged: Judgement, above: str, commit: str | None
) -> Iterator[bytes]:
    """What graders asked models about the answer, with the judge's words; and its tries that brought nothing.

    Those are beside it, as those of an answer are: whatever is above is the sum of what is below.
    """
    models = ", ".join(judged.models)
    tries = zip(judged.tried, judged.tried_ns, strict=False)
    yield from _lost(trace_id, one, (JUDGE, models, None), tries, (above, "judge", "try"), commit)
    attrs = JudgeAttributes(
        suite=one.suite,
        side=one.side,
        model=models,
        iteration=commit,
        cost_basis=", ".join(judged.cost_bases) or None,
        score=one.score,
        reason=judged.told or None,
        **of_judging(judged),
    )
    ids, times = (hex_of(16, above, "judge"), above), (judged.start_ns, judged.end_ns)
    yield span_line(trace_id, ids, JUDGE, times, attrs, is_ok=not judged.failed)


def _short(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"
