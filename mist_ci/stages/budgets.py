"""The budgets of a gate, before money is spent and after."""

from collections.abc import Mapping, Sequence

from mist_ci import tokentrace
from mist_ci.models.attempt import Attempt
from mist_ci.models.config import Budgets
from mist_ci.models.report import BudgetLine, TrainingEstimate
from mist_ci.models.suite import Suite

Told = Mapping[str, Sequence[Attempt]]
"""Attempts by what they were asked for."""


def budget_lines(
    budgets: Budgets,
    training: Sequence[TrainingEstimate],
    attempts: Told,
    suites: Sequence[Suite],
    *,
    complete: bool,
) -> tuple[BudgetLine, ...]:
    """Every budget against what was spent. Raises CouldNotRun MC306 where a price is unknown."""
    everything = [attempt for many in attempts.values() for attempt in many]
    return (
        *tokentrace.training_budget(budgets, training),
        *tokentrace.evaluation_budget(
            budgets,
            everything,
            cohort={suite.digest for suite in suites},
            elsewhere={suite.digest for suite in suites if suite.imported},
            complete=complete,
        ),
    )
