"""Why answers have other numbers of tokens at head: another tokenizer, more to say, more reasoning."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.figures import MINUS
from mist_ci.tokentrace.counted import Ruler, visible

RECOUNTED = 256
"""Samples whose answers are counted with both tokenizers: the ratio is the same in more of them."""
Answers = Sequence[Sequence[Attempt]]
"""Attempts by sample, in one order for both sides."""


def lengths_told(
    base: Answers, head: Answers, rulers: Mapping[Side, Ruler], *, prompts_moved: bool
) -> str | None:
    """One sentence that takes the difference of tokens of an answer apart; None where the tokenizer is the same.

    Where both tokenizers are known, head's answers are counted with both. Where prompts say that they differ
    (`prompts_moved`), characters of a token stand in for that, and what is written moves them as well.
    """
    mine, yours = _Lengths.of(base), _Lengths.of(head)
    if not mine.tokens or not yours.tokens or not yours.characters or not mine.characters:
        return None
    of_base, of_head = rulers.get(Side.BASE), rulers.get(Side.HEAD)
    if of_base is not None and of_head is not None and of_base.is_own and of_head.is_own:
        if of_base.name == of_head.name:
            return None
        texts = [one.output for one in chain.from_iterable(head[:RECOUNTED])]
        in_base, in_head = (sum(map(ruler.count, texts)) for ruler in (of_base, of_head))
        if not in_base or not in_head:
            return None
        how = f"{of_head.name} at head, {of_base.name} at base: head's answers counted with both"
        return _told(mine, yours, in_head / in_base, how)
    if not prompts_moved:
        return None
    at_base, at_head = (one.characters / one.tokens for one in (mine, yours))
    how = f"{at_head:.1f} characters a token at head, {at_base:.1f} at base"
    return _told(mine, yours, at_base / at_head, how)


@dataclass(frozen=True, slots=True)
class _Lengths:
    """Of one answer on average."""

    tokens: float
    """Of what is seen."""
    reasoning: float
    characters: float

    @classmethod
    def of(cls, answers: Answers) -> "_Lengths":
        return cls(
            _mean(answers, visible),
            _mean(answers, lambda one: one.tokens_reasoning),
            _mean(answers, lambda one: len(one.output)),
        )


def _mean(answers: Answers, amount: Callable[[Attempt], int]) -> float:
    return sum(sum(map(amount, one)) / len(one) for one in answers) / len(answers)


def _told(base: _Lengths, head: _Lengths, ratio: float, how: str) -> str | None:
    """`ratio`: tokens that head's tokenizer makes of a text for each that base's makes of it. None where it is 1."""
    as_base = head.tokens / ratio
    if abs(head.tokens - as_base) < _SHOWN:
        return None
    longer = as_base - base.tokens
    reasoned = head.reasoning - base.reasoning
    parts = [f"{_signed(head.tokens - as_base)} by another tokenizer ({how})"]
    if abs(longer) >= _SHOWN:
        parts.append(f"{_signed(longer)} by {'longer' if longer > 0 else 'shorter'} answers")
    if abs(reasoned) >= _SHOWN:
        parts.append(f"{_signed(reasoned)} by reasoning")
    apart = head.tokens + head.reasoning - base.tokens - base.reasoning
    return f"tokens of an answer, {_signed(apart)} in all: {', '.join(parts)}"


_SHOWN = 0.05


def _signed(tokens: float) -> str:
    return f"{tokens:+,.1f}".replace("-", MINUS)
