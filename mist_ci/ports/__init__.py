"""What the rooms need of the world, as Protocols. Adapters implement them; cli/wiring*.py choose."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mist_ci.ports.world import World

__all__ = ["World"]


def __getattr__(name: str) -> object:
    """The world knows the nouns of every room: whoever needs one port does not wait for them."""
    if name != "World":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mist_ci.ports.world import World  # noqa: PLC0415 - see above

    return World
