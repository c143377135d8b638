"""Asking rules: a rule that crashes has checked nothing, and says so."""

from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.schemaflux.kinds import Rule

P = ParamSpec("P")
T = TypeVar("T")


def ask(
    rule: Rule, where: Where, question: Callable[P, Iterable[T]], *args: P.args, **kwargs: P.kwargs
) -> list[T]:
    """All that a rule answers. Raises CouldNotRun MC900 when it crashes: never a pass."""
    try:
        return list(question(*args, **kwargs))
    except Exception as error:
        raise crash(rule, where, error) from error


def crash(rule: Rule, where: Where, error: Exception) -> CouldNotRun:
    """What to raise when a rule crashes: nothing was checked."""
    reason = f"rule {rule.META.code} crashed: {type(error).__name__}: {error}"
    return CouldNotRun(Code.INTERNAL, reason, where=where, hint="please report it with this row")
