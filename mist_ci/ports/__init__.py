"""What the rooms need of the world, as Protocols. Adapters implement them; `cli/wiring.py` chooses."""

from mist_ci.ports.world import World

__all__ = ["World"]
