"""Plain tables: CSV with a header, and JSONL. For whatever has no importer of its own."""

import csv
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from mist_ci.matchspec.importers.importer import Wish, hash_of, key_of
from mist_ci.matchspec.importers.rows import Row, as_text, lines, refused, shown, top_keys
from mist_ci.models.figures import count
from mist_ci.models.record import Record, RecordStatus, RecordTokens, Source
from mist_ci.models.result_file import ResultFile
from mist_ci.parsing.strict_json import MAX_INT, JsonValue

NAME = "plain"
EXPECTS = "plain: CSV or JSONL with case_id and score or passed"

COLUMNS = (
    "case_id", "score", "passed", "repeat", "suite", "group", "cluster", "input", "expected", "output", "model",
    "grader", "tokens_in", "tokens_out", "cost_usd", "latency_ms",
)  # fmt: skip
NOTE_PREFIX = "x_"
"""Columns that begin so are the team's own business and are not read."""

_HEAD_BYTES = 4096
_MAX_USD = 10**12
_MAX_FIELD_CHARS = 16 * 2**20
_TRUTH = {"true": True, "1": True, "yes": True, "pass": True}
_FALSEHOOD = {"false": False, "0": False, "no": False, "fail": False}
_BOOLEANS = _TRUTH | _FALSEHOOD


def recognises(file: ResultFile) -> bool:
    """True for a header with `case_id`, and for a first row with `case_id` and `score` or `passed`."""
    if not (names := top_keys(file)):
        return "case_id" in _header(file.data)
    return "case_id" in names and bool(names & {"score", "passed"}) and "record" not in names


def _header(data: bytes) -> list[str]:
    first = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    return [name.strip().strip('"') for name in first.decode("utf-8", "replace").split(",")]


def read(files: Sequence[ResultFile], wish: Wish) -> list[Record]:
    """One record a row. Raises MC113 for a column that nobody knows: a misspelt one must not be dropped."""
    records = []
    for file in files:
        source = Source(NAME, "", file.sha256, file=file.path)
        for row in _rows(file):
            _refuse_unknown(row)
            records.append(_record(row, wish, file.stem, source))
    return records


def _rows(file: ResultFile) -> Iterator[Row]:
    return _csv_rows(file) if not top_keys(file) else iter(lines(file))


def _csv_rows(file: ResultFile) -> Iterator[Row]:
    csv.field_size_limit(_MAX_FIELD_CHARS)  # Python's own limit is shorter than many an answer
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        raise refused(f"byte {error.start} is not UTF-8", file.path, line) from None
    # Lines end at a newline and nowhere else; splitlines() would part a field at U+2028.
    reader = csv.reader((line + "\n" for line in text.replace("\r\n", "\n").split("\n")), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        _refuse_repeated(names, file)
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(names):
                message = f"has {count(len(cells), 'cell')}, and the header has {len(names)}"
                raise refused(message, file.path, reader.line_num)
            given = {name: cell for name, cell in zip(names, cells, strict=True) if cell.strip()}
            yield Row(dict(given), file.path, reader.line_num)
    except csv.Error as error:
        raise refused(f"is not CSV that can be read: {error}", file.path, reader.line_num) from None


def _refuse_repeated(names: Sequence[str], file: ResultFile) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise refused(f"the column {twice!r} is there twice", file.path, 1)
    for name in names:
        _refuse_column(name, Row({}, file.path, 1))
    if not {"score", "passed"} & set(names):
        raise refused("has no column that is named score or passed", file.path, 1)


def _refuse_unknown(row: Row) -> None:
    for name in row.values:
        _refuse_column(name, row)


def _refuse_column(name: str, row: Row) -> None:
    if name not in COLUMNS and not name.startswith(NOTE_PREFIX):
        hint = f"columns are {', '.join(COLUMNS)}; call your own {NOTE_PREFIX}{name or 'name'}"
        raise row.error(f"no column is named {shown(name)}", hint=hint)


def _record(row: Row, wish: Wish, stem: str, source: Source) -> Record:
    case = as_text(row.get("case_id"))
    if not case:
        raise row.error("must be there: it tells one case from another", "case_id")
    question, expected = as_text(row.get("input")), as_text(row.get("expected"))
    passed = _boolean(row, "passed")
    score = _number(row, "score")
    value = score if score is not None else None if passed is None else float(passed)
    cost = _money(row, "cost_usd")
    grader = as_text(row.get("grader")) or "score"
    if wish.grader not in (None, grader):
        raise row.error(f"the grader is {grader!r}, and not {wish.grader!r}", "grader")
    return Record(
        suite=wish.suite or as_text(row.get("suite")) or stem,
        case_key=key_of(case, question, expected),
        case_id=case,
        repeat=_whole(row, "repeat") or 0,
        grader=grader,
        value=value,
        status=RecordStatus.ERROR if value is None else RecordStatus.OK,
        source=source,
        model=as_text(row.get("model")),
        group=_group(row),
        passed=passed,
        input=question,
        expected=expected,
        output=as_text(row.get("output")),
        reason="there is no score" if value is None else "",
        tokens=RecordTokens(input=_whole(row, "tokens_in"), output=_whole(row, "tokens_out")),
        cost_usd=cost,
        cost_basis="" if cost is None else NAME,
        latency_ms=_number(row, "latency_ms"),
        input_hash=hash_of(question),
        target_hash=hash_of(expected),
        # Who has passed at 0.6 scores 0.6 in one table and 1 in another that says no more than `passed`.
        grader_fingerprint="" if value is None else key_of(grader, "passed" if score is None else "score"),
    )


def _group(row: Row) -> str | None:
    if "group" in row and "cluster" in row:
        raise row.error("give either `group` or `cluster`; they mean the same", "cluster")
    return as_text(row.get("group")) or as_text(row.get("cluster")) or None


def _boolean(row: Row, name: str) -> bool | None:
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return value
    found = _BOOLEANS.get(as_text(value).strip().lower())
    if found is None:
        raise row.error(f"must be true or false (1 or 0), not {shown(value)}", name)
    return found


def _number(row: Row, name: str) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    number = _float(value)
    if number is None or not math.isfinite(number):
        raise row.error(f"must be a number, not {shown(value)}", name)
    return number


def _float(value: JsonValue) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None


def _whole(row: Row, name: str) -> int | None:
    number = _number(row, name)
    if number is not None and (not 0 <= number <= MAX_INT or number != int(number)):
        raise row.error(f"must be a whole number from 0 on, not {shown(row.get(name))}", name)
    return None if number is None else int(number)


def _money(row: Row, name: str) -> Decimal | None:
    """US dollars exactly as written."""
    value = row.get(name)
    try:
        amount = None if value is None else Decimal(as_text(value).strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not (amount.is_finite() and 0 <= amount <= _MAX_USD):
        raise row.error(f"must be dollars, 0 or more, not {shown(value)}", name)
    return amount
