"""From lines to rows: the fast way for what is plain, strict JSON for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonProblem, JsonProblemKind, parse
from mist_ci.ports.sources import Source
from mist_ci.schemaflux.known import Known
from mist_ci.schemaflux.lines import Line
from mist_ci.schemaflux.orderly import Signature
from mist_ci.schemaflux.plain import as_plain, read_plain
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import BadLine

TOO_LONG_CHARS = 200
"""What is kept of a line that is too long to be a row."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of a data set. `formats` maps each path to the format of its rows."""

    formats: Mapping[str, DataFormat]
    known: Known = field(default_factory=Known)
    reads_texts: bool = False
    """True where the texts of every row are wanted: read at once, they cost less than one by one."""

    def read(
        self,
        source: Source,
        line: Line,
        *,
        is_strict: bool = False,
        is_escaped: bool = False,
        orderly: Signature | None = None,
    ) -> Row | BadLine:
        """A row, or why there is none. What is already known of the line (`judge.Glance`) saves time."""
        path, raw, known = source.path, line.content, self.known
        number = source.line(line.row)
        is_known = known.is_any and known.has(path, line.row)
        if raw is None:
            problem = JsonProblem(JsonProblemKind.LENGTH, f"the line has {line.length:,} bytes")
            return BadLine(number, path, b"", problem, is_known)
        data_format = self.formats[path]
        if orderly is not None:
            return Row(number, path, raw, data_format, is_known, orderly)
        if is_strict and data_format is DataFormat.OPENAI_CHAT:
            plain = read_plain(raw, is_escaped=is_escaped, reads_texts=self.reads_texts)
            if plain is not None:
                return Row(number, path, raw, data_format, is_known, None, plain)
        try:
            value = parse(raw)
        except JsonProblem as problem:
            return BadLine(number, path, raw, problem, is_known)
        row = Row(number, path, raw, data_format, is_known)
        row.value = value
        if data_format is DataFormat.OPENAI_CHAT:
            row.plain = as_plain(value)
        return row
