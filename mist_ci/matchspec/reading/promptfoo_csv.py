"""promptfoo's tables: columns are variables, and those with two underscores say what is expected."""

import re
from collections.abc import Iterator, Mapping

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.complaints import Complain
from mist_ci.matchspec.graders.comma_separated import comma_separated
from mist_ci.matchspec.reading.content import Content
from mist_ci.parsing import strict_json
from mist_ci.parsing.safe_yaml import Document, Plain

EXPECTED = "__expected"
_METADATA = "__metadata:"
_IGNORED = frozenset({"__metric", "__providerOutput"})
_REFUSED = frozenset({"__prefix", "__suffix"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_TYPED = re.compile(
    r"(not-)?(equals|contains-any|contains-all|contains-json|contains|icontains-any|icontains-all|icontains|"
    r"starts-with|regex|is-json|[a-z][a-z0-9]*(?:-[a-z0-9]+)+|similar|factuality|classifier|moderation|pi|latency|cost|"
    r"levenshtein|perplexity|bleu|gleu|meteor|javascript|python|ruby|webhook)(?:\((\d+(?:\.\d+)?)\))?(?::(.*))?",
    re.DOTALL,
)
_CODE_OR_JUDGE = {
    "javascript:": "javascript", "fn:": "javascript", "eval:": "javascript", "python:": "python",
    "grade:": "llm-rubric", "llm-rubric:": "llm-rubric",
}  # fmt: skip


def tests(content: Content, complain: Complain) -> Iterator[Document]:
    """Each row of a table, or each line of JSON, as the test it stands for."""
    for row in content.rows:
        try:
            value = strict_json.parse(row.text.encode())
            test = _test(value, Where(row.file, row.line)) if content.columns else value
        except strict_json.JsonProblem as problem:
            where = Where(row.file, row.line, problem.column)
            complain(ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=where))
        except ConfigError as error:
            complain(error)
        else:
            yield Document(row.file, test, {(): (row.line, 1)})


def _test(cells: object, where: Where) -> dict[str, Plain]:
    variables: dict[str, Plain] = {}
    asserts: list[Plain] = []
    metadata: dict[str, Plain] = {}
    test: dict[str, Plain] = {}
    for column, cell in (cells if isinstance(cells, dict) else {}).items():
        name, place = column.strip(), Where(where.file, where.line, None, column.strip())
        if name.startswith(EXPECTED):
            asserts += [assertion(cell.strip(), place)] if cell.strip() else []
        elif name.startswith(_METADATA):
            metadata |= _labelled(name.removeprefix(_METADATA), cell)
        elif name == "__description":
            test |= {"description": cell} if cell else {}
        elif name == "__threshold":
            test |= {"threshold": _threshold(cell, place)} if cell.strip() else {}
        elif name.startswith("__") and name not in _IGNORED:
            _refuse(name, cell, place)
        elif name not in _IGNORED:
            variables[name] = cell
    return {**test, "vars": variables, "assert": asserts, **({"metadata": metadata} if metadata else {})}


def _refuse(name: str, cell: str, where: Where) -> None:
    """Raises ConfigError: a column with two underscores says how to ask, or it is misspelt."""
    if name in _REFUSED and not cell:
        return
    hint = "put it into the prompt" if name in _REFUSED else "take the column out"
    raise ConfigError(
        Code.NOT_AVAILABLE, f"promptfoo's {name} is not understood here", where=where, hint=hint
    )


def _labelled(key: str, cell: str) -> Mapping[str, Plain]:
    if not cell.strip():
        return {}
    if not key.endswith("[]"):
        return {key: cell}
    parts: list[Plain] = [part.strip().replace(r"\,", ",") for part in re.split(r"(?<!\\),", cell)]
    return {key.removesuffix("[]"): parts}


def _threshold(cell: str, where: Where) -> float:
    if not _NUMBER.fullmatch(cell.strip()):
        raise ConfigError(Code.WRONG_VALUE, f"{cell!r} is no number", where=where)
    return float(cell)


def assertion(cell: str, where: Where) -> dict[str, Plain]:
    """What a cell asserts: `type: value`, or text that the answer has to equal. Raises ConfigError MC104."""
    for prefix, kind in _CODE_OR_JUDGE.items():
        if cell.startswith(prefix):
            return {"type": kind, "value": cell.removeprefix(prefix)}
    if cell.startswith("file://"):
        return {"type": "javascript" if not cell.endswith(".py") else "python", "value": cell}
    match = _TYPED.fullmatch(cell)
    if match is None:
        return {"type": "equals", "value": cell}
    inverse, kind, _, value = match.groups()
    return {"type": f"{inverse or ''}{kind}", **_value(kind, value, where)}


def _value(kind: str, value: str | None, where: Where) -> dict[str, Plain]:
    if value is None:
        return {}
    if kind.endswith(("-any", "-all")):
        texts = comma_separated(value)
        if texts is None:
            raise ConfigError(Code.WRONG_VALUE, "a comma must follow a quoted text", where=where)
        return {"value": list[Plain](texts)}
    return {"value": value if kind.endswith("json") else value.strip()}


def is_table_of_tests(columns: tuple[str, ...]) -> bool:
    """True where a column says what is expected in promptfoo's way."""
    return any(column.strip().startswith(EXPECTED) for column in columns)
