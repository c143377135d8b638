"""Tokens as a provider reports them, held against tokens as they are counted here. Money and budgets stand on them."""

from collections.abc import Iterator

from mist_ci.models.base import Model
from mist_ci.models.figures import count

WORTH_TELLING = 0.05
"""So much apart, as a share of what is counted."""
ABSURD, ABSURD_BY_ANOTHER = 4.0, 8.0
"""So many times as many, or as few: by the model's own tokenizer, and by one that stands in for it."""
TEMPLATE_TOKENS, END_TOKENS = 64, 8
"""What a chat template may put around a prompt, and around an answer, before anybody doubts the report."""
MESSAGE_TOKENS = 8
"""What it puts around a message as a rule."""


class Sums(Model):
    """Tokens of some texts, as they were reported and as they were counted."""

    reported: int
    counted: int

    @property
    def apart(self) -> float:
        """Reported beyond counted, as a share of counted."""
        return self.reported / self.counted - 1 if self.counted else 0.0


class TokenCheck(Model):
    """One model at one provider: some answers with reported tokens, and how many tokens are counted in their texts."""

    provider: str
    model: str
    counter: str
    """What counted: the name of an encoding, or a tokenizer.json."""
    is_own: bool
    """False where the counter stands in for a tokenizer that nobody knows."""
    answers: int
    messages: int
    """In the prompts of all of them."""
    silent: int
    """Answers with a text and a report of no tokens."""
    tokens_in: Sums
    tokens_out: Sums
    """Without reasoning, whose text nobody sees."""
    around: int | None
    """Tokens that each prompt has beyond those that are counted, where it is the same number for all of them."""

    @property
    def sentence(self) -> str:
        """How far reports and counts are apart, and why that may be."""
        parts = [*self._parts()] or ["as many as are counted, in and out"]
        by = (
            self.counter
            if self.is_own
            else f"{self.counter}, which stands in for a tokenizer that is not known,"
        )
        return (
            f"{self.provider} reports for {self.model}, held against {by} in {count(self.answers, 'answer')}: "
            + ("; ".join(parts))
        )

    @property
    def is_worth_telling(self) -> bool:
        """True when reports are off a count of the model's own tokenizer by more than a template and an end explain."""
        return self.is_own and (
            _is_off(self.tokens_in, MESSAGE_TOKENS * self.messages)
            or _is_off(self.tokens_out, 2 * self.answers)
        )

    @property
    def caution(self) -> str | None:
        """Why the reports cannot be right; None when they can."""
        who = f"{self.provider} reports for {self.model}"
        if self.silent:
            few = f"{self.silent:,} of {count(self.answers, 'answer')} that have a text"
            return f"{who} no tokens out in {few}: {_DOUBT}"
        for side, sums, free in (
            ("in", self.tokens_in, TEMPLATE_TOKENS),
            ("out", self.tokens_out, END_TOKENS),
        ):
            most = ABSURD if self.is_own else ABSURD_BY_ANOTHER
            if sums.reported > most * sums.counted + free * self.answers:
                times = f"{sums.reported / max(1, sums.counted):,.1f} times as many tokens {side}"
                return f"{who} {times} as {self.counter} counts: {_DOUBT}"
            if sums.counted > most * sums.reported + free * self.answers:
                times = f"{sums.reported / sums.counted:.0%} of the tokens {side}"
                return f"{who} {times} that {self.counter} counts: {_DOUBT}"
        return None

    def _parts(self) -> Iterator[str]:
        more, less = "another tokenizer, or reasoning that is not told apart", "another tokenizer"
        if abs(self.tokens_in.apart) >= WORTH_TELLING:
            why = "a chat template, or another tokenizer" if self.tokens_in.apart > 0 else less
            if self.around is not None and self.around > 0:
                why = f"{count(self.around, 'token')} around each prompt, a chat template"
            yield f"tokens in {_beyond(self.tokens_in)} ({why})"
        if abs(self.tokens_out.apart) >= WORTH_TELLING:
            yield f"tokens out {_beyond(self.tokens_out)} ({more if self.tokens_out.apart > 0 else less})"


_DOUBT = "money and budgets that stand on it are not to be trusted"


def _beyond(sums: Sums) -> str:
    return f"{abs(sums.apart):.0%} {'above' if sums.apart > 0 else 'below'} what is counted"


def _is_off(sums: Sums, free: int) -> bool:
    most, least = (1 + WORTH_TELLING) * sums.counted + free, (1 - WORTH_TELLING) * sums.counted
    return not least <= sums.reported <= most
