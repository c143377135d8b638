"""When a stored answer stands in for a call, and storing answers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from mist_ci.matchspec.calls import Call, Contestant
from mist_ci.matchspec.graders.modelled import ModelGrader
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference
from mist_ci.models.output import RequestIdentity, StoredAnswer, digest_of
from mist_ci.models.pinning import is_pinned
from mist_ci.models.suite import Sample, Suite
from mist_ci.ports import World
from mist_ci.ports.model_client import Completion, Request

ALIAS_AGE = timedelta(days=7)
"""So long an alias such as `gpt-4o-mini` is taken to be the model that it was."""


def lasts(provider: Provider, model: str) -> bool:
    """True when a name means one model for ever; a deployment or a program can be another one tomorrow."""
    return provider.has_lasting_names and is_pinned(model)


def recall(call: Call, world: World) -> tuple[Completion, StoredAnswer] | None:
    """The answer that an earlier run got to exactly this request, and as what; it is graded anew like any other."""
    contestant = call.contestant
    pinned = lasts(contestant.provider, contestant.reference.model)
    oldest = None if pinned else world.clock.now() - ALIAS_AGE
    stored = world.outputs.get(call.identity, oldest)
    if stored is None:
        return None
    return completion_of(stored), stored


def unanswered(
    suite: Suite, contestant: Contestant, attempts: int, world: World
) -> Iterator[tuple[Sample, ...]]:
    """For each attempt the samples to which no stored answer stands in for a call."""
    for number in range(attempts):
        yield tuple(
            sample
            for sample in suite.samples
            if recall(Call(contestant, suite, sample, number), world) is None
        )


def remember(call: Call, answer: Completion, world: World, run_id: str) -> None:
    """Stores an answer for later runs, whatever it is. Asked again against a stored one, it takes its place.

    An empty or filtered one counts in the verdict like any other. Were it left out, it alone would be asked again in
    the next run: another throw for what failed, and none for what did not.
    """
    stored = to_store(answer, world.clock.now(), run_id, call.contestant.commit, renewed=call.fresh)
    world.outputs.put(call.identity, stored)


_OF_ITS_STORING = {"written", "run", "commit", "renewed"}
_GIVEN = tuple(name for name in StoredAnswer.__struct_fields__ if name not in _OF_ITS_STORING)
"""What an answer has, stored or not, under the same names."""


def completion_of(stored: StoredAnswer) -> Completion:
    """A stored answer as it was given."""
    return Completion(**_given(stored))


def to_store(
    answer: Completion, now: datetime, run_id: str, commit: str | None, *, renewed: bool
) -> StoredAnswer:
    """An answer as it is stored, with when and for whom it was given."""
    return StoredAnswer(**_given(answer), written=now, run=run_id, commit=commit, renewed=renewed)


def _given(answer: Completion | StoredAnswer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in _GIVEN}


def identity_of(grader: ModelGrader, request: Request, provider: Provider, number: int) -> RequestIdentity:
    """Who judges what, and nothing of whose answer it is."""
    reference = ModelReference(
        version=1, provider=grader.provider, model=request.model, parameters=request.parameters
    )
    identity = RequestIdentity.of(provider, reference, request.messages, number)
    more: dict[str, object] = {}
    if grader.embeds:
        more["provider_type"] = f"{provider.type} embeddings"
    if request.reply_schema is not None:
        more["reply_schema"] = digest_of(request.reply_schema)
    return replace(identity, **more)
