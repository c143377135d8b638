"""Who waits for whom: the line to a provider, and the door that a first call opens."""

from dataclasses import dataclass

import anyio

from mist_ci.ports.model_client import ModelClient


@dataclass(slots=True)
class Line:
    """The line to one provider: how many may speak at once, and whether anybody answers."""

    client: ModelClient
    room: anyio.CapacityLimiter
    silent_in_a_row: int = 0


@dataclass(slots=True)
class Door:
    """One contestant. Nobody else asks before a first call has come back: a wrong key costs one request."""

    is_open: bool = False
    first_is_back: anyio.Event | None = None
    """Set when the call that went ahead is back; None while none is under way."""
