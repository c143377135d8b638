"""A text holds characters that nobody sees and every model reads.

What it finds: overrides of the writing direction, and other direction marks where no Hebrew or Arabic
is written or where they are never closed; tag characters outside of flag emoji and runs of variation
selectors, which can spell out hidden instructions; zero-width spaces and joiners and byte order marks
inside of texts of scripts that have no use for them. Emoji sequences, Persian, Indic, Thai and Khmer
text is fine.

Why it matters: a reviewer sees another text than the model learns. Hidden instructions are an attack on
whoever trains on the data; stray zero-width characters split words into tokens that do not occur
elsewhere.

What to do: take the characters out, and find out who put them there.
"""

import re
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import around, escape, strings
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF702",
    name="invisible-text",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Is this file safe?"), ("assistant", "Yes: invoice_\u202efdp.exe"))),
    good=rows(chat(("user", "نمی\u200cشود 👩\u200d💻"), ("assistant", "क्\u200dष"))),
    trigger=(
        rb"\xe2\x80[\x8b\xaa-\xae]|\xe2\x81[\xa0\xa6-\xa9]|\xf3\xa0[\x80\x81]|\xef\xbb\xbf"
        rb"|[\x00-\x7f]\xe2\x80[\x8c\x8d]|(?:\xef\xb8[\x80-\x8f]|\xf3\xa0[\x84-\x87][\x80-\xbf]){3}"
    ),
)
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_COMPLEX = re.compile("[\u0590-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Scripts in which joiners change how letters look, and those that are written without spaces."""
_UNSPACED = "\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_KINDS = (
    ("overrides the writing direction", re.compile("[\u202d\u202e]")),
    ("hides text in tag characters", re.compile("[\U000e0000-\U000e007f]+")),
    ("hides data in variation selectors", re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}")),
    (
        "has a zero-width space",
        re.compile(f"(?<![{_UNSPACED}])[\u200b\u2060](?![{_UNSPACED}])"),
    ),
    ("has a byte order mark inside", re.compile("\ufeff")),
)
_DIRECTION = re.compile("[\u202a-\u202c\u2066-\u2069]")
_OPEN, _CLOSE = "\u202a\u202b\u2066\u2067\u2068", "\u202c\u2069"
_JOINER = re.compile("(?<=[\x00-\x7f])[\u200c\u200d](?=[\x00-\u024f]|$)")


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per text and kind."""
    for one in strings(row):
        if not one.text.isascii():
            for what, place in _found(_FLAG.sub("", one.text)):
                text = place.string
                yield Problem(
                    f"{one.field} {what}: {escape(place.group()[0])} at character {place.start() + 1}",
                    "take it out, and find out where it came from",
                    field=one.field,
                    snippet=around(text, place.start(), place.end()),
                )


def _found(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for what, pattern in _KINDS:
        place = pattern.search(text)
        if place:
            yield what, place
    place = _DIRECTION.search(text)
    if place and (not _RIGHT_TO_LEFT.search(text) or not _is_closed(text)):
        yield "changes the writing direction", place
    place = _JOINER.search(text)
    if place and not _COMPLEX.search(text):
        yield "has a zero-width joiner", place


def _is_closed(text: str) -> bool:
    """True when every mark that opens a direction is closed on the way."""
    depth = 0
    for mark in _DIRECTION.findall(text):
        depth += 1 if mark in _OPEN else -1
        if depth < 0:
            return False
    return depth == 0
