"""A placeholder was never filled in.

What it finds: `{{name}}` and `Dear {name}` in texts, `[INSERT …]` and `[YOUR NAME]` in answers, Latin
filler text, and answers that are nothing but a note to do it later. Rows that talk about templates,
code or letters to be filled in are left alone.

Why it matters: the program that made the data did not replace a variable, in this row or in all; the
model learns to write the placeholder.

What to do: fill in the value, and look at the program that wrote the row.
"""

import re
from collections.abc import Iterator
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.patterns import byte_pattern
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import Text, answers, around, find, mentions, said
from mist_ci.schemaflux.rule import Problem, RuleMeta

_VARIABLE = r"\{\{ ?[A-Za-z_][A-Za-z0-9_ ]{0,30}\}\}"
_GREETED = r"(?:Dear|Hello|Hi|Hey) \{[A-Za-z_. ]{1,30}\}"
_INSERT = r"[<\[](?:INSERT|ADD|YOUR|FILL IN) [A-Z ]{2,30}[>\]]"
_FILLER = r"(?i:lorem ipsum dolor)"
_LATER = (
    r"(?i:to"
    r"do|tbd|tbc|fix"
    r"me|to be (?:done|added|written|filled in)|placeholder|xx"
    r"x|asdf)[.:!…]*"
)
_NOTED_BY = (
    r"(?:TO"
    r"DO|FIX"
    r"ME|TBD)"
)
_NOTE = _NOTED_BY + r"[:,] [^\n.!?]{1,60}[.!…]*"
"""A note to oneself that is all there is: in capitals, and no longer than a note."""
_NOTED = re.compile(_NOTE)
META = RuleMeta(
    code="SF713",
    name="placeholder-left",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Hi, I am {{first_name}}."), ("assistant", "Welcome!"))),
    good=rows(chat(("user", "Greet a user in Jinja."), ("assistant", "Hi {{first_name}}!"))),
    trigger="|".join(
        (
            _VARIABLE,
            _GREETED,
            _INSERT,
            _FILLER,
            rf':[ \t]*"{_LATER}"',
            rf':[ \t]*"{_NOTED_BY}[:,] ',
        )
    ).encode(),
)
_ANYWHERE = byte_pattern(f"{_VARIABLE}|(?m:^){_GREETED}".encode())
_IN_ANSWERS = byte_pattern(f"{_INSERT}|{_FILLER}".encode())
_WHOLE = re.compile(_LATER)
_TEMPLATES = (
    *(
        b"template",
        b"jinja",
        b"handlebars",
        b"mustache",
        b"angular",
        b"vue",
        b"helm",
        b"ansible",
        b"liquid",
        b"wiki",
    ),
    *(
        b"placeholder",
        b"variable",
        b"f-string",
        b"format",
        b"latex",
        b"\\\\",
        b"`",
        b"{%",
        b"${",
        b"html",
        b"django",
    ),
    *(
        b"curly",
        b"brace",
        b"github action",
        b"workflow",
        b"yaml",
        b"component",
        b"interpolat",
        b"merge field",
        b"go ",
    ),
)
_LETTERS = (
    *(
        b"template",
        b"letter",
        b"e-mail",
        b"email",
        b"draft",
        b"resume",
        b"speech",
        b"contract",
        b"placeholder",
        b"write",
    ),
    *(
        b"form",
        b"html",
        b"css",
        b"latex",
        b"dummy",
        b"filler",
        b"mock",
        b"typograph",
        b"compose",
        b"script",
        b"`",
    ),
    *(b"create", b"generate", b"replace", b"bracket", b"sample", b"example"),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per text."""
    yield from _left(row, said(row), _ANYWHERE, _TEMPLATES)
    yield from _left(row, answers(row), _IN_ANSWERS, _LETTERS)
    for one in answers(row):
        if _WHOLE.fullmatch(one.text) or (_NOTED.fullmatch(one.text) and not _is_asked(row)):
            yield _problem(one, 0, len(one.text))


def _is_asked(row: Row) -> bool:
    """True where the notes of a programmer are what the row is about."""
    words = (f"to{'do'}", f"fix{'me'}", "tbd", "task", "comment", "note", "list", "plan")
    asked = " ".join(message.text for message in row.messages if message.role != "assistant").lower()
    return any(word in asked for word in words)


def _left(
    row: Row,
    texts: Iterator[Text],
    pattern: Any,  # noqa: ANN401 - the library has no types
    subjects: tuple[bytes, ...],
) -> Iterator[Problem]:
    for one in texts:
        place = find(pattern, one.text)
        if place:
            if mentions(row, subjects):
                return
            yield _problem(one, *place)


def _problem(one: Text, start: int, end: int) -> Problem:
    return Problem(
        f"{one.field} has a placeholder that was never filled in: {one.text[start:end]}",
        "fill in the value, and look at the program that wrote the row",
        field=one.field,
        snippet=around(one.text, start, end),
    )
