"""Who is asked what, how often, and in which order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mist_ci.models.attempt import Side
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference
from mist_ci.models.output import RequestIdentity
from mist_ci.models.suite import Sample, Suite
from mist_ci.ports.model_client import Request


@dataclass(frozen=True, slots=True)
class Contestant:
    """One side of the comparison: who answers, and where."""

    side: Side
    reference: ModelReference
    provider: Provider
    commit: str | None = None
    """The head whose gate asks, whichever side this is; None where it may ask for the same head again."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some samples of a suite, and which attempts of each side are wanted at each of them, counted from 0.

    The sides in `fresh` are asked even where an answer is stored. What they say then takes its place, except for a
    probe, which leaves nothing behind: what was decided on the stored one would be decided on another draw next time.
    """

    suite: Suite
    samples: Sequence[Sample]
    attempts: Mapping[Side, range]
    fresh: frozenset[Side] = frozenset()
    is_probe: bool = False
    label: str | None = None
    """What its attempts say of themselves: which part of the suite this is. None where a gate asks."""

    @classmethod
    def whole(cls, suite: Suite) -> "Portion":
        """Everything that the suite asks of everybody."""
        return cls(suite, suite.samples, attempts_of(suite, range(suite.attempts.head)))


def attempts_of(suite: Suite, head: range) -> Mapping[Side, range]:
    """The attempts of a first question: those of base and anchor are never more later on."""
    others = range(suite.attempts.base)
    if suite.is_pairwise:  # head is compared with base, answer by answer
        return {Side.BASE: others, Side.HEAD: head}
    return {Side.BASE: others, Side.HEAD: head, Side.ANCHOR: others}


@dataclass(frozen=True)
class Call:
    """One attempt that is still to be made; `fresh` where no stored answer may stand in for it.

    The answer to a probe stands in for no later call.
    """

    contestant: Contestant
    suite: Suite
    sample: Sample
    number: int
    fresh: bool = False
    is_probe: bool = False
    portion: str | None = None

    def request(self, tokens: int = 0, may_retry: Callable[[], bool] | None = None) -> Request:
        """What the provider is asked; `tokens` and `may_retry` are for its limits and for the budget."""
        reference = self.contestant.reference
        return Request(
            reference.model,
            self.sample.messages,
            reference.parameters,
            self.sample.tools,
            self.suite.top_logprobs,
            tokens,
            may_retry,
        )

    @cached_property
    def identity(self) -> RequestIdentity:
        """What a stored answer must be the answer to."""
        one = self.contestant
        return RequestIdentity.of(
            one.provider,
            one.reference,
            self.sample.messages,
            self.number,
            self.sample.tools,
            self.suite.top_logprobs,
        )


def all_calls(portions: Sequence[Portion], contestants: Sequence[Contestant]) -> Iterator[Call]:
    """Every attempt of every sample, the sides one after the other."""
    for portion in portions:
        for sample in portion.samples:
            for one in contestants:
                for number in portion.attempts.get(one.side, range(0)):
                    fresh = one.side in portion.fresh
                    yield Call(one, portion.suite, sample, number, fresh, portion.is_probe, portion.label)


def count_calls(portions: Sequence[Portion], contestants: Sequence[Contestant]) -> int:
    """How many calls `all_calls` gives."""
    sides = [one.side for one in contestants]
    return sum(
        len(portion.samples) * sum(len(portion.attempts.get(side, range(0))) for side in sides)
        for portion in portions
    )
