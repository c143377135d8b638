"""From a call and what came of it to the attempt record."""

from msgspec.structs import replace

from mist_ci.matchspec.calls import Call
from mist_ci.matchspec.grading import Graded
from mist_ci.matchspec.pricing import price, usage_of
from mist_ci.matchspec.timing import Span
from mist_ci.models.attempt import Attempt, AttemptStatus
from mist_ci.ports import World
from mist_ci.ports.model_client import Completion, NoAnswer


def unanswered(call: Call, answer: NoAnswer, span: Span) -> Attempt:
    """No answer is missing, never a zero."""
    begun = _begun(call, span)
    return replace(begun, reason=answer.reason, retries=answer.retries, tried=answer.tried)


def answered(call: Call, answer: Completion, graded: Graded, span: Span, world: World) -> Attempt:
    """An answer, graded, with its tokens and what it costs: as reported, else at the prices of its day.

    For a stored answer that nobody reported a cost of, that is what it would cost today: base and head are compared
    at the same prices.
    """
    return replace(
        _begun(call, span),
        status=graded.status,
        score=graded.score,
        scores=graded.scores,
        output=_told(answer),
        reason=graded.reason,
        fingerprint=answer.fingerprint,
        finish_reason=answer.finish_reason,
        retries=answer.retries,
        tried=answer.tried,
        reused=answer.replayed,
        **_accounting(answer, call, span.start_ns, world),
    )


def _told(answer: Completion) -> str:
    """What was said, and below it what was called: whoever reads a record sees why a call scored."""
    return "\n".join(
        filter(None, (answer.text, *(f"{one.name}({one.arguments})" for one in answer.tool_calls)))
    )


def _begun(call: Call, span: Span) -> Attempt:
    reference = call.contestant.reference
    return Attempt(
        side=call.contestant.side,
        suite=call.suite.name,
        suite_digest=call.suite.digest,
        sample=call.sample.id,
        key=call.sample.key,
        prompt_hash=call.sample.prompt_hash,
        grader=call.suite.grader_fingerprint,
        portion=call.portion,
        tried_ns=span.tried_ns,
        attempt=call.number,
        status=AttemptStatus.INFRA_FAILURE,
        score=None,
        scores={},
        output="",
        provider=reference.provider,
        model=reference.model,
        start_ns=span.start_ns,
        end_ns=span.end_ns,
    )


def _accounting(answer: Completion, call: Call, start_ns: int, world: World) -> dict[str, object]:
    provider, model = call.contestant.provider, call.contestant.reference.model
    usage = usage_of(answer, call.sample.messages, model, world)
    cost = price(answer, usage, provider, model, start_ns, world)
    return {
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "tokens_cached": usage.tokens_cached,
        "tokens_reasoning": usage.tokens_reasoning,
        "tokens_cache_written": usage.tokens_cache_written,
        "tier": usage.tier,
        "token_basis": usage.basis,
        "cost_usd": cost.usd,
        "cost_basis": cost.basis,
        "price_as_of": cost.as_of.isoformat() if cost.as_of else None,
    }
