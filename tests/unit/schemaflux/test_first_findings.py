"""What is wrong with the first rows is on the screen before other processes have started."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from mist_ci.models.finding import Finding
from mist_ci.ports.sources import BytesSource
from mist_ci.ports.workers import InlineWorkers, Workers
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.inspection import Inspection, Means
from mist_ci.schemaflux.run import validate
from tests.fakes import InlineExecutor, WordCounter

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class LateWorkers:
    """Says `started` before its first result, as other processes do when they are there."""

    said: list[str]
    count: int = 2

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        self.said.append("started")
        yield from map(task, items)


@dataclass
class Screen:
    """Where findings are shown, and what else happens meanwhile."""

    said: list[str] = field(default_factory=list)
    shown: list[Finding] = field(default_factory=list)

    def watch(self, finding: Finding) -> None:
        self.said.append(finding.code)
        self.shown.append(finding)


def looked_at(content: bytes, workers: Workers, screen: Screen) -> None:
    sources = [BytesSource("a.jsonl", content)]
    means = Means(InlineExecutor(), WordCounter(), workers, watch=screen.watch)
    validate(Inspection("d", sources), means)


def row(number: int, answer: str) -> bytes:
    return rows(chat(("user", f"Question {number}?"), ("assistant", answer)))


BAD = b"".join(row(n, "" if n % 3 == 0 else f"answer {n}") for n in range(90)) + b"{oops\n"


def test_the_first_findings_do_not_wait_for_other_processes() -> None:
    screen = Screen()
    looked_at(BAD, LateWorkers(screen.said), screen)
    assert screen.said.index("started") == len(screen.shown) == 31


def test_each_finding_is_shown_once_and_in_order_whoever_finds_it() -> None:
    alone, together = Screen(), Screen()
    looked_at(BAD, InlineWorkers(), alone)
    looked_at(BAD, LateWorkers(together.said), together)
    assert together.shown == alone.shown


def test_what_is_wrong_further_down_is_shown_when_its_part_is_read() -> None:
    screen = Screen()
    good = b"".join(row(n, "fine " * 2_000) for n in range(500))
    looked_at(good + row(500, ""), LateWorkers(screen.said), screen)
    assert screen.said == ["started", "SF212"]
