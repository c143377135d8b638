"""Which number of an lm-evaluation-harness row decides: one metric, after one filter."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.matchspec.importers.rows import Row, shown

PRIMARY = ("acc", "exact_match")
"""What the harness's own tables show first: accuracy of multiple choice, exact match of generated text. A task that has
one of them and other metrics too is decided by it; a task that has both, or neither, needs a wish."""

NO_FILTER = "none"
OTHER_VERSION = "the files of lm_eval 0.4.13 have it: run it again with a current version"
_HOW = "choose one with --grader METRIC,FILTER"
_SCALE = (
    "perplexities, and metrics from 0 to 100, are not scores of one sample from 0 to 1: choose another metric"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A metric and a filter, as `exact_match,strict-match` names them in results."""

    metric: str
    filter: str

    @property
    def grader(self) -> str:
        """The name people see: without the filter where it does nothing."""
        return self.metric if self.filter == NO_FILTER else f"{self.metric},{self.filter}"


def choose(rows: Sequence[Row], wanted: str | None, results: Row, task: str) -> Choice:
    """The wish, or the only one, or the conventional one. Raises MC113 with what there is."""
    there = _available(rows, results, task)
    metrics = dict.fromkeys(choice.metric for choice in there)
    listed = ", ".join(f"'{choice.metric},{choice.filter}'" for choice in there)
    if wanted is not None:
        fitting = [
            choice for choice in there if wanted in (choice.metric, f"{choice.metric},{choice.filter}")
        ]
        if len(fitting) == 1:
            return fitting[0]
        reason = f"has several filters for {wanted!r}" if fitting else f"has no metric {wanted!r}"
        raise results.error(f"the task {task!r} {reason}; there are: {listed}", "results", _HOW)
    conventional = [metric for metric in PRIMARY if metric in metrics]
    candidates = list(metrics) if len(metrics) == 1 else conventional
    fitting = [choice for choice in there if [choice.metric] == candidates]
    if len(fitting) == 1:
        return fitting[0]
    raise results.error(f"the task {task!r} has several scores: {listed}", "results", _HOW)


def _available(rows: Sequence[Row], results: Row, task: str) -> list[Choice]:
    """What the rows have; what the results name where there is no row, or where rows do not list their metrics."""
    named = _named(results, task)
    found: dict[Choice, None] = {}
    for row in rows:
        filtered, metrics = row.text("filter"), row.get("metrics")
        if not filtered:
            raise row.error("is missing", "filter", OTHER_VERSION)
        if metrics is not None and not isinstance(metrics, list):
            raise row.error(f"must be a list of names, not {shown(metrics)}", "metrics")
        if metrics is not None:
            found |= dict.fromkeys(Choice(str(metric), filtered) for metric in metrics)
        else:
            found |= dict.fromkeys(choice for choice in named if choice.filter == filtered)
    there = list(found or dict.fromkeys(named))
    if not there:
        raise results.error(f"the task {task!r} has no metric", "results")
    return there


def _named(results: Row, task: str) -> list[Choice]:
    """`acc,none`, without the standard errors."""
    pairs = (name.rpartition(",") for name in results.child("results").child(task).values)
    return [
        Choice(metric, filtered)
        for metric, comma, filtered in pairs
        if comma and not metric.endswith("_stderr")
    ]


def value(row: Row, choice: Choice) -> float:
    """From 0 to 1. Raises MC113 for what is none: perplexity, BLEU, lists that only a whole task makes a number of."""
    found = row.get(choice.metric)
    # NaN is not between 0 and 1 either.
    if not isinstance(found, bool | int | float) or not 0 <= found <= 1:
        raise row.error(f"is {shown(found)}, not a number from 0 to 1", choice.metric, _SCALE)
    return float(found)


def others(row: Row, choice: Choice) -> dict[str, float]:
    """What other metrics of the row say, where that is a finite number."""
    metrics = row.get("metrics")
    found = {str(name): row.get(str(name)) for name in (metrics if isinstance(metrics, list) else ())}
    return {
        name: float(each)
        for name, each in found.items()
        if name != choice.metric and isinstance(each, bool | int | float) and math.isfinite(each)
    }


def higher_is_better(results: Row, task: str, metric: str) -> bool:
    """As the task says; up where it does not."""
    return results.child("higher_is_better").child(task).flag(metric) is not False
