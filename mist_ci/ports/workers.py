"""Doing the same to many things, on one core or on all."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers(Protocol):
    """What maps a task over items. Task, items and results are picklable."""

    @property
    def count(self) -> int:
        """How many things are done at a time."""
        ...

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Results in the order of the items, as soon as they are there; few items are under way at a time.

        An exception of the task is raised here.
        """
        ...


class InlineWorkers:
    """One after the other, in this process."""

    count = 1

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The built-in `map`."""
        return map(task, items)
