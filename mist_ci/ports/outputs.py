"""Answers that models gave to earlier runs."""

from datetime import datetime
from typing import Protocol

from mist_ci.models.output import RequestIdentity, StoredAnswer


class OutputStore(Protocol):
    """Stored answers, as they were when this run began: what a run writes, it does not read itself.

    Nothing here ever raises: a store that is broken is an empty one, and says so once.
    """

    @property
    def keeps(self) -> bool:
        """True when what this run puts here is found by the next one."""
        ...

    def get(self, identity: RequestIdentity, not_before: datetime | None = None) -> StoredAnswer | None:
        """The answer to exactly this request; None when there is none that is whole and young enough.

        Of several it is the one that was stored first, so that nobody asks again until an answer pleases; only
        a renewed one stands before it, the newest of these.
        """
        ...

    def put(self, identity: RequestIdentity, answer: StoredAnswer) -> None:
        """Keeps an answer for later runs, where this run may write; else does nothing."""
        ...

    def take_notices(self) -> tuple[str, ...]:
        """Sentences about what could not be used or kept since the last time somebody asked."""
        ...


class NoOutputs:
    """For worlds that remember nothing: every question is asked."""

    keeps = False

    def get(self, identity: RequestIdentity, not_before: datetime | None = None) -> StoredAnswer | None:
        """Nothing is stored."""
        del identity, not_before
        return None

    def put(self, identity: RequestIdentity, answer: StoredAnswer) -> None:
        """Nothing is kept."""

    def take_notices(self) -> tuple[str, ...]:
        """There is nothing to say."""
        return ()
