"""A text was decoded with the wrong encoding.

What it finds: the replacement character U+FFFD, and letters that UTF-8 leaves behind when it is read as
Windows-1252, Latin-1 or Windows-1251: `cafÃ©`, `donâ€™t`, `Ð¿Ð¾`. A text that talks about encodings is
left alone.

Why it matters: the model learns to write this. Where U+FFFD stands, a character is lost for good.

What to do: read the source again as UTF-8. The hint shows what the text was meant to be.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.patterns import byte_pattern
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import Text, around, find, mentions, said
from mist_ci.schemaflux.rule import Problem, RuleMeta

_LOST = rb"\xef\xbf\xbd"
_CONTINUED = (
    rb"(?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]|\xe2\x80[\x93-\xba]"
    rb"|\xe2\x82\xac|\xe2\x84\xa2)"
)
"""A byte from 80 to BF that was read as Windows-1252 and written as UTF-8."""
_GARBLED = (
    rb"\xc3[\x82\x83]" + _CONTINUED  # Â or Ã: Latin letters and signs
    + rb"|\xc3\xa2(?:\xe2\x82\xac|\xc2\x80|\xe2\x80\xa0|\xe2\x80\x9a)"  # â€ and the like: punctuation
    + rb"|\xc3\xb0(?:\xc5\xb8|\xc2\x9f)"  # ðŸ: emoji
    + rb"|(?:\xc3[\x90\x91]" + _CONTINUED + rb"){2}"  # Ð, Ñ: Cyrillic
    + rb"|(?:\xc3[\xa3-\xa9]" + _CONTINUED + _CONTINUED + rb"){2}"  # ä½ å¥½: Chinese, Japanese, Korean
    + rb"|(?:\xd0[\xa0\xa1](?:\xd0|\xd1|\xc2|\xe2\x80|\xe2\x84)[\x80-\xbf]){3}"  # РџСЂРё: Cyrillic as Windows-1251
)  # fmt: skip
META = RuleMeta(
    code="SF703",
    name="mojibake",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Where shall we meet?"), ("assistant", "At the cafÃ©, donâ€™t be late."))),
    good=rows(chat(("user", "Où ?"), ("assistant", "Au café « São João », à 20 °C."))),
    trigger=_LOST + b"|" + _GARBLED,
)
_pattern = byte_pattern(_GARBLED)
_SUBJECTS = (
    *(b"mojibake", b"encoding", b"utf-8", b"utf8", b"unicode", b"latin-1", b"cp1252", b"u+fffd", b"charset"),
    *(b"decode", b"replacement character"),
)
_WINDOW = 40


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per text."""
    if mentions(row, _SUBJECTS):
        return
    for one in said(row):
        lost = one.text.count("\ufffd")
        if lost:
            start = one.text.index("\ufffd")
            number = "a character is" if lost == 1 else f"{lost} characters are"
            yield Problem(
                f"{number} lost in {one.field}: U+FFFD stands where it was, first at character {start + 1}",
                "read the source again with the right encoding; this text cannot be repaired",
                field=one.field,
                snippet=around(one.text, start, start + 1),
            )
        else:
            yield from _garbled(one)


def _garbled(one: Text) -> Iterator[Problem]:
    place = find(_pattern, one.text)
    if place is None or _is_shouted(one.text, place[0]):
        return
    words = _words_at(one.text, place[0])
    from ftfy import fix_encoding  # noqa: PLC0415 - only for texts that look like it

    repaired = fix_encoding(words)
    if repaired != words:
        yield Problem(
            f"{one.field} was decoded with the wrong encoding at character {place[0] + 1}",
            f"read the source again as UTF-8: this should be {_line(repaired)}",
            field=one.field,
            snippet=_line(words),
        )


def _words_at(text: str, start: int) -> str:
    """The whole words around a place."""
    left = text.rfind(" ", 0, max(0, start - _WINDOW // 2)) + 1 if start > _WINDOW else 0
    right = text.find(" ", start + _WINDOW)
    return text[max(left, start - 2 * _WINDOW) : min(right if right >= 0 else len(text), start + 2 * _WINDOW)]


def _is_shouted(text: str, start: int) -> bool:
    """True for `«MANHÃ»`: Portuguese in capitals before a closing mark."""
    return start > 0 and text[start] == "Ã" and text[start - 1].isupper()


def _line(text: str) -> str:
    return " ".join(text.split())
