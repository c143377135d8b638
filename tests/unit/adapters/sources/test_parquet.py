"""Claims: Parquet rows nest as they are, and a column that no JSON can say is named."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mist_ci.adapters.sources import Opener
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.data_format import Container
from tests.unit.adapters.sources.reading import broken, content, opened, rows, save

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

CHATS = [
    {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": "é"}], "weight": n}
    for n in range(700)
]


def written(directory: Path, columns: dict[str, Any] | list[dict[str, Any]]) -> bytes:
    table = arrow.Table.from_pylist(columns) if isinstance(columns, list) else arrow.table(columns)
    parquet.write_table(table, directory / "written", row_group_size=300)
    return (directory / "written").read_bytes()


def test_rows_nest_as_they_are_over_all_row_groups(opener: Opener, tmp_path: Path) -> None:
    source = opened(opener, tmp_path, "rows.bin", written(tmp_path, CHATS))
    assert source.container is Container.PARQUET
    assert rows(source) == CHATS
    assert source.line(699) == 700


def test_labels_may_be_categories_and_numbers_that_are_none_stay_visible(
    opener: Opener, tmp_path: Path
) -> None:
    labels = arrow.array(["a", "b", "a"]).dictionary_encode()
    scores = arrow.array([1.0, float("nan"), None])
    source = opened(opener, tmp_path, "x.parquet", written(tmp_path, {"label": labels, "score": scores}))
    assert content(source).splitlines()[1:] == [
        b'{"label":"b","score":NaN}',
        b'{"label":"a","score":null}',
    ]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ([b"x"], "column 'c' is of type binary"),
        ([Decimal(1)], "column 'c' is of type decimal"),
        ([date(2026, 1, 1)], "column 'c' is of type date32"),
        ([datetime(2026, 1, 1, tzinfo=UTC)], "column 'c' is of type timestamp"),
        ([[{"bytes": b"x"}]], "column 'c[].bytes' is of type binary"),
    ],
)
def test_columns_that_json_cannot_say_are_named(
    opener: Opener, tmp_path: Path, values: list[Any], named: str
) -> None:
    found = broken(opener, tmp_path, "x.parquet", written(tmp_path, {"text": ["a"], "c": values}))
    assert named in found.reason


def test_half_a_file_is_one_clear_finding(opener: Opener, tmp_path: Path) -> None:
    data = written(tmp_path, CHATS)
    assert "damaged" in broken(opener, tmp_path, "x.parquet", data[: len(data) // 2]).reason
    assert "PAR1" in broken(opener, tmp_path, "y.parquet", b'{"a": 1}\n').reason


def test_without_the_extra_nothing_was_validated(
    opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = save(tmp_path, "x.parquet", written(tmp_path, CHATS))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(CouldNotRun) as caught:
        opener.open("x.parquet", place)
    assert caught.value.code is Code.EXTRA_MISSING
    assert "mist-ci[parquet]" in str(caught.value.hint)
