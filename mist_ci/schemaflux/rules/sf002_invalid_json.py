"""A line is not valid JSON.

What it finds: a line that a strict JSON parser cannot read, with the column where it gave up, and a line
that is nested more than 64 levels deep.

Why it matters: one such line is enough for a provider to reject the whole file, often with a message
that names no line.

What to do: go to the column that is shown; a quote or comma just before it is the usual cause. Write
rows with a JSON library, one `json.dumps(row)` per line, instead of by hand.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblemKind
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import BadLine, Problem, RuleMeta

META = RuleMeta(
    code="SF002",
    name="invalid-json",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=b'{"messages": [{"role": "user" "content": "What is 2+2?"}]}\n' + GOOD,
    good=GOOD,
)
_AROUND_CHARS = 20


def check(line: BadLine, /) -> Iterator[Problem]:
    """Syntax and depth; what else strict JSON refuses has rules of its own."""
    problem = line.problem
    if problem.kind not in {JsonProblemKind.SYNTAX, JsonProblemKind.DEPTH}:
        return
    place = f" at column {problem.column}" if problem.column else ""
    yield Problem(
        f"invalid JSON{place}: {problem.message}",
        _hint(line),
        column=problem.column,
        snippet=_around(line),
    )


def _hint(line: BadLine) -> str:
    if line.problem.kind is JsonProblemKind.DEPTH:
        return "flatten the row: chat rows need about 10 levels"
    raw = line.raw.strip()
    if line.problem.column == len(line.raw.rstrip().decode("utf-8", "replace")) and raw.endswith(b"},"):
        return "take the comma behind the row away: between rows there is nothing but a line end"
    if raw.startswith((b"{'", b"[{'")):
        return "this is how Python prints a dict, not JSON: write rows with json.dumps"
    return "correct the line; `python -m json.tool --json-lines` shows what a parser makes of it"


def _around(line: BadLine) -> str:
    text = line.raw.decode("utf-8", "replace")
    start = max(0, (line.problem.column or 1) - 1 - _AROUND_CHARS)
    cut = text[start : start + 2 * _AROUND_CHARS]
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cut)
