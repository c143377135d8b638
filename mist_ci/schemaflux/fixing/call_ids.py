"""SF307: ids of tool calls in the shape that the target takes, the same one in the call and in its result.

Ids that are not there are not made up.
"""

import hashlib
import re
import string
from collections.abc import Iterator, Sequence

from mist_ci.models.target import Target
from mist_ci.schemaflux.fixing.edit import Edit, is_there
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules.sf307_call_id_shape import META, facts, ids

CODE = META.code
_CHARS = string.digits + string.ascii_letters
_LENGTH = 9
_MOST_TRIES = 100


def edits(row: Row, targets: Sequence[Target], /) -> Iterator[Edit]:
    """One per place where an id stands that some target refuses."""
    patterns = [
        re.compile(fact.value) for target in targets if row.format in target.formats for fact in facts(target)
    ]
    places = list(ids(row))
    taken = {found for found, _ in places}
    renamed: dict[str, str] = {}
    for found in sorted(taken):
        if not all(pattern.fullmatch(found) for pattern in patterns):
            new = _new_id(found, patterns, taken)
            if new is None:
                return
            renamed[found] = new
            taken.add(new)
    for found, at in places:
        if found in renamed and is_there(row.value, at, found):
            yield Edit(at, found, renamed[found])


def _new_id(old: str, patterns: Sequence[re.Pattern[str]], taken: set[str]) -> str | None:
    """Nine letters and digits, always the same ones for an id; None where no target takes such ids."""
    for salt in range(_MOST_TRIES):
        digest = hashlib.sha256(f"{salt}\0{old}".encode("utf-8", "surrogatepass")).digest()
        new = "".join(_CHARS[byte % len(_CHARS)] for byte in digest[:_LENGTH])
        if new not in taken:
            return new if all(pattern.fullmatch(new) for pattern in patterns) else None
    return None
