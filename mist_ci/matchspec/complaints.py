"""What happens with an error in a suite: the first one ends the reading, or all of them are collected."""

from collections.abc import Callable

from mist_ci.errors import ConfigError

Complain = Callable[[ConfigError], None]
"""Told of each error. Where it returns, the sample at fault is left out and the reading goes on."""


def stop(error: ConfigError) -> None:
    """Ends the reading: a suite with an error is not asked."""
    raise error
