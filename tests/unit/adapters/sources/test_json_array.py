"""Claims: an array comes out as its elements, one a line, wherever the pieces that are read end."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters.sources import Opener
from mist_ci.adapters.sources.broken import Broken, NotAnArray
from mist_ci.adapters.sources.json_array import _Scanner
from mist_ci.models.data_format import Container
from tests.unit.adapters.sources.reading import broken, content, opened, rows

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('ab"\\[]{},:\n\u2028é '), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def scan(data: bytes, cuts: list[int]) -> tuple[bytes, list[int]]:
    scanner = _Scanner()
    out: list[bytes] = []
    began: list[int] = []
    places = sorted({0, *(cut % (len(data) + 1) for cut in cuts), len(data)})
    for start, end in pairwise(places):
        scanner.feed(data[start:end])
        out += scanner.out
        began += scanner.began
        scanner.out.clear()
        scanner.began.clear()
    scanner.end()
    return b"".join(out), began


@given(st.lists(JSON, max_size=5), st.sampled_from([None, 1]), st.booleans(), st.lists(st.integers(0, 999)))
def test_elements_survive_any_way_of_writing_and_cutting(
    elements: list[object], indent: int | None, ascii_only: bool, cuts: list[int]
) -> None:
    data = json.dumps(elements, indent=indent, ensure_ascii=ascii_only).encode()
    view, began = scan(data, cuts)
    lines = view.split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == elements
    if indent and elements:
        firsts = [json.dumps(one, indent=1, ensure_ascii=ascii_only).split("\n")[0] for one in elements]
        stored = data.decode().split("\n")
        assert all(first in stored[line - 1] for first, line in zip(firsts, began, strict=True))


@given(st.binary(max_size=60), st.lists(st.integers(0, 99)))
def test_no_bytes_crash_it_and_no_cut_matters(tail: bytes, cuts: list[int]) -> None:
    def outcome(cuts: list[int]) -> object:
        try:
            return scan(b"[" + tail, cuts)
        except NotAnArray:
            return "other"
        except Broken as error:
            return error.reason, error.line

    assert outcome(cuts) == outcome([]) == outcome(list(range(len(tail) + 1)))


def test_findings_name_the_line_of_the_element(opener: Opener, tmp_path: Path) -> None:
    data = '[\n  {"a": 1,\n   "b": 2},\n\n  {"a": 3}, {"a": 4}\n]\n'
    source = opened(opener, tmp_path, "rows.json", data)
    assert source.container is Container.JSON_ARRAY
    assert rows(source) == [{"a": 1, "b": 2}, {"a": 3}, {"a": 4}]
    assert [source.line(row) for row in range(3)] == [2, 5, 5]


def test_a_broken_element_is_the_business_of_its_row(opener: Opener, tmp_path: Path) -> None:
    source = opened(opener, tmp_path, "rows.json", '[{"a" 1},\n{"b": "one\ntwo"},\nnope,\n{"c": 1}]')
    assert content(source) == b'{"a" 1}\n{"b": "one\rtwo"}\nnope\n{"c": 1}\n'
    assert [source.line(row) for row in range(4)] == [1, 2, 4, 5]


def test_a_byte_order_mark_stays_for_its_rule(opener: Opener, tmp_path: Path) -> None:
    source = opened(opener, tmp_path, "rows.json", b'\xef\xbb\xbf[{"a": 1}]')
    assert content(source) == b'\xef\xbb\xbf{"a": 1}\n'


def test_an_empty_array_has_no_rows(opener: Opener, tmp_path: Path) -> None:
    assert opened(opener, tmp_path, "rows.json", "[ \n]\n").size == 0


@pytest.mark.parametrize("data", ["[1, 2]\n[3, 4]\n", '[1]\n{"a": 1}\n', "[INST] hello"])
def test_rows_that_are_lists_are_json_lines(opener: Opener, tmp_path: Path, data: str) -> None:
    source = opened(opener, tmp_path, "rows.jsonl", data)
    assert source.container is Container.JSONL
    assert content(source) == data.encode()


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        ('[{"a": 1},\n{"a": ', "no end", 2),
        ('[{"a": 1}\n', "no end", 2),
        ('[{"a": "never closed}]', "no end", 1),
        ('[{"a": 1},\n]', "a comma stands before the end", 2),
        ("[1,\n,2]", "a value is missing", 2),
        ('[{"a": 1}\n}', "a bracket closes", 2),
    ],
)
def test_what_is_no_array_is_said_once(
    opener: Opener, tmp_path: Path, data: str, reason: str, line: int
) -> None:
    found = broken(opener, tmp_path, "rows.json", data)
    assert reason in found.reason
    assert found.line == line
