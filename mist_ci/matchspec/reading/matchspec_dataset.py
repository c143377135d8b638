"""MatchSpec's data sets: `version`, `name`, and `examples` with `id`, `input`, `expected`, `tags`, `metadata`."""

import json
from collections.abc import Iterator

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec.complaints import Complain
from mist_ci.matchspec.reading.content import Content, Material, entries, line_of
from mist_ci.models.suite import SourceRow
from mist_ci.parsing.document import nearest
from mist_ci.parsing.safe_yaml import Document, Plain

_KEYS = {"version", "name", "description", "examples"}
_EXAMPLE_KEYS = {"id", "input", "expected", "tags", "metadata"}


def read(content: Content, complain: Complain) -> Material:
    """Each example as a row; names in its metadata are names for the prompt, and `cluster` is its cluster."""
    document = content.document
    if document is None or not isinstance(document.value, dict):
        raise ConfigError(
            Code.WRONG_VALUE,
            "is no data set of MatchSpec: a mapping with `examples`",
            where=None if document is None else document.where(()),
            hint="in JSON or YAML",
        )
    _check_keys(document, _KEYS, complain)
    if not isinstance(document.value.get("examples"), list):
        raise ConfigError(Code.MISSING_KEY, "`examples` must be a list", where=document.where(("examples",)))
    return Material(tuple(_rows(document, complain)))


def _rows(document: Document, complain: Complain) -> Iterator[SourceRow]:
    for one in entries(document, ("examples",)):
        if isinstance(one.value, dict):
            _check_keys(one, _EXAMPLE_KEYS, complain)
            text = json.dumps(_row(one.value), ensure_ascii=False)
            yield SourceRow(document.file, line_of(one), text, one.positions)
        else:
            complain(ConfigError(Code.WRONG_VALUE, "an example must be a mapping", where=one.where(())))


def _row(example: dict[str, Plain]) -> dict[str, Plain]:
    row = {key: value for key, value in example.items() if key in {"input", "expected", "tags"}}
    if isinstance(example.get("id"), str | int):
        row["id"] = str(example["id"])
    metadata = example.get("metadata")
    if isinstance(metadata, dict):
        row["vars"] = {key: value for key, value in metadata.items() if key != "cluster"}
        if isinstance(metadata.get("cluster"), str):
            row["cluster"] = metadata["cluster"]
    return row


def _check_keys(document: Document, known: set[str], complain: Complain) -> None:
    for key in document.value if isinstance(document.value, dict) else ():
        if key not in known:
            hint = nearest(key, sorted(known))
            complain(
                ConfigError(Code.UNKNOWN_KEY, f"unknown key {key!r}", where=document.where((key,)), hint=hint)
            )
