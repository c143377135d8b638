"""The file is JSON, but not JSON Lines.

What it finds: a file that is one JSON array, one pretty-printed object, or several pretty-printed
objects one after the other.

Why it matters: trainers read one row per line, so every line of such a file is an error to them.

What to do: rewrite it with `jq -c '.[]' FILE > NEW` (an array) or `jq -c . FILE > NEW` (pretty-printed).
"""

import json
import re
from collections.abc import Iterator

from mist_ci.models.data_format import Container
from mist_ci.models.figures import count
from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblem, parse
from mist_ci.schemaflux.example import GOOD
from mist_ci.schemaflux.rule import FileHead, Problem, RuleMeta

META = RuleMeta(
    code="SF005",
    name="not-jsonl",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=b"[\n  " + GOOD + b"]\n",
    good=GOOD,
)
_SPACE = re.compile(r"\s*")


def check(file: FileHead, /) -> Iterator[Problem]:
    """Only a file whose first line is no row by itself is looked at more closely.

    An array that does not call itself JSON Lines is a container like any other.
    """
    if file.container is Container.JSON_ARRAY:
        if file.path.lower().endswith((".jsonl", ".jsonl.gz", ".jsonl.zst")):
            hint = f"rewrite it, one record per line: jq -c '.[]' {file.path}; or call it .json"
            holds = f"; it holds {count(_lines(file.content), 'record')}" if file.is_whole else ""
            yield Problem(f"this is one JSON array, not JSON Lines{holds}", hint)
        return
    content = file.content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content.startswith((b"[", b"{")) or _is_row(content[: content.find(b"\n") + 1] or content):
        return
    documents = _documents(content)
    if len(documents) == 1 and isinstance(documents[0], list):
        yield Problem(
            f"this is one JSON array, not JSON Lines; it holds {count(len(documents[0]), 'record')}",
            f"rewrite it, one record per line: jq -c '.[]' {file.path}",
        )
    elif all(isinstance(document, dict) for document in documents) and len(documents) != _lines(content):
        yield Problem(
            f"this is JSON, not JSON Lines: {count(len(documents), 'record')}, not one per line",
            f"rewrite it, one record per line: jq -c . {file.path}",
        )


def _is_row(line: bytes) -> bool:
    try:
        return isinstance(parse(line), dict)
    except JsonProblem:
        return False


def _lines(content: bytes) -> int:
    return sum(1 for line in content.split(b"\n") if line.strip())


def _documents(content: bytes) -> list[object]:
    """The JSON documents that the text is made of; one null when it is anything else."""
    found: list[object] = []
    try:
        text = content.decode("utf-8")
        decoder, position = json.JSONDecoder(parse_int=len), 0
        while position < len(text):
            value, end = decoder.raw_decode(text, position)
            found.append(value)
            space = _SPACE.match(text, end)
            position = space.end() if space else end
    except (ValueError, RecursionError):
        return [None]
    return found
