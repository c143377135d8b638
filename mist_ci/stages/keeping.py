"""What was spent by hand, kept where the months of a team are added up."""

from collections.abc import Sequence
from typing import Literal

from mist_ci import tokentrace
from mist_ci.models.attempt import Attempt
from mist_ci.ports import World
from mist_ci.tokentrace import FINISHED, Recorder


def open_ledger(world: World) -> None:
    """Whoever names a place that cannot be written is told before anything is spent. Raises CouldNotRun MC309."""
    if world.ledger is not None:
        world.ledger.open()


def keep_spend(
    world: World, store: Recorder, attempts: Sequence[Attempt], took_s: float, *, is_whole: bool
) -> None:
    """Adds what the run of `store` asked to the ledger, where somebody named one, whatever became of it.

    `took_s` are seconds of asking; `is_whole` is False where something ended it before. Raises CouldNotRun MC309.
    """
    if world.ledger is None or not attempts:
        return
    status: Literal["ok", "error"] = "ok" if is_whole else "error"
    told = {
        **store.about,
        tokentrace.ASKING_S: round(took_s, 3),
        "mist.outcome": FINISHED if is_whole else "not finished",
        "mist.complete": is_whole,
    }
    times = store.start_ns, world.clock.now_ns()
    world.ledger.append(list(tokentrace.condensed(store.run_id, attempts, times, told, status)))
