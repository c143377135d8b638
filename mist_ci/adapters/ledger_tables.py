"""A ledger as tables in DuckDB: read once, and then shut off from files and networks."""

import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from mist_ci.errors import Code, CouldNotRun, UsageError, Where

_CLOSED: Mapping[str, object] = {
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}
_SHUT = "SET enable_external_access = false; SET lock_configuration = true"
_MORE = {
    "spans": "CASE WHEN end_ns >= start_ns THEN (end_ns - start_ns) / 1e6 END AS latency_ms",
    "runs": "strftime(make_timestamp(start_ns // 1000), '%Y-%m') AS month",
    "trainings": "strftime(make_timestamp(end_ns // 1000), '%Y-%m') AS month",
    "alerts": "make_timestamp(at_ns // 1000) AS told_at",
}
_TIMES = "make_timestamp(start_ns // 1000) AS started_at, make_timestamp(end_ns // 1000) AS ended_at"
_CALLS = "CREATE VIEW calls AS SELECT * FROM spans WHERE NOT starts_with(operation, 'mist.')"
_QUESTIONS = ("SELECT", "EXPLAIN")
_LINE = re.compile(r"LINE (\d+): ")
_EXCERPT = 40
_SIZES: Mapping[str, object] = {"memory_limit": "400MB", "threads": 2}
"""What is more than that goes to the disk. Each thread that reads needs 40 MB for the longest line."""
Table = tuple[list[str], list[tuple[Any, ...]]]


def answer(sql: str, columns: Mapping[str, Mapping[str, str]], rows: Iterable[tuple[str, bytes]]) -> Table:
    """Names of columns and rows that SQL brings out of these tables, as Python has them.

    Raises UsageError MC205 without DuckDB, and MC201 for SQL that it does not understand, that is no question, or whose
    answer does not fit into memory; CouldNotRun MC309 where the disk is full.
    """
    duckdb = _library()
    _check(duckdb, sql)
    with tempfile.TemporaryDirectory(prefix="mist-query-") as place:  # nobody else can read it
        try:
            return _answer(duckdb, sql, columns, rows, Path(place))
        except duckdb.OutOfMemoryException:
            hint = "ask for less at once: fewer columns, fewer or smaller groups"
            told = f"the answer needs more memory than {_SIZES['memory_limit']}"
            raise UsageError(Code.USAGE, told, where=Where("SQL"), hint=hint) from None
        except (OSError, duckdb.IOException) as error:
            hint = "name a directory with as much room as the ledger takes in TMPDIR"
            raise CouldNotRun(
                Code.CANNOT_WRITE,
                _line(getattr(error, "strerror", None) or str(error)),
                where=Where(place),
                hint=hint,
            ) from None


def _answer(
    duckdb: ModuleType,
    sql: str,
    columns: Mapping[str, Mapping[str, str]],
    rows: Iterable[tuple[str, bytes]],
    place: Path,
) -> Table:
    """Tables are in a file there: a ledger may be larger than memory."""
    with duckdb.connect(place / "ledger.duckdb", config={**_CLOSED, **_SIZES}) as connection:
        _load(connection, columns, rows, place)
        connection.execute(_SHUT)
        try:
            found = connection.execute(sql)
            names = [str(column[0]) for column in found.description or ()]
            return names, found.fetchall()
        except (duckdb.OutOfMemoryException, duckdb.IOException):
            raise
        except duckdb.Error as error:
            raise _refused(str(error)) from None


def _library() -> ModuleType:
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        message = "`mist-ci trace query` needs the extra `query`"
        raise UsageError(Code.EXTRA_MISSING, message, hint="pip install 'mist-ci[query]'") from None
    return duckdb


def _check(duckdb: ModuleType, sql: str) -> None:
    """One question, before anything is read for it."""
    try:
        kinds = [statement.type.name for statement in duckdb.extract_statements(sql)]
    except duckdb.Error as error:
        raise _refused(str(error)) from None
    if len(kinds) != 1 or kinds[0] not in _QUESTIONS:
        told = " and ".join(kinds) if kinds else "nothing"
        hint = "a ledger is only read: ask one SELECT"
        raise UsageError(Code.USAGE, f"the SQL is {told}", where=Where("SQL"), hint=hint)


def _load(
    connection: Any,  # noqa: ANN401 - DuckDB has no types
    columns: Mapping[str, Mapping[str, str]],
    rows: Iterable[tuple[str, bytes]],
    place: Path,
) -> None:
    """Tables out of rows, by way of files."""
    paths = {table: place / f"{table}.jsonl" for table in columns}
    files = {table: path.open("wb") for table, path in paths.items()}
    try:
        for table, row in rows:
            files[table].write(row + b"\n")
    finally:
        for file in files.values():
            file.close()
    for table, kinds in columns.items():
        more = f"{_TIMES}, {_MORE[table]}" if "start_ns" in kinds else _MORE[table]
        read = (
            "read_json($path, columns = $kinds, format = 'newline_delimited', maximum_object_size = 20000000)"
        )
        values = {"path": str(paths[table]), "kinds": dict(kinds)}
        connection.execute(f"CREATE TABLE {table} AS SELECT *, {more} FROM {read}", values)  # noqa: S608
        paths[table].unlink()
    connection.execute(_CALLS)


def _refused(told: str) -> UsageError:
    """What DuckDB says, in a line, with the place that it points at."""
    message, _, excerpt = told.partition("\n\nLINE ")
    line: int | None = None
    near = ""
    if (found := _LINE.match(f"LINE {excerpt}")) and "\n" in excerpt:
        line = int(found[1])
        shown, pointer = f"LINE {excerpt}".split("\n")[:2]
        near = shown[len(pointer) - len(pointer.lstrip()) :][:_EXCERPT].strip()
    sentence = _line(message)
    if near:
        sentence += f" (at `{near}`)"
    hint = f"tables: {', '.join(sorted([*_MORE, 'calls']))}; DESCRIBE spans shows columns"
    return UsageError(Code.USAGE, sentence, where=Where("SQL", line=line), hint=hint)


def _line(told: str) -> str:
    return " ".join(told.split())
