"""Reported tokens held against tokens that are counted here, in a few answers of each model."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from mist_ci.models.attempt import Attempt
from mist_ci.models.token_check import Sums, TokenCheck
from mist_ci.models.usage import TokenBasis

SAMPLE = 32
"""Answers that are counted, of each model on each side: more would not tell more."""
LEAST = 8
"""Fewer say nothing."""
_KNOWN_AFTER = ", approximate"


@dataclass(frozen=True, slots=True)
class Ruler:
    """How tokens of one model are counted."""

    count: Callable[[str], int]
    name: str
    """An encoding, or a tokenizer.json."""
    is_own: bool
    """False where it stands in for the model's own."""

    @classmethod
    def of(cls, count: Callable[[str], int], basis: str) -> "Ruler":
        """Out of what a counter says of itself: `tiktoken o200k_base, approximate: …`."""
        name, approximate, _ = basis.partition(_KNOWN_AFTER)
        return cls(count, name.removeprefix("tiktoken "), not approximate)


def chosen(attempts: Iterable[Attempt]) -> list[Attempt]:
    """The answers of one side that are counted: of all suites, and the same in every run, whatever came back first."""
    reported = (
        one
        for one in attempts
        if one.token_basis is TokenBasis.REPORTED and one.finish_reason != "tool_calls"
    )
    found = nsmallest(SAMPLE, reported, key=lambda one: (one.key, one.suite_digest, one.attempt))
    return found if len(found) >= LEAST else []


def token_check(
    attempts: Sequence[Attempt], prompts: Mapping[tuple[str, str], Sequence[str]], ruler: Ruler
) -> TokenCheck | None:
    """Answers of one model, held against a count of their texts; None where too few of them have a known prompt.

    `prompts` has the texts of messages by digest of the suite and key; the template around them is in none.
    """
    told = [one for one in attempts if (one.suite_digest, one.key) in prompts]
    if len(told) < LEAST:
        return None
    asked = [sum(map(ruler.count, prompts[one.suite_digest, one.key])) for one in told]
    around = {one.tokens_in - counted for one, counted in zip(told, asked, strict=True)}
    return TokenCheck(
        provider=told[0].provider,
        model=told[0].model,
        counter=ruler.name,
        is_own=ruler.is_own,
        answers=len(told),
        messages=sum(len(prompts[one.suite_digest, one.key]) for one in told),
        silent=sum(bool(one.output.strip()) and not one.tokens_out for one in told),
        tokens_in=Sums(reported=sum(one.tokens_in for one in told), counted=sum(asked)),
        tokens_out=Sums(
            reported=sum(visible(one) for one in told), counted=sum(ruler.count(one.output) for one in told)
        ),
        around=around.pop() if len(around) == 1 else None,
    )


def visible(one: Attempt) -> int:
    """Tokens of an answer without those that nobody sees."""
    return one.tokens_out - one.tokens_reasoning
