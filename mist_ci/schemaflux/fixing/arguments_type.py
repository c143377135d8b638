"""SF302: the arguments of calls as the target reads them, a string of JSON or an object."""

from collections.abc import Iterator, Sequence

from mist_ci.models.target import ArgumentsType, Target
from mist_ci.parsing.strict_json import JsonProblem, JsonValue, parse
from mist_ci.schemaflux.fixing.edit import Edit, is_there, written
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules.sf302_arguments_type import META, facts

CODE = META.code


def edits(row: Row, targets: Sequence[Target], /) -> Iterator[Edit]:
    """One per call; none where targets want different things."""
    wanted = {fact.value for target in targets if row.format in target.formats for fact in facts(target)}
    if len(wanted) != 1:
        return
    kind = wanted.pop()
    for call in (call for message in row.said for call in message.calls):
        found = is_there(row.value, call.at_arguments, call.arguments)
        new = _as(kind, call.arguments) if found else None
        if new is not None:
            yield Edit(call.at_arguments, call.arguments, new)


def _as(kind: ArgumentsType, arguments: JsonValue) -> JsonValue:
    """The same arguments in the other way; None where they are written as they should be, or cannot be."""
    if kind is ArgumentsType.STRING:
        if not isinstance(arguments, dict):
            return None
        return written(arguments, is_ascii=False, is_wide=True)
    if not isinstance(arguments, str):
        return None
    try:
        value = parse(arguments.encode())
    except (JsonProblem, UnicodeError):
        return None
    return value if isinstance(value, dict) else None
