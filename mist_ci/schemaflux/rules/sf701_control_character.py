"""A text holds control characters.

What it finds: NUL and the other characters below U+0020 except tab and line ends, DEL, and U+0080 to
U+009F except the line end U+0085, in any string of the row. Escape sequences of terminals and page
breaks, which tool results and texts from PDF files bring along, are a warning.

Why it matters: nobody sees them and the model learns to write them. Databases and servers reject NUL or
cut the text there, and a tokenizer spends several tokens on each.

What to do: take them out. Where letters are missing next to them, the text was decoded with the wrong
encoding: read the source again.
"""

import re
import unicodedata
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import around, strings
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF701",
    name="control-character",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Capital of Norway?"), ("assistant", "Oslo\0"))),
    good=rows(chat(("user", "Two lines,\ta tab."), ("assistant", "Yes.\r\nBoth."))),
    trigger=rb"[^\\](?:\\\\)*\\(?:[bf]|u00[01])|\x7f|\xc2[\x80-\x84\x86-\x9f]",
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LAYOUT = frozenset("\x1b\x0c\x0b")
_NAMES = {"\0": "NUL", "\x1b": "ESC", "\x0c": "form feed", "\x08": "backspace", "\x7f": "DEL"}


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per text."""
    for one in strings(row):
        found = _CONTROL.findall(one.text)
        if not found:
            continue
        place = _CONTROL.search(one.text)
        start = place.start() if place else 0
        first = found[0]
        name = f" {_NAMES[first]}" if first in _NAMES else ""
        yield Problem(
            f"{_number(len(found))} in {one.field}, the first is U+{ord(first):04X}{name} at character {start + 1}",
            _hint(first),
            field=one.field,
            snippet=around(one.text, start, start + 1),
            severity=Severity.WARNING if _LAYOUT.issuperset(found) else None,
        )


def _number(count: int) -> str:
    return "a control character" if count == 1 else f"{count} control characters"


def _hint(char: str) -> str:
    if char == "\x1b":
        return "strip the colours and cursor movements of the terminal"
    if "\x80" <= char <= "\x9f":
        meant = char.encode("latin-1").decode("cp1252", "ignore")
        if meant and unicodedata.category(meant) != "Cc":
            return f"the text was decoded as Latin-1; in Windows-1252 this is {meant}: read the source again"
    return "take it out; if letters are missing there, read the source again with the right encoding"
