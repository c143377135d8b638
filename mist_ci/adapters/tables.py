"""Parquet files of a tree as rows of JSON: small ones, which fit into memory."""

import json
from collections.abc import Iterator, Sequence

from mist_ci.adapters.sources import parquet_rows
from mist_ci.adapters.sources.broken import Broken
from mist_ci.errors import Code, ConfigError, Where

MAX_BYTES = 256 * 2**20
"""Of all rows as JSON. A few hundred bytes of Parquet may stand for gigabytes."""


def table_rows(content: bytes, path: str, max_bytes: int = MAX_BYTES) -> Sequence[str]:
    """Each row as JSON, without what is null in it: Parquet cannot say that a key is not there.

    Raises ConfigError MC102 for a file that cannot be read or is too big, CouldNotRun MC205 without pyarrow.
    """
    try:
        return [_without_nulls(row) for row in _rows(content, max_bytes)]
    except Broken as broken:
        raise ConfigError(Code.SYNTAX, broken.reason, where=Where(path), hint=broken.hint) from None


def _rows(content: bytes, max_bytes: int) -> Iterator[bytes]:
    total = 0
    for batch in parquet_rows.batches(content):
        total += sum(map(len, batch))
        if total > max_bytes:
            raise Broken(f"its rows are more than {max_bytes:,} bytes", "split the suite")
        yield from batch


def _without_nulls(row: bytes) -> str:
    return json.dumps(_told(json.loads(row)), ensure_ascii=False)


def _told(value: object) -> object:
    if isinstance(value, dict):
        return {name: _told(inner) for name, inner in value.items() if inner is not None}
    return [_told(inner) for inner in value] if isinstance(value, list) else value
