"""The version of the schema is not the one that Amazon takes.

What it finds: a row for Amazon Bedrock whose `schemaVersion` is anything but `bedrock-conversation-2024`.

Why it matters: Amazon rejects the file. Translated pages of its own manual spell the value wrong.

What to do: write `bedrock-conversation-2024`.
"""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.formats import of
from mist_ci.schemaflux.formats.bedrock_nova import SCHEMA_VERSION
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

_ROW = dict(of(DataFormat.BEDROCK_NOVA).example)
META = RuleMeta(
    code="SF112",
    name="schema-version",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows(_ROW | {"schemaVersion": "bedrock-conversion-2024"}),
    good=rows(_ROW),
    formats=frozenset({DataFormat.BEDROCK_NOVA}),
)


def check(row: Row, /) -> Iterator[Problem]:
    """Other types are SF105, a missing version is SF104."""
    version = row.object.get("schemaVersion")
    if isinstance(version, str) and version != SCHEMA_VERSION:
        yield Problem(
            f"schemaVersion is {quote(version)}, which Amazon does not take",
            f"write {quote(SCHEMA_VERSION)}",
            field="schemaVersion",
        )
