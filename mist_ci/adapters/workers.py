"""Many processes. They are started afresh, so that nothing of this one is inherited but the task."""

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from mist_ci.errors import Code, CouldNotRun

Item = TypeVar("Item")
Result = TypeVar("Result")

_task: Callable[[Any], Any] | None = None


class ProcessWorkers:
    """Implements ports.Workers with `count` processes; twice as many items are under way at most."""

    def __init__(self, count: int, *, is_forked: bool = False) -> None:
        """Forked processes are there at once, without reading modules again. Only where this one has no threads."""
        self.count = count
        self._method = "fork" if is_forked and sys.platform == "linux" else "spawn"

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Results in the order of the items. Raises CouldNotRun MC900 when a process dies."""
        context = multiprocessing.get_context(self._method)
        pool = ProcessPoolExecutor(self.count, mp_context=context, initializer=_remember, initargs=(task,))
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(_run, item))
                if len(waiting) >= 2 * self.count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            hint = "it may have been killed for its use of memory: try again with --jobs 1"
            raise CouldNotRun(Code.INTERNAL, "a worker process died", hint=hint) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _remember(task: Callable[[Any], Any]) -> None:
    """The task is sent once to each process."""
    global _task  # noqa: PLW0603 - the one thing that a worker process has
    _task = task


def _run(item: Any) -> Any:  # noqa: ANN401 - what `map` was given
    if _task is None:
        raise RuntimeError("a worker without a task")
    return _task(item)
