"""All fixers, in the order in which they are tried."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from mist_ci.models.target import Target
from mist_ci.schemaflux.fixing import arguments_type, call_ids, null_arguments, role_names
from mist_ci.schemaflux.fixing.edit import Edit
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import sf004_byte_order_mark, sf005_not_jsonl


class Fixer(Protocol):
    """A module in this room."""

    CODE: str

    def edits(self, row: Row, targets: Sequence[Target], /) -> Iterable[Edit]:
        """What to write instead; nothing where it is not sure."""
        ...


FIXERS: tuple[Fixer, ...] = (role_names, null_arguments, arguments_type, call_ids)
BYTE_ORDER_MARK = sf004_byte_order_mark.META.code
NOT_JSONL = sf005_not_jsonl.META.code
FIXABLE = frozenset((BYTE_ORDER_MARK, NOT_JSONL, *(fixer.CODE for fixer in FIXERS)))
"""Codes of which at least some findings can be repaired by `mist-ci validate --fix`."""
