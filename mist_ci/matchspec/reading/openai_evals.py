"""Rows of OpenAI evals: `input`, a text or messages, and `ideal`, one right answer or several."""

import json
from collections.abc import Iterator

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.complaints import Complain
from mist_ci.matchspec.reading.content import Content, Material, entries, line_of
from mist_ci.models.suite import SourceRow
from mist_ci.parsing import strict_json
from mist_ci.parsing.strict_json import JsonValue

_OURS = ("id", "tags", "cluster")


def read(content: Content, complain: Complain) -> Material:
    """The rows as ours: `ideal` is what is expected. Other keys of theirs say nothing here."""
    return Material(tuple(_rows(content, complain)))


def _rows(content: Content, complain: Complain) -> Iterator[SourceRow]:
    for source in _sources(content):
        where = Where(source.file, source.line)
        try:
            value = strict_json.parse(source.text.encode())
            row = _row(value, where)
        except strict_json.JsonProblem as problem:
            place = Where(source.file, source.line, problem.column)
            complain(ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=place))
        except ConfigError as error:
            complain(error)
        else:
            yield SourceRow(source.file, source.line, json.dumps(row, ensure_ascii=False))


def _sources(content: Content) -> Iterator[SourceRow]:
    yield from content.rows
    if content.document is not None:
        for one in entries(content.document, ()):
            yield SourceRow(content.file, line_of(one), json.dumps(one.value, ensure_ascii=False))


def _row(value: JsonValue, where: Where) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise ConfigError(Code.WRONG_VALUE, "a row must be a mapping", where=where)
    if "ideal" not in value:
        place = Where(where.file, where.line, None, "ideal")
        hint = "evals that ask a model or run code (`modelgraded`) have none, and are not read here"
        raise ConfigError(Code.BAD_SAMPLE, "`ideal` is missing", where=place, hint=hint)
    asked: JsonValue = value.get("input")
    own = {key: value[key] for key in _OURS if key in value}
    return {**own, "messages" if isinstance(asked, list) else "input": asked, "expected": value["ideal"]}
