"""Small changes of one row, by path: `messages.1.content`."""

import copy
from collections.abc import Callable
from typing import Any

from benchmarks.data.case import Change, Row, Rows

AT = 23
"""The row that is changed where nothing else is said: one question, one answer, no system message."""
WITH_SYSTEM = 21
"""A row of `shapes.chat` that starts with a system message."""
TWO_TURNS = 25
"""A row of `shapes.chat` with two exchanges."""


def put(path: str, value: object, *, at: int = AT) -> Change:
    """Sets what is at `path` in row `at`."""

    def change(rows: Rows) -> None:
        place, key = _place(rows[at], path)
        place[key] = value

    return change


def drop(path: str, *, at: int = AT) -> Change:
    """Removes what is at `path` in row `at`."""

    def change(rows: Rows) -> None:
        place, key = _place(rows[at], path)
        del place[key]

    return change


def rename(path: str, name: str, *, at: int = AT) -> Change:
    """Gives the key at `path` another name, at the same place among its neighbours."""

    def change(rows: Rows) -> None:
        place, key = _place(rows[at], path)
        items = [(name if one == key else one, value) for one, value in place.items()]
        place.clear()
        place.update(items)

    return change


def insert(path: str, value: object, *, at: int = AT) -> Change:
    """Puts `value` before what is at `path`, whose last step is a position in a list."""

    def change(rows: Rows) -> None:
        place, key = _place(rows[at], path)
        place.insert(key, value)

    return change


def alter(path: str, work: Callable[[Any], object], *, at: int = AT) -> Change:
    """Replaces what is at `path` with what `work` makes of it."""

    def change(rows: Rows) -> None:
        place, key = _place(rows[at], path)
        place[key] = work(place[key])

    return change


def replace(row: Row, *, at: int = AT) -> Change:
    """Another row in the place of row `at`."""

    def change(rows: Rows) -> None:
        rows[at] = row

    return change


def add(*more: Row) -> Change:
    """Rows at the end."""
    return lambda rows: rows.extend(more)


def again(*changes: Change, at: int = AT) -> Change:
    """Row `at` once more at the end, after `changes` of that copy, whose rows are all number -1."""

    def change(rows: Rows) -> None:
        rows.append(copy.deepcopy(rows[at]))
        for one in changes:
            one(rows)

    return change


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(rows: Rows) -> None:
        for one in changes:
            one(rows)

    return change


def everywhere(make: Callable[[int], Change]) -> Change:
    """The change that `make` gives for each row's number."""

    def change(rows: Rows) -> None:
        for index in range(len(rows)):
            make(index)(rows)

    return change


def first(count: int) -> Change:
    """Only the first `count` rows."""

    def change(rows: Rows) -> None:
        del rows[count:]

    return change


def _place(row: Row, path: str) -> tuple[Any, Any]:
    *steps, last = (int(step) if step.lstrip("-").isdigit() else step for step in path.split("."))
    place: Any = row
    for step in steps:
        place = place[step]
    return place, last
