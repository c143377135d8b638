"""Results that another runner made, as the evidence about one model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mist_ci import matchspec
from mist_ci.errors import Code, UsageError
from mist_ci.matchspec import ImportedSuite
from mist_ci.models.plan import ModelChange
from mist_ci.models.record import Record, Results
from mist_ci.models.suite import Suite


def refuse_many(changes: Sequence[ModelChange]) -> None:
    """Raises UsageError where results would have to be about several models."""
    if len(changes) > 1:
        message = f"results are about one model, and {len(changes)} references changed"
        hint = "gate them one by one: one pull request, or one gate with `models`, for each"
        raise UsageError(Code.USAGE, message, hint=hint)


def imported_suites(
    change: ModelChange, results: Results, suites: Sequence[Suite]
) -> tuple[ImportedSuite, ...]:
    """The suites that results speak about, with the roles, margins and floors of those that the policy has.

    Results of another model than the reference names are evidence of nothing.
    """
    base = results.base if change.base is not None else ()
    spoken_of = {one.suite for one in (*base, *results.head)}
    declared = {one.name: one for one in suites if one.imported or one.name in spoken_of}
    found = matchspec.pair_records(base, results.head, declared, results.anchor)
    obstacle = _of_another_model(change, replace(results, base=base))
    if obstacle is not None:
        return tuple(replace(one, obstacle=obstacle) for one in found)
    return tuple(_unless_asked_here(one, declared.get(one.suite.name)) for one in found)


def _unless_asked_here(found: ImportedSuite, declared: Suite | None) -> ImportedSuite:
    """What decides is the suite as base has it: results bring other samples, and know nothing of leaked ones."""
    if declared is None or declared.imported:
        return found
    obstacle = f"the policy's own suite is asked here: results count with `imported: true` in {declared.path}"
    return replace(found, obstacle=obstacle)


def notices_of(found: Iterable[ImportedSuite], results: Results) -> list[str]:
    """What only head has, and so decides nothing."""
    told = [notice for one in found for notice in one.notices]
    return told + matchspec.told_of_head_alone(results.base, results.head)


def _of_another_model(change: ModelChange, results: Results) -> str | None:
    sides: Mapping[str, tuple[str | None, Sequence[Record]]] = {
        "base": (change.base.model if change.base else None, results.base),
        "head": (change.head.model, results.head),
        "anchor": (change.anchor.model if change.anchor else None, results.anchor),
    }
    for side, (model, records) in sides.items():
        for told in sorted({one.model for one in records} - {""}):
            if model is not None and not _names(told, model):
                return f"the results of {side} are of {told}, and {change.path} says {model}"
    return None


def _names(told: str, model: str) -> bool:
    """Runners put a provider before the model's name: `openai/gpt-4o`, `openai:chat:gpt-4o`."""
    return told == model or told.endswith((f"/{model}", f":{model}"))
