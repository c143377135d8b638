"""When a suite is looked at: after how many samples, with how many attempts of head, and how much each look may decide.

Samples stand in hash order, so that nobody chooses which come first. A look on the way decides what is plain by
O'Brien-Fleming bounds (page 3 §4.6); all looks together keep the error rate of one.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from mist_ci.models.comparison import LookNumbers
from mist_ci.models.config import Gate, Sequential
from mist_ci.models.suite import Role, Suite

STOPS_EARLY_FROM = 200
"""Samples: a smaller suite is looked at whole."""
TIMES_IN_THIRDS = (1 / 3, 2 / 3, 1.0)
TIMES_IN_THIRDS_AND_MORE_ATTEMPTS = (0.2, 0.4, 0.6, 1.0)
TIMES_WHOLE_AND_MORE_ATTEMPTS = (0.6, 1.0)


@dataclass(frozen=True, slots=True)
class Look:
    """So many first samples, so many attempts of head at each, and the share of all information that this is."""

    samples: int
    head_attempts: int
    time: float


@dataclass(frozen=True)
class Standing:
    """A suite and the look that it has come to, counted from 0."""

    suite: Suite
    looks: tuple[Look, ...]
    at: int = 0
    obstacle: str | None = None
    """Why nothing can be compared, whatever the scores are."""
    anchor_obstacle: str | None = None
    """The same of the anchor."""

    @classmethod
    def whole(
        cls, suite: Suite, obstacle: str | None = None, anchor_obstacle: str | None = None
    ) -> "Standing":
        """Everything at once: for results that are already there."""
        looks = (Look(len(suite.samples), suite.attempts.head, 1.0),)
        return cls(suite, looks, 0, obstacle, anchor_obstacle)

    @property
    def look(self) -> Look:
        """The current look."""
        return self.looks[self.at]

    @property
    def is_last(self) -> bool:
        """True when there is no look after this one."""
        return self.at == len(self.looks) - 1

    def next(self) -> "Standing":
        """The suite at its next look."""
        return replace(self, at=self.at + 1)

    @cached_property
    def seen(self) -> Suite:
        """The suite as far as it was asked; its digest stays the whole one's."""
        if self.look.samples == len(self.suite.samples):
            return self.suite
        return self.suite.model_copy(update={"samples": self.suite.samples[: self.look.samples]})

    @property
    def numbers(self) -> LookNumbers:
        """What the comparison says about it."""
        return LookNumbers(
            at=self.at,
            times=tuple(look.time for look in self.looks),
            suite_samples=len(self.suite.samples),
            head_attempts=self.look.head_attempts,
            escalated=self.look.head_attempts > self.looks[0].head_attempts,
        )


def first_look(suite: Suite, gate: Gate, *, has_baseline: bool) -> Standing:
    """The suite with its looks, which are fixed before the first answer.

    They depend on nothing that head has a hand in: leaked samples have the same looks as any, and the same bounds.
    """
    counts, total = suite.attempts, len(suite.samples)
    if not has_baseline:
        return Standing.whole(suite)
    escalates = counts.can_escalate
    if _stops_early(suite, gate):
        times: tuple[float, ...] = TIMES_IN_THIRDS_AND_MORE_ATTEMPTS if escalates else TIMES_IN_THIRDS
        sizes = [-(-total * third // 3) for third in (1, 2, 3)]
    else:
        times = TIMES_WHOLE_AND_MORE_ATTEMPTS if escalates else (1.0,)
        sizes = [total]
    looks = [Look(size, counts.head, time) for size, time in zip(sizes, times, strict=False)]
    if escalates and counts.max_head is not None:
        looks.append(Look(total, counts.max_head, times[-1]))
    return Standing(suite, tuple(looks))


def _stops_early(suite: Suite, gate: Gate) -> bool:
    """What has to be known as exactly as the suite allows is asked whole: floors, and skills that are trained."""
    needs_the_score = suite.floor is not None or suite.must_improve or suite.role is Role.TARGET
    wanted = gate.defaults.sequential is not Sequential.NONE
    return wanted and not needs_the_score and len(suite.samples) >= STOPS_EARLY_FROM
