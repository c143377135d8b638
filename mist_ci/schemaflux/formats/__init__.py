"""The formats, one file each, listed by hand."""

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats import openai_chat
from mist_ci.schemaflux.formats.format import Format

FORMATS: tuple[Format, ...] = (openai_chat.FORMAT,)
_BY_NAME = {one.name: one for one in FORMATS}


def of(name: DataFormat) -> Format:
    """The format of that name."""
    return _BY_NAME[name]


def detect(sample: list[object], declared: DataFormat | None) -> DataFormat:
    """The format of a file, from its first rows."""
    del sample
    return declared or DataFormat.OPENAI_CHAT
