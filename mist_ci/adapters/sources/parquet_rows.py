"""Parquet, through pyarrow: every row becomes an object; lists and structs nest as they are."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from mist_ci.adapters.sources.broken import Broken, shown_name
from mist_ci.adapters.sources.spool import Spool
from mist_ci.errors import Code, CouldNotRun

_ROWS_PER_BATCH = 16
"""Few: a value that is stored once may be the value of every row."""
_HINT = "write text as strings, and leave out columns that no trainer reads"


def rewrite(file: Path, spool: Spool) -> None:
    """One line per row. Raises Broken, and CouldNotRun MC205 when pyarrow is not installed."""
    row = 0
    for lines in batches(file):
        spool.write(b"".join(line + b"\n" for line in lines))
        spool.began(range(row + 1, row + 1 + len(lines)))
        row += len(lines)


def batches(file: Path | bytes) -> Iterator[list[bytes]]:
    """Some rows at a time as JSON, of a file or of its content. Raises like `rewrite`."""
    arrow, parquet = _library()
    source = arrow.BufferReader(file) if isinstance(file, bytes) else file
    try:
        with parquet.ParquetFile(source, pre_buffer=False) as opened:
            problem = next(_unusable(opened.schema_arrow, arrow, ""), None)
            if problem:
                raise Broken(problem, _HINT)
            encode = _encoder(opened.schema_arrow, arrow)
            for batch in opened.iter_batches(batch_size=_ROWS_PER_BATCH, use_threads=False):
                yield [encode(value) for value in batch.to_pylist()]
    except MemoryError:
        raise Broken("its rows need more memory than there is", "write shorter rows") from None
    except (arrow.ArrowException, OSError, ValueError) as error:
        from mist_ci.adapters.providers.secret import Secret  # noqa: PLC0415 - brings an HTTP client

        said = Secret(None).clean(str(error), 150)
        raise Broken(f"it is a damaged Parquet file: {said}", "write it again, or fetch it again") from None


def _library() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and slow to import
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        hint = "pip install 'mist-ci[parquet]', or write the data as JSON Lines"
        raise CouldNotRun(Code.EXTRA_MISSING, "Parquet files need pyarrow", hint=hint) from None
    return pa, parquet


def _unusable(schema: Any, arrow: Any, prefix: str) -> Iterator[str]:  # noqa: ANN401 - pyarrow has no types
    """What is wrong with the columns: a type that JSON cannot say, a name twice, or no column at all."""
    names = list(schema.names)
    if not names:
        yield "it has no columns"
    for name, times in Counter(names).items():
        if times > 1:
            yield f"it has two columns named {shown_name(name)}"
    for field in schema:
        yield from _unusable_field(f"{prefix}{field.name}", field.type, arrow)


def _unusable_field(name: str, kind: Any, arrow: Any) -> Iterator[str]:  # noqa: ANN401
    types = arrow.types
    if types.is_struct(kind):
        for index in range(kind.num_fields):
            inner = kind.field(index)
            yield from _unusable_field(f"{name}.{inner.name}", inner.type, arrow)
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        yield from _unusable_field(f"{name}[]", kind.value_type, arrow)
    elif types.is_dictionary(kind):
        yield from _unusable_field(name, kind.value_type, arrow)
    elif not any(
        is_plain(kind)
        for is_plain in (
            *(types.is_string, types.is_large_string, types.is_string_view),
            *(types.is_boolean, types.is_integer, types.is_floating, types.is_null),
        )
    ):
        yield f"column {shown_name(name)} is of type {str(kind)[:40]}, which training data has no use for"


def _encoder(schema: Any, arrow: Any) -> Any:  # noqa: ANN401
    """Numbers that are none have to stay visible: msgspec would write null for them."""
    if any("float" in str(field.type) or "double" in str(field.type) for field in schema):
        return lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    del arrow
    return msgspec.json.Encoder().encode
