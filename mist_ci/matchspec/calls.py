"""Who is asked what, how often, and in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt that is still to be made."""

    contestant: Contestant
    suite: Suite
    sample: Sample
    number: int

    @property
    def request(self) -> Request:
        """What the provider is asked."""
        reference = self.contestant.reference
        return Request(reference.model, self.sample.messages, reference.parameters)

    @property
    def identity(self) -> RequestIdentity:
        """What a stored answer must be the answer to."""
        one = self.contestant
        return RequestIdentity.of(one.provider, one.reference, self.sample.messages, self.number)


def all_calls(suites: Sequence[Suite], contestants: Sequence[Contestant]) -> Iterator[Call]:
    """Every attempt of every sample, base and head one after the other."""
    for suite in suites:
        for sample in suite.samples:
            for one in contestants:
                times = suite.attempts.base if one.side is Side.BASE else suite.attempts.head
                yield from (Call(one, suite, sample, number) for number in range(times))
