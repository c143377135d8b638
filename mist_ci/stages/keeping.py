"""What was spent by hand, kept where the months of a team are added up."""

from collections.abc import Mapping

from mist_ci import tokentrace
from mist_ci.matchspec import Evaluation
from mist_ci.ports import World


def keep_spend(
    world: World, run_id: str, evaluation: Evaluation, start_ns: int, about: Mapping[str, str]
) -> None:
    """Adds one evaluation to the ledger, where somebody named one, whatever became of it. Raises CouldNotRun MC309."""
    if world.ledger is None or not evaluation.attempts:
        return
    told: dict[str, str | int | float | bool | None] = {**about}
    told[tokentrace.ASKING_S] = round(evaluation.took_s, 3)
    times = start_ns, world.clock.now_ns()
    world.ledger.append(list(tokentrace.condensed(run_id, evaluation.attempts, times, told)))
