"""When a stored answer stands in for a call, and which answers are worth storing."""

from datetime import timedelta

from mist_ci.matchspec.calls import Call
from mist_ci.models.output import StoredAnswer
from mist_ci.models.pinning import is_pinned
from mist_ci.ports import World
from mist_ci.ports.model_client import Completion

ALIAS_AGE = timedelta(days=7)
"""So long an alias such as `gpt-4o-mini` is taken to be the model that it was."""


def recall(call: Call, world: World) -> tuple[Completion, StoredAnswer] | None:
    """The answer that an earlier run got to exactly this request, and as what; it is graded anew like any other."""
    pinned = is_pinned(call.contestant.reference.model)
    oldest = None if pinned else world.clock.now() - ALIAS_AGE
    stored = world.outputs.get(call.identity, oldest, call.contestant.commit)
    if stored is None:
        return None
    answer = Completion(
        text=stored.text,
        finish_reason=stored.finish_reason,
        tokens_in=stored.tokens_in,
        tokens_out=stored.tokens_out,
        fingerprint=stored.fingerprint,
        refusal=stored.refusal,
    )
    return answer, stored


def remember(call: Call, answer: Completion, world: World, run_id: str) -> None:
    """Stores an answer for later runs. Asked again against a stored one, it takes its place, unless it is a probe.

    What may stand for an error is kept for the same commit's gate only, which has counted it once: a model that fails
    now and then would be asked until it does not.
    """
    commit, is_doubtful = call.contestant.commit, not is_evidence(answer)
    if call.is_kept and not (is_doubtful and commit is None):
        stored = StoredAnswer(
            text=answer.text,
            finish_reason=answer.finish_reason,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            fingerprint=answer.fingerprint,
            refusal=answer.refusal,
            written=world.clock.now(),
            run=run_id,
            commit=commit,
            renewed=call.fresh,
            is_doubtful=is_doubtful,
        )
        world.outputs.put(call.identity, stored)


def is_evidence(answer: Completion) -> bool:
    """False for an empty answer, which may stand for an error, and for a filtered one: the filter is not the model."""
    return bool(answer.text.strip()) and answer.finish_reason != "content_filter"
