"""SF314: null arguments that the schema of the tool neither allows nor requires are taken out."""

from collections.abc import Iterator, Sequence

from mist_ci.models.target import Target
from mist_ci.parsing.strict_json import JsonProblem, JsonValue, parse
from mist_ci.schemaflux.called import calls_with_schema
from mist_ci.schemaflux.fixing.edit import Edit, is_there, written
from mist_ci.schemaflux.nulls import unwanted_nulls
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules.sf314_null_arguments import META

CODE = META.code


def edits(row: Row, _targets: Sequence[Target], /) -> Iterator[Edit]:
    """One per call."""
    for call, arguments, schema, _ in calls_with_schema(row):
        unwanted = set(unwanted_nulls(arguments, schema))
        if unwanted and is_there(row.value, call.at_arguments, call.arguments):
            left: JsonValue = {name: value for name, value in arguments.items() if name not in unwanted}
            if not isinstance(call.arguments, str):
                yield Edit(call.at_arguments, call.arguments, left)
            elif _is_strict(call.arguments):
                yield Edit(call.at_arguments, call.arguments, _rewritten(call.arguments, left))


def _is_strict(text: str) -> bool:
    """False where reading it loses something, such as a key that is there twice."""
    try:
        parse(text.encode())
    except (JsonProblem, UnicodeError):
        return False
    return True


def _rewritten(text: str, value: JsonValue) -> str:
    """A string of JSON stays one, in the manner in which it was written."""
    return written(value, is_ascii=text.isascii(), is_wide='": ' in text)
