"""Steps of a delivery: one that fails is told, and the others go on."""

from collections.abc import Callable, Iterable

from mist_ci.errors import MistError

Step = Callable[[], object]


class NotDelivered(Exception):
    """The other side took the request and did nothing."""


def each(steps: Iterable[tuple[str, Step]]) -> list[str]:
    """Takes every step. Returns a sentence for each that failed, whatever it failed of."""
    troubles = []
    for name, step in steps:
        try:
            step()
        except (MistError, NotDelivered) as error:
            troubles.append(f"{name} was not delivered: {error}")
        except Exception as error:  # noqa: BLE001 - a bug in one step must not lose the others
            troubles.append(f"{name} was not delivered: unexpected {type(error).__name__}: {error}")
    return troubles
