"""How many calls are under way: as many as the server takes well, and never more than the policy allows."""

from collections import deque

import anyio

START = 8
"""Calls side by side at first; an eighth of the ceiling where that is more."""
_BUSY, _OVERLOADED = 2.0, 3.0
"""Times the quickest latency: from here on there are no more calls, and from there fewer."""
_ROUNDS_OF_DOUBT = 8
"""After so many rounds at a standstill somebody has to find out whether it is the load at all."""
_LESS_ON_FAILURE, _LESS_TO_SEE = 0.5, 0.7
_MORE_EACH_ROUND = 0.125
_SAME = 0.9
_FEWEST_IN_ROUND = 4


class Concurrency:
    """A limit that doubles every round until the server is in trouble or slow, then grows by an eighth a round.

    A round is as many answers as the limit. Trouble (429, 5xx, a time-out, a lost connection) halves the limit, once
    for all calls that were under way together. Latency is held against that of the quickest round: at twice as
    much the limit stays, at three times it shrinks. Where fewer calls are no quicker it was not the load, the answers
    are just longer, and their latency is the new measure. The ideas are those of TCP: slow start, additive increase
    and multiplicative decrease, and Vegas' look at the delay.
    """

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self.limit = float(min(max(START, ceiling // 8), ceiling))
        self._is_doubling = True
        self._may_grow = True
        self._quickest_s: float | None = None
        self._before_shrinking_s: float | None = None
        self._standstills = 0
        self._since_s = -1.0
        self._begin_round()

    def answered(self, began_s: float, now_s: float) -> None:
        """A call that went well, by the clock of the event loop."""
        if self._may_grow:
            more = 1.0 if self._is_doubling else _MORE_EACH_ROUND
            self.limit = min(self._ceiling, self.limit + more)
        if began_s < self._since_s:
            return
        self._sum_s += now_s - began_s
        self._count += 1
        if self._count >= self._wanted:
            self._judge(self._sum_s / self._count, now_s)
            self._begin_round()

    def troubled(self, began_s: float, now_s: float) -> None:
        """A call that the server could not take."""
        if began_s < self._since_s:
            return  # it was under way when the limit shrank last
        self._shrink(_LESS_ON_FAILURE, now_s)
        self._may_grow = True
        self._before_shrinking_s = None

    def _judge(self, mean_s: float, now_s: float) -> None:
        if self._before_shrinking_s is not None and mean_s >= _SAME * self._before_shrinking_s:
            self._quickest_s = mean_s
        self._before_shrinking_s = None
        self._quickest_s = min(mean_s, self._quickest_s or mean_s)
        self._may_grow = mean_s <= _BUSY * self._quickest_s
        self._standstills = 0 if self._may_grow else self._standstills + 1
        if mean_s > _OVERLOADED * self._quickest_s or self._standstills >= _ROUNDS_OF_DOUBT:
            self._before_shrinking_s, self._standstills = mean_s, 0
            self._shrink(_LESS_TO_SEE, now_s)

    def _shrink(self, factor: float, now_s: float) -> None:
        self.limit = max(1.0, self.limit * factor)
        self._is_doubling = False
        self._since_s = now_s
        self._begin_round()

    def _begin_round(self) -> None:
        self._sum_s, self._count, self._wanted = 0.0, 0, max(_FEWEST_IN_ROUND, int(self.limit))


class Places:
    """Lends out places for calls, as many as `concurrency` says, in the order of asking."""

    def __init__(self, concurrency: Concurrency) -> None:
        self.concurrency = concurrency
        self._taken = 0
        self._waiting: deque[anyio.Event] = deque()

    async def enter(self) -> None:
        """Returns with a place; `leave` gives it back."""
        if self._taken < int(self.concurrency.limit) and not self._waiting:
            self._taken += 1
            return
        turn = anyio.Event()
        self._waiting.append(turn)
        try:
            await turn.wait()
        except BaseException:
            if turn.is_set():
                self.leave()
            else:
                self._waiting.remove(turn)
            raise

    def leave(self) -> None:
        """Lets in those that now fit."""
        self._taken -= 1
        while self._waiting and self._taken < int(self.concurrency.limit):
            self._waiting.popleft().set()
            self._taken += 1
