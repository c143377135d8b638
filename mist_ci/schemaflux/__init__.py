"""SchemaFlux: turns training data into findings, before it costs a training run."""

from typing import TYPE_CHECKING

from mist_ci.schemaflux.files import data_hash
from mist_ci.schemaflux.format_page import format_page
from mist_ci.schemaflux.inspection import Inspection, Means
from mist_ci.schemaflux.prompts import telling_texts
from mist_ci.schemaflux.rules.sf013_lfs_pointer import META as _POINTER
from mist_ci.schemaflux.run import validate
from mist_ci.schemaflux.selection import Selection
from mist_ci.schemaflux.suppressions import Noted, Suppressions, read_baseline, write_baseline
from mist_ci.schemaflux.target_page import page as target_page
from mist_ci.schemaflux.target_page import pages as target_pages

if TYPE_CHECKING:
    from mist_ci.schemaflux.explain import codes, manual, page
    from mist_ci.schemaflux.trainers.settings import read_settings

POINTER = _POINTER.code
"""The rule for data that is not there: what it finds could not be validated."""

__all__ = [
    "POINTER",
    "Inspection",
    "Means",
    "Noted",
    "Selection",
    "Suppressions",
    "codes",
    "data_hash",
    "format_page",
    "manual",
    "page",
    "read_baseline",
    "read_settings",
    "target_page",
    "target_pages",
    "telling_texts",
    "validate",
    "write_baseline",
]


def __getattr__(name: str) -> object:
    """Manuals and configurations of trainers are read when somebody asks: most runs need none."""
    if name == "read_settings":
        from mist_ci.schemaflux.trainers.settings import read_settings  # noqa: PLC0415 - see above

        return read_settings
    if name in ("codes", "manual", "page"):
        from mist_ci.schemaflux import explain  # noqa: PLC0415 - see above

        return getattr(explain, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
