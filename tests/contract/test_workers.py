"""Scratch and workers: the same findings with one process and with several, in memory and on disk."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters.executors.isolated import IsolatedExecutor
from mist_ci.adapters.scratch import DiskScratch
from mist_ci.adapters.workers import ProcessWorkers
from mist_ci.errors import CouldNotRun
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import DataReport
from mist_ci.ports.scratch import MemoryScratch, Scratch
from mist_ci.ports.sources import BytesSource
from mist_ci.ports.workers import InlineWorkers, Workers
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.inspection import Inspection, Means
from mist_ci.schemaflux.run import validate
from tests.fakes import WordCounter


def square(number: int) -> int:
    if number < 0:
        os._exit(7)
    return number * number


def numbers(*more: int) -> Iterable[int]:
    yield from range(20)
    yield from more


@pytest.mark.slow
def test_results_come_in_the_order_of_the_items() -> None:
    assert list(ProcessWorkers(2).map(square, numbers())) == [n * n for n in range(20)]


@pytest.mark.slow
def test_a_worker_that_dies_is_never_a_pass() -> None:
    with pytest.raises(CouldNotRun, match="a worker process died"):
        list(ProcessWorkers(2).map(square, numbers(-1)))


def corpus() -> list[BytesSource]:
    talks = [
        rows(
            chat(("user", f"Question {n % 700}?"), ("assistant", "" if n % 97 == 0 else f"answer {n % 900}"))
        )
        for n in range(7_000)
    ]
    broken = b"{oops\n" * 3
    half = len(talks) // 2
    return [
        BytesSource("a.jsonl", b"".join(talks[:half]) + broken),
        BytesSource("b.jsonl", b"\n" + b"".join(talks[half:])),
    ]


def judged(workers: Workers, scratch: Scratch) -> DataReport:
    means = Means(IsolatedExecutor(), WordCounter(), workers, scratch)
    return validate(Inspection("d", corpus(), template=ChatTemplate("{{ messages[0].content }}")), means)


@pytest.mark.slow
def test_findings_do_not_depend_on_the_number_of_processes() -> None:
    one = judged(InlineWorkers(), MemoryScratch())
    with DiskScratch(in_memory=10_000) as scratch:
        assert judged(ProcessWorkers(3), scratch) == one
    assert {"SF002", "SF212", "SF801", "SF810"} <= {count.code for count in one.counts}


@given(st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=30)), max_size=20), st.integers(1, 50))
def test_what_is_written_to_disk_is_what_is_written_to_memory(
    written: list[tuple[int, bytes]], size: int
) -> None:
    memory = MemoryScratch()
    with DiskScratch(in_memory=40) as disk:
        for bucket, data in written:
            memory.append(bucket, data)
            disk.append(bucket, data)
        for bucket in range(4):
            assert b"".join(disk.pieces(bucket, size)) == b"".join(memory.pieces(bucket, size))
        disk.clear(1)
        assert list(disk.pieces(1, size)) == []


def test_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with DiskScratch(in_memory=1) as disk:
        disk.append(0, b"much")
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
