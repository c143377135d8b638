"""The shapes of training data, and what holds them."""

from enum import StrEnum


class DataFormat(StrEnum):
    """Shapes of a row that SchemaFlux understands. One file in `schemaflux/formats/` describes each of them."""

    OPENAI_CHAT = "openai-chat"
    OPENAI_DPO = "openai-dpo"
    TEXT = "text"
    PROMPT_COMPLETION = "prompt-completion"
    PREFERENCE = "preference"
    KTO = "kto"
    ALPACA = "alpaca"
    SHAREGPT = "sharegpt"
    TOGETHER = "together"
    MISTRAL = "mistral"
    BEDROCK_NOVA = "bedrock-nova"
    VERTEX = "vertex"
    AXOLOTL_CHAT = "axolotl-chat"
    CLASSIFICATION = "classification"


class Container(StrEnum):
    """How the rows of a file are written down."""

    JSONL = "jsonl"
    JSON_ARRAY = "json-array"
    CSV = "csv"
    PARQUET = "parquet"


class Compression(StrEnum):
    """What is around the container."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
