"""What a target states, as rules ask for it.

A target rule has a function `facts`: the facts of a target that it judges by. It is silent when there are none, and
the page of a target lists it under those that there are.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from mist_ci.models.finding import Severity
from mist_ci.models.target import Confidence, Fact, Target
from mist_ci.schemaflux.kinds import Rule
from mist_ci.schemaflux.rule import Problem, quote

T = TypeVar("T")
_MOST_SHOWN = 8


class FactRule(Rule, Protocol):
    """A rule that judges by facts of a target."""

    def facts(self, target: Target, /) -> Iterable[Fact[Any]]:
        """Those that it would hold against data."""
        ...


def when(fact: Fact[T] | None, *values: T) -> tuple[Fact[T], ...]:
    """The fact, if it is stated and says one of the values; any value will do when none is given."""
    return (fact,) if fact is not None and (not values or fact.value in values) else ()


def when_true(fact: Fact[bool] | None) -> tuple[Fact[bool], ...]:
    """The fact, if it is stated and says yes."""
    return (fact,) if fact is not None and fact.value else ()


def when_false(fact: Fact[bool] | None) -> tuple[Fact[bool], ...]:
    """The fact, if it is stated and says no."""
    return (fact,) if fact is not None and not fact.value else ()


def problem(
    fact: Fact[T],
    message: str,
    hint: str,
    field: str | None = None,
    *,
    permits: Callable[[T], bool] | None = None,
) -> Problem:
    """A problem by a fact, with the consequence that the fact names.

    A warning at most where nothing but documentation says so and another source permits the data:
    `permits` says whether a value of the fact would; of yes and no, the other one does.
    """
    doubted = fact.confidence is Confidence.DOCS and any(
        permits(claim.value) if permits else isinstance(fact.value, bool) and claim.value != fact.value
        for claim in fact.contradicts
    )
    severity = Severity.WARNING if doubted else None
    return Problem(message, hint, field=field, severity=severity, consequence=fact.consequence)


def listed(names: Iterable[str]) -> str:
    """`a, b and c`; cut where there are many."""
    all_names = list(names)
    shown = all_names[:_MOST_SHOWN]
    if len(all_names) > _MOST_SHOWN:
        return f"{', '.join(shown)} and {len(all_names) - _MOST_SHOWN} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def quoted(names: Iterable[str]) -> str:
    """`"a", "b" and "c"`."""
    return listed(quote(name) for name in names)
