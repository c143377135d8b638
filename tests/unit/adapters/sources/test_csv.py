"""Claims: a CSV file is its header and its cells, as text, and what is not plain CSV is refused at its line."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mist_ci.adapters.sources import Opener, csv_rows
from mist_ci.models.data_format import Container
from tests.unit.adapters.sources.reading import broken, opened, rows, save

CELL = st.text(st.sampled_from('ab",\n\r;é\u2028 '), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL), max_size=6))
def test_every_cell_comes_back_as_it_was(
    opener: Opener, tmp_path: Path, table: list[tuple[str, str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("text", "label"), *table])
    source = opened(opener, tmp_path, "rows.csv", text.getvalue())
    assert source.container is Container.CSV
    assert rows(source) == [{"text": one, "label": other} for one, other in table]


def test_lines_are_those_of_the_file(opener: Opener, tmp_path: Path) -> None:
    data = 'text,label\none,x\n"two\nlines",y\n\nthree,007\n'
    source = opened(opener, tmp_path, "rows.csv", data)
    assert rows(source)[2] == {"text": "three", "label": "007"}
    assert [source.line(row) for row in range(3)] == [2, 3, 6]


def test_even_lines_need_no_map(opener: Opener, tmp_path: Path) -> None:
    source = opened(opener, tmp_path, "rows.csv", "text,label\r\none,x\r\ntwo,y\r\n")
    assert source.lines is None
    assert source.line(1) == 3


def test_tabs_and_a_byte_order_mark_are_fine(opener: Opener, tmp_path: Path) -> None:
    source = opened(opener, tmp_path, "rows.tsv", b"\xef\xbb\xbftext\tlabel\none, two\tx\n")
    assert rows(source) == [{"text": "one, two", "label": "x"}]


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        ("a,b\n1,2\n1,2,3\n", "a row has 3 cells, and the header 2", 3),
        ("a,b\n1,2\n\n1\n", "a row has 1 cell, and the header 2", 4),
        ('a,b\n1,2\n"open,2\n3,4\n', "a quote is never closed", 3),
        ('a,b\n"1"x,2\n', "goes on after its closing quote", 2),
        ("a;b\n1;2\n", "separated by semicolons", 1),
        ("a,a\n1,2\n", "names 'a' twice", 1),
        ("a,\n1,2\n", "has no name", 1),
        ("\n\n", "has no header", 1),
        (b"a,b\n1,caf\xe9\n", "byte 0xe9 at column 6 is not UTF-8", 2),
        ("a,b\n1,2\n".encode("utf-16"), "byte 0xff at column 1 is not UTF-8", 1),
        ("a,b\r1,2\r", "bare carriage return", 1),
    ],
)
def test_what_is_not_csv_is_said_with_its_line(
    opener: Opener, tmp_path: Path, data: bytes | str, reason: str, line: int
) -> None:
    found = broken(opener, tmp_path, "rows.csv", data)
    assert reason in found.reason
    assert found.line == line


def test_a_line_without_end_is_not_held_in_memory(
    opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "MAX_LINE_BYTES", 2**20)
    found = broken(opener, tmp_path, "rows.csv", b"a,b\n1," + b"x" * 2**21)
    assert (found.reason, found.line) == ("a line is longer than 1 MiB", 2)
    found = broken(opener, tmp_path, "rows.csv", b'a,b\n1,"' + b"xxxxxxx\n" * 2**18)
    assert (found.reason, found.line) == ("a quote is never closed", 2)


def test_the_limit_on_cells_is_given_back(opener: Opener, tmp_path: Path) -> None:
    before = csv.field_size_limit()
    opener.open("rows.csv", save(tmp_path, "rows.csv", "a\n1\n"))
    assert csv.field_size_limit() == before
