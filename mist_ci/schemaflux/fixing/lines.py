"""A file, repaired line by line: as large as it likes, in the memory of its longest line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mist_ci.errors import Where
from mist_ci.models.data_format import Compression, Container, DataFormat
from mist_ci.models.target import Target
from mist_ci.parsing.strict_json import JsonProblem, parse
from mist_ci.ports.sources import BrokenSource, Opened, Source
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.files import head_of
from mist_ci.schemaflux.fixing.fixers import BYTE_ORDER_MARK, NOT_JSONL
from mist_ci.schemaflux.fixing.rows import RowRepair
from mist_ci.schemaflux.formats.detection import detect
from mist_ci.schemaflux.lines import MAX_LINE_BYTES, Line, Span, lines
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import FILE_RULES, sf005_not_jsonl
from mist_ci.schemaflux.selection import EVERYTHING, Selection

_MARK = b"\xef\xbb\xbf"


class Spoilt(ValueError):
    """The file cannot be repaired as a whole; the message says why, as a clause."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """One line with its end, before and after. Of a line that is too long to be held, one piece."""

    old: bytes
    new: bytes
    is_whole: bool = True


@dataclass(slots=True)
class Repair:
    """What is done to one file. `lines` may be run through again: it always gives the same."""

    source: Source
    """The file, or its rows as JSON Lines where it `is_reshaped`."""
    targets: Sequence[Target] = ()
    selection: Selection = EVERYTHING
    format: DataFormat | None = None
    is_reshaped: bool = False
    """True when it is written as JSON Lines, and was something else."""
    longest_line: int = MAX_LINE_BYTES
    resolved: Counter[str] = field(default_factory=Counter)
    """Code → problems that are gone, once the lines were run through."""
    rows: int = 0
    """Rows that are written in another way."""
    ends: int = 0
    """Lines that end in another way."""

    @property
    def is_needed(self) -> bool:
        """True when something is different, once the lines were run through."""
        return self.is_reshaped or self.rows > 0 or self.ends > 0

    def lines(self) -> Iterator[Repaired]:
        """Every line of the file, once and in order. Raises Spoilt where the file cannot be repaired."""
        self.rows = self.ends = 0
        self.resolved = Counter({NOT_JSONL: 1} if self.is_reshaped else {})
        found = detect(head_of(self.source, self.format).content, self.format).format
        reader, fixer = RowReader({self.source.path: found}), RowRepair(self.targets, self.selection)
        for line in lines(Span(self.source, 0, self.source.size, 0), self.longest_line):
            if line.content is None:
                yield from self._pieces(line)
            else:
                yield self._line(line, line.content, reader, fixer)

    def _pieces(self, line: Line) -> Iterator[Repaired]:
        if self.is_reshaped:
            raise Spoilt(f"record {line.row + 1:,} is too long to be looked at")
        for block in self.source.blocks(line.offset, line.offset + line.length + 1):
            yield Repaired(block, block, is_whole=False)

    def _line(self, line: Line, content: bytes, reader: RowReader, fixer: RowRepair) -> Repaired:
        has_end = line.offset + line.length < self.source.size
        old = content + b"\r" * (line.length - len(content)) + b"\n" * has_end
        if not content.strip():
            return self._with_end(old, content, is_row=False)
        if self.is_reshaped:
            content = content.replace(b"\r", b" ")  # white space: in strict JSON no text holds one
        bare = _without_marks(content)
        seen = fixer.glance(bare)
        asked = Line(line.row, line.offset, bare, len(bare))
        row = reader.read(self.source, asked, is_strict=seen.is_strict, is_escaped=seen.is_escaped)
        if not isinstance(row, Row):
            if self.is_reshaped:
                raise Spoilt(f"record {row.line:,} is no strict JSON: {row.problem.message}")
            return Repaired(old, old)
        fixed = fixer.fix(row, seen)
        self.resolved += fixed.resolved if fixed else Counter()
        self.resolved += Counter({BYTE_ORDER_MARK: int(bare != content)})
        new = fixed.raw if fixed else bare
        self.rows += new != content
        return self._with_end(old, new, is_row=True)

    def _with_end(self, old: bytes, content: bytes, *, is_row: bool) -> Repaired:
        """With one line feed at its end, and nothing else. White space behind the last row may end as it does."""
        needs_end = is_row or old.endswith(b"\n")
        new = content + b"\n" if needs_end else content
        self.ends += old.endswith(b"\r\n") or old.endswith(b"\n") != needs_end
        return Repaired(old, new)


def _without_marks(content: bytes) -> bytes:
    """Without byte order marks in front, where that leaves JSON."""
    bare = content
    while bare.startswith(_MARK):
        bare = bare.removeprefix(_MARK)
    if bare == content:
        return content
    try:
        parse(bare)
    except JsonProblem:
        return content
    return bare


def is_spread(source: Opened) -> bool:
    """True for records that are not one per line, and no array either."""
    if isinstance(source, BrokenSource) or source.container is not Container.JSONL:
        return False
    return bool(ask(sf005_not_jsonl, Where(source.path), sf005_not_jsonl.check, head_of(source, None)))


def why_not(opened: Opened, *, reshape_all: bool = False) -> str | None:
    """Why a file is left as it is, as a clause; None for one that can be repaired.

    An array that does not call itself JSON Lines is left, unless `reshape_all`: it is as good as any other container.
    """
    if isinstance(opened, BrokenSource):
        return opened.reason
    if opened.compression is not Compression.NONE:
        return f"it is packed ({opened.compression}): unpack it first"
    if opened.container is Container.JSON_ARRAY:
        is_called_so = opened.path.lower().endswith(".jsonl")
        return None if is_called_so or reshape_all else "it is a JSON array: --jsonl writes it as JSON Lines"
    if opened.container is not Container.JSONL:
        return f"it is {opened.container}, and only JSON is rewritten"
    return _why_no_rows(opened, reshape_all=reshape_all)


def _why_no_rows(source: Source, *, reshape_all: bool) -> str | None:
    if is_spread(source):
        is_called_so = not source.path.lower().endswith(".json")
        return (
            None
            if is_called_so or reshape_all
            else "its records are not one per line: --jsonl writes them so"
        )
    head = head_of(source, None)
    problems = (one for rule in FILE_RULES for one in ask(rule, Where(source.path), rule.check, head))
    return next((one.message for one in problems), None)
