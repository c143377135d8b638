"""The corpus that speed is measured on is seeded, valid, and as large as it says."""

import json
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.data import corpus, mist
from benchmarks.data.corpus import Planted

pytestmark = pytest.mark.slow  # megabytes are written


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    assert list(corpus.rows(0.2)) == list(corpus.rows(0.2))
    assert list(corpus.rows(0.2, seed=1)) != list(corpus.rows(0.2))


def test_a_larger_corpus_begins_like_a_smaller_one() -> None:
    small = list(corpus.rows(0.2))
    assert list(islice(corpus.rows(1.0), len(small))) == small


def test_rows_are_different_chats_that_end_with_an_answer() -> None:
    lines = list(corpus.rows(3.0))
    assert len(set(lines)) == len(lines)
    for line in lines:
        assert json.loads(line)["messages"][-1]["role"] == "assistant"


def test_sizes_kinds_and_escapes_are_spread_as_promised() -> None:
    lines = list(corpus.rows(8.0))
    sizes = sorted(map(len, lines))
    fifth, middle, ninety_fifth = (sizes[int(len(sizes) * share)] for share in (0.05, 0.5, 0.95))
    assert 300 < fifth < 520
    assert 1_500 < middle < 2_300
    assert 7_000 < ninety_fifth < 12_000
    assert sizes[-1] <= 65_000
    assert 0.10 < sum(b'"tools"' in line for line in lines) / len(lines) < 0.14
    assert 0.12 < sum(b"\\u" in line for line in lines) / len(lines) < 0.18


def test_what_is_planted_stands_at_the_end() -> None:
    lines = list(corpus.rows(0.5, Planted(duplicates=3, conflicts=2)))
    clean = list(corpus.rows(0.5))
    assert lines[: len(clean)] == clean
    assert lines[len(clean) : len(clean) + 3] == clean[:3]
    assert len(lines) == len(clean) + 5


def test_a_file_holds_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    count = corpus.write(path, 0.3)
    assert path.read_bytes() == b"".join(corpus.rows(0.3))
    assert path.read_bytes().count(b"\n") == count


def test_nothing_is_said_against_it(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    corpus.write(path, 1.0)
    opinion = mist.opinion(path)
    assert not opinion.flagged, opinion.message


def test_what_is_planted_is_found(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    corpus.write(path, 1.0, Planted(duplicates=2, conflicts=1))
    assert {"SF801", "SF810"} <= mist.opinion(path).codes
