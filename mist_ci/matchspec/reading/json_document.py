"""A JSON file that is one value: a list of rows, or a mapping with such a list."""

from collections.abc import Iterator

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.reading.content import Content
from mist_ci.parsing import safe_yaml, strict_json
from mist_ci.parsing.locating import locate_all

_LISTS = ("tests", "examples")
"""Keys of a mapping whose entries are rows."""


def read(text: bytes, file: str) -> Content:
    """The value, and the line of each row. Raises ConfigError MC102 with line and column."""
    body = text.removeprefix(b"\xef\xbb\xbf")
    try:
        value = strict_json.parse(body)
    except strict_json.JsonProblem as problem:
        raise _syntax(problem, body, file) from None
    decoded = body.decode()
    found = locate_all(decoded, _paths(value))
    positions: dict[safe_yaml.Path, tuple[int, int]] = {(): (1, 1)}
    line, behind = 1, 0
    for path, (start, _) in sorted(found.items(), key=lambda one: one[1]):
        line, behind = line + decoded.count("\n", behind, start), start
        name, _, index = path.removesuffix("]").partition("[")
        positions[(*([name] if name else []), int(index))] = (line, start - decoded.rfind("\n", 0, start))
    return Content(file, document=safe_yaml.Document(file, value, positions))


def _paths(value: strict_json.JsonValue) -> Iterator[str]:
    if isinstance(value, list):
        yield from (f"[{index}]" for index in range(len(value)))
    elif isinstance(value, dict):
        for key in _LISTS:
            rows = value.get(key)
            yield from (f"{key}[{index}]" for index in range(len(rows) if isinstance(rows, list) else 0))


def _syntax(problem: strict_json.JsonProblem, body: bytes, file: str) -> ConfigError:
    before = body.decode("utf-8", "replace")[: (problem.column or 1) - 1]
    where = Where(file, before.count("\n") + 1, len(before) - before.rfind("\n"), problem.path or None)
    hint = (
        "one JSON value a line is JSON Lines: name the file .jsonl"
        if "extra data" in problem.message
        else None
    )
    return ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=where, hint=hint)
