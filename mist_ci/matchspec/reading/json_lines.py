"""JSON Lines: one row a line."""

from collections.abc import Iterator

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.reading.content import Content
from mist_ci.models.suite import SourceRow

MOST_LINES = 1_000_000
"""Of a file: each row takes some kilobytes of memory, whatever is in it."""


def read(text: bytes, file: str) -> Content:
    """Every line that is not blank; each is parsed later. Raises ConfigError MC102 for what is not UTF-8."""
    return Content(file, tuple(_rows(decoded(text, file), file)))


def _rows(text: str, file: str) -> Iterator[SourceRow]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield SourceRow(file, number, line)


def decoded(text: bytes, file: str) -> str:
    """UTF-8 as text, without a byte order mark. Raises ConfigError MC102 with the line, MC109 for too many lines."""
    if text.count(b"\n") > MOST_LINES:
        message = f"the file has more than {MOST_LINES:,} lines"
        raise ConfigError(Code.UNSAFE_DOCUMENT, message, where=Where(file), hint="split the suite")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        hint = "save the file as UTF-8"
        message = f"byte {error.start} is not UTF-8"
        raise ConfigError(Code.SYNTAX, message, where=Where(file, line), hint=hint) from None
