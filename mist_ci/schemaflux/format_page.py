"""The manual page of the formats, made from the formats themselves: docs/formats.md."""

import inspect
import json
from collections.abc import Iterable

from mist_ci.schemaflux.formats import FORMATS, classification
from mist_ci.schemaflux.formats.format import CANONICAL_ROLES, Format

_INTRO = """\
# Formats of training data

A file is of the format that most of its first 200 rows look like; `mist-ci validate` shows which one and why, for
example "messages with role and content in 200 of 200 rows". `format` in mist.yml and `--data-format` say it instead.
A file that looks like none of them is [SF101](rules/SF101.md), a row that is of another format than its file
[SF103](rules/SF103.md). Files may be JSON Lines, a JSON array, CSV or Parquet, plain, gzip or Zstandard.

Whatever the format, rules see the same: messages with a role, a content, calls of tools, a weight and whether they are
trained. Findings point to the field as it is called in the file."""
_ADDING = """\
## One more

A format is one file in `mist_ci/schemaflux/formats/`, named in `formats/__init__.py` and in
`mist_ci/models/data_format.py`. It states its `SHAPE` once, in the words of `schemaflux/shape.py`: what is missing,
of the wrong type, empty or misspelt follows from it, and so does the type that proves in a few microseconds that
nothing is. Beside the shape it says by which keys its rows are recognised, and how they are read into messages.
The last one that was added, `{name}`, has {lines} lines. Put a rich row of it into
`tests/unit/schemaflux/format_rows.py`: the tests of all formats then hold it too."""


def format_page() -> dict[str, str]:
    """Path and text of the page."""
    adding = _ADDING.format(
        name=classification.FORMAT.name, lines=len(inspect.getsource(classification).splitlines())
    )
    parts = [_INTRO, _table(), *(_section(one) for one in sorted(FORMATS, key=lambda one: one.name)), adding]
    return {"docs/formats.md": "\n\n".join(parts) + "\n"}


def _table() -> str:
    rows = [
        f"| [{one.name}](#{one.name}) | {one.evidence} | {one.taken_by} |"
        for one in sorted(FORMATS, key=lambda one: one.name)
    ]
    return "\n".join(["| format | what its rows have | who takes it |", "| --- | --- | --- |", *rows])


def _section(one: Format) -> str:
    facts = [f"{one.title}. {_keys(one)}"]
    if one.roles is not CANONICAL_ROLES:
        facts.append(f"Roles: {_listed(one.roles)}.")
    example = json.dumps(one.example, ensure_ascii=False)
    return f"## {one.name}\n\n{' '.join(facts)}\n\n```json\n{example}\n```"


def _keys(one: Format) -> str:
    grouped = {key for group in one.shape.one_of for key in group}
    required = [_listed(one.shape.required)] if one.shape.required else []
    required += [f"one of {_listed(dict.fromkeys(group))}" for group in one.shape.one_of]
    optional = [key for key in one.shape.optional if key not in grouped]
    more = f" May have {_listed(optional)}." if optional else ""
    return f"Has to have {' and '.join(required)}.{more}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
