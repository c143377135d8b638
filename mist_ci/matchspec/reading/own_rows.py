"""Our own rows in any kind of file: `input` or `messages`, `expected`, `tags` … (docs/suites.md)."""

import json
from collections.abc import Iterator, Mapping

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.complaints import Complain
from mist_ci.matchspec.reading.content import Content, Material, entries, line_of
from mist_ci.models.suite import SampleRow, SourceRow
from mist_ci.parsing import strict_json
from mist_ci.parsing.document import nearest
from mist_ci.parsing.strict_json import JsonValue

_COLUMNS = tuple(SampleRow.model_fields)
_LISTS = frozenset({"tags", "choices"})
_AS_JSON = frozenset({"messages", "tools", "vars"})
_JSON_MARK, _VARS = ":json", "vars."


def read(content: Content, complain: Complain) -> Material:
    """The rows as they are; those of CSV by their columns. Raises ConfigError MC104 for a document without rows."""
    if content.columns:
        return Material(tuple(_of_table(content, complain)))
    if content.document is None:
        return Material(content.rows)
    if not isinstance(content.document.value, list):
        hint = "write a list of samples; or name the `format`, if another tool wrote the file"
        raise ConfigError(
            Code.WRONG_VALUE, "holds no list of rows", where=content.document.where(()), hint=hint
        )
    return Material(tuple(_of_document(content)))


def _of_document(content: Content) -> Iterator[SourceRow]:
    if content.document is not None:
        for one in entries(content.document, ()):
            text = json.dumps(one.value, ensure_ascii=False)
            yield SourceRow(content.file, line_of(one), text, one.positions)


def _of_table(content: Content, complain: Complain) -> Iterator[SourceRow]:
    for column in content.columns:
        _check_column(column, Where(content.file, 1))
    for row in content.rows:
        try:
            values = _values(json.loads(row.text), Where(row.file, row.line))
        except ConfigError as error:
            complain(error)
            continue
        yield SourceRow(row.file, row.line, json.dumps(values, ensure_ascii=False))


def _check_column(column: str, where: Where) -> None:
    """A misspelt column would be lost in silence. Raises ConfigError MC103."""
    name = column.removesuffix(_JSON_MARK)
    if name in _COLUMNS or (name.startswith(_VARS) and name != _VARS):
        return
    close = nearest(name, list(_COLUMNS)) or ""
    meant = f"{close} " if close.startswith("did") else ""
    hint = f"{meant}a name for the prompt's template is the column vars.{name}"
    raise ConfigError(Code.UNKNOWN_KEY, f"unknown column {column!r}", where=where, hint=hint)


def _values(cells: Mapping[str, str], where: Where) -> dict[str, JsonValue]:
    """An empty cell is a key that is not there."""
    row: dict[str, JsonValue] = {}
    variables: dict[str, JsonValue] = {}
    for column, cell in cells.items():
        if not cell:
            continue
        name = column.removesuffix(_JSON_MARK)
        value = _value(name, cell, where, is_json=column != name)
        if name.startswith(_VARS):
            variables[name.removeprefix(_VARS)] = value
        else:
            row[name] = value
    given = row.get("vars")
    return {**row, "vars": {**(given if isinstance(given, dict) else {}), **variables}} if variables else row


def _value(name: str, cell: str, where: Where, *, is_json: bool) -> JsonValue:
    if name in _LISTS and not is_json and not cell.startswith("["):
        return [part.strip() for part in cell.split(";") if part.strip()]
    if not is_json and name not in _AS_JSON | _LISTS:
        return cell
    try:
        return strict_json.parse(cell.encode())
    except strict_json.JsonProblem as problem:
        place = Where(where.file, where.line, None, name)
        message = f"the cell is not valid JSON: {problem.message}"
        raise ConfigError(Code.SYNTAX, message, where=place) from None
