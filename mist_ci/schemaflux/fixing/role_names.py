"""SF201: roles that are spelt in another way, or as another format spells them.

Only where the speaker is certain. A role that brings a shape of its own, such as ShareGPT's `function_call`, is left to
people: its content is a call, and not what somebody says.
"""

from collections.abc import Iterator, Sequence

from mist_ci.models.target import Target
from mist_ci.schemaflux import formats
from mist_ci.schemaflux.fixing.edit import Edit
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules.sf201_unknown_role import META, meant

CODE = META.code
_SPEAKERS = ("system", "developer", "user", "assistant")


def edits(row: Row, _targets: Sequence[Target], /) -> Iterator[Edit]:
    """One per message; none at all when one of the roles is not certain."""
    roles, found = formats.of(row.other_format or row.format).roles, list[Edit]()
    for message in row.said:
        written = message.written_role
        if written is None or written in roles:
            continue
        new = meant(written, roles)
        is_spelling = new is not None and written.strip().lower() == new
        if new is None or written == "function_call" or (roles[new] not in _SPEAKERS and not is_spelling):
            return
        found.append(Edit(message.at_role, written, new))
    yield from found
