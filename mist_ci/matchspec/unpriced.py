"""Models whose price nobody knows, under a budget of money."""

from collections.abc import Iterable

from mist_ci.errors import Code, CouldNotRun
from mist_ci.matchspec.judging import Asks
from mist_ci.ports import World


def refuse_unpriced(models: Iterable[Asks], world: World) -> None:
    """Raises CouldNotRun MC306 for the first of them, before anybody is asked."""
    for one in models:
        cost = world.prices.cost(one.provider, one.model, 1, 1, world.clock.now().date())
        if cost.usd is None:
            message = f"a money budget is set and the price of {one.model!r} is unknown"
            hint = f"add `prices` to provider {one.name} in mist.yml"
            raise CouldNotRun(Code.UNPRICED, message, hint=hint)
