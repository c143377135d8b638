"""What the importers' tests share: fixtures as files, and records without what a place in a file changes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec.importers import ResultFile, Wish, import_results
from mist_ci.models.record import Record, Source

DATA = Path(__file__).parents[3] / "data" / "results"
NOWHERE = Source("", "", "")


def fixture(name: str) -> ResultFile:
    return ResultFile(name, (DATA / name).read_bytes())


def read(name: str, **wish: str) -> tuple[Record, ...]:
    return import_results([fixture(name)], Wish(**wish))


def edited(name: str, edit: Callable[[list[dict]], None]) -> ResultFile:  # type: ignore[type-arg] # any JSON
    """A JSONL fixture after a change to its rows."""
    rows = [json.loads(line) for line in (DATA / name).read_text().splitlines()]
    edit(rows)
    return jsonl(rows, name)


def jsonl(rows: list[dict], name: str = "rows.jsonl") -> ResultFile:  # type: ignore[type-arg] # any JSON
    return ResultFile(name, b"".join(json.dumps(row).encode() + b"\n" for row in rows))


def unplaced(records: tuple[Record, ...]) -> list[Record]:
    """Sorted, and without the source, whose hash is that of the file."""
    return sorted((replace(record, source=NOWHERE) for record in records), key=repr)


def by_case(records: tuple[Record, ...]) -> dict[str, Record]:
    """First repeats by case id."""
    return {record.case_id: record for record in records if record.repeat == 0}


def refusal(*files: ResultFile, tool: str | None = None, **wish: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        import_results(files, Wish(**wish), tool)
    assert caught.value.code is Code.BAD_RESULTS
    return caught.value
