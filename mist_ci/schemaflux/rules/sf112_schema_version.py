"""The version of the row's schema is not what the target wants.

What it finds: a Converse row whose `schemaVersion` is another than the target wants. That it is missing is SF104.

Why it matters: AWS's own tools disagree. The Nova SDK takes `bedrock-conversation-2024` only; the documentation says
that any text will do, and in one translation misspells the value.

What to do: write `"schemaVersion": "bedrock-conversation-2024"`, which all of them take.
"""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.stated import problem, when

_TURNS: list[JsonValue] = [
    {"role": "user", "content": [{"text": "What is 2+2?"}]},
    {"role": "assistant", "content": [{"text": "4"}]},
]
META = RuleMeta(
    code="SF112",
    name="schema-version",
    severity=Severity.WARNING,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    formats=frozenset({DataFormat.BEDROCK_NOVA}),
    target="bedrock-nova",
    bad=rows({"schemaVersion": "bedrock-conversion-2024", "messages": _TURNS}),
    good=rows({"schemaVersion": "bedrock-conversation-2024", "messages": _TURNS}),
)


def facts(target: Target, /) -> tuple[Fact[str], ...]:
    """The version."""
    return when(target.rows.schema_version)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """At most one problem per row."""
    for fact in facts(target):
        found = row.object.get("schemaVersion")
        if found is not None and found != fact.value:
            yield problem(
                fact,
                f"schemaVersion is {quote(found)}; {target.title} wants {quote(fact.value)}",
                f"write {quote(fact.value)}",
                "schemaVersion",
            )
