"""A field has the wrong type.

What it finds: `messages` that is not a list, a message that is not an object, a role that is not a
string, content that is neither a string nor a list of parts nor null, and the same for every other field
that the format of the file states; and a word that is none of the few that may stand there.

Why it matters: servers reject the row; local trainers crash at it, or turn the value into text and train
on `{'a': 1}`.

What to do: write the type that is expected. A number or an object that is meant as text must be made a
string first. A string that holds JSON must be parsed first.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import GOOD, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote, type_name
from mist_ci.schemaflux.shape import Flaw

META = RuleMeta(
    code="SF105",
    name="wrong-type",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"messages": [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": 4}]}),
    good=GOOD,
)


def check(row: Row, /) -> Iterator[Problem]:
    """Every wrong type, at its path. What is below a wrong type is not looked at."""
    for wrong in row.flaws(Flaw.TYPE):
        value, expected = wrong.value, wrong.expected
        is_word = isinstance(value, str) and expected.startswith('"')
        message = f"{wrong.path} is {quote(value) if is_word else type_name(value)}, expected {expected}"
        yield Problem(message, _hint(value, expected), field=wrong.path, snippet=quote(value))


def _hint(value: JsonValue, expected: str) -> str:
    if expected.startswith('"'):
        return f"write {expected.removesuffix(' or null')}"
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        return "this is JSON inside a string: parse it and write the value itself"
    if expected.startswith("true or false"):
        return "write true or false, without quotes"
    if expected.startswith("a string") and "object" not in expected and value is not None:
        return f"write it as a string, for example {quote(quote(value))}"
    return f"make it {expected}"
