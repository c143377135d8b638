"""Claims: objects over many lines become one line each, wherever the file is cut into chunks."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters.sources import Opener
from mist_ci.adapters.sources.broken import Broken
from mist_ci.adapters.sources.documents import _Scanner
from mist_ci.ports.sources import BrokenSource

VALUES = st.dictionaries(st.text(max_size=4), st.lists(st.text(max_size=6) | st.integers()), max_size=3)


def lines(content: bytes, size: int) -> list[bytes]:
    scanner = _Scanner()
    for start in range(0, len(content), size):
        scanner.feed(content[start : start + size])
    assert scanner.depth == 0
    return b"".join(scanner.out).splitlines()


@pytest.mark.slow
@given(st.lists(VALUES, max_size=4), st.sampled_from([None, 0, 2]), st.integers(1, 9))
def test_any_objects_in_any_layout(values: list[object], indent: int | None, size: int) -> None:
    content = b"\n".join(json.dumps(value, indent=indent).encode() for value in values)
    assert [json.loads(one) for one in lines(content, size)] == values


@pytest.mark.parametrize("content", [b'{"a": 1}, {"b": 2}', b'{"a": "\n"}', b"[1]", b'{"a": 1} x'])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(Broken):
        lines(content, 100)


def test_a_file_that_is_cut_off_is_broken(tmp_path: Path) -> None:
    place = tmp_path / "x.jsonl"
    place.write_bytes(b'{"a": 1}\n{\n"a":')
    with Opener() as opener:
        opened = opener.open_spread("x.jsonl", place)
    assert isinstance(opened, BrokenSource)
    assert "cut off" in opened.reason
