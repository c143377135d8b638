"""The formats, one file each, listed by hand. The first that a row looks like is the one it is read as."""

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats import (
    alpaca,
    axolotl_chat,
    bedrock_nova,
    classification,
    kto,
    mistral,
    openai_chat,
    openai_dpo,
    preference,
    prompt_completion,
    sharegpt,
    text,
    together,
    vertex,
)
from mist_ci.schemaflux.formats.format import Format

FORMATS: tuple[Format, ...] = (
    openai_dpo.FORMAT,
    bedrock_nova.FORMAT,
    vertex.FORMAT,
    mistral.FORMAT,
    axolotl_chat.FORMAT,
    together.FORMAT,
    sharegpt.FORMAT,
    alpaca.FORMAT,
    preference.FORMAT,
    openai_chat.FORMAT,
    kto.FORMAT,
    prompt_completion.FORMAT,
    classification.FORMAT,
    text.FORMAT,
)
_BY_NAME = {one.name: one for one in FORMATS}


def of(name: DataFormat) -> Format:
    """The format of that name."""
    return _BY_NAME[name]
