"""A text kept markup of the page that it was taken from.

What it finds: entities inside of words and sentences (`don&#39;t`, `Tom &amp; Jerry`, `&nbsp;`),
paragraphs and spans of HTML around prose, and pictures and documents as base64. Rows that talk about
code, markup or encodings are left alone.

Why it matters: the model learns to write it, in places where nobody renders it.

What to do: convert the source to text before you export it, for example with html.unescape.
"""

import html
import re
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import around, mentions, said
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF705",
    name="markup-residue",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Will it rain?"), ("assistant", "It won&#39;t rain&nbsp;today."))),
    good=rows(chat(("user", "How do I escape &?"), ("assistant", "Write `&amp;` in HTML."))),
    trigger=(
        rb"&nbsp;|[A-Za-z]&(?:#0?39|#x27|apos|rsquo|#8217);[a-z]|[A-Za-z] &amp; [A-Za-z]|&(?:quot|ldquo|lt|gt);[A-Za-z]"
        rb"|</(?:p|span|div|font)>|iVBORw0KGgo|/9j/4AAQ|JVBERi0x|R0lGODlh|UEsDBBQA"
    ),
)
_ENTITY = re.compile(
    r"&nbsp;|(?<=[A-Za-z])&(?:#0?39|#x27|apos|rsquo|#8217);(?=[a-z])|(?<=[A-Za-z] )&amp;(?= [A-Za-z])"
    r"|&(?:quot|ldquo);(?=[A-Za-z])"
)
_TAG = re.compile(r"<(p|span|div|font)(?: [^<>\n]{0,200})?>[^<>]*</\1>")
_BLOB = re.compile(r"(?:iVBORw0KGgo|/9j/4AAQ|JVBERi0x|R0lGODlh|UEsDBBQA)[A-Za-z0-9+/]{100,}")
"""PNG, JPEG, PDF, GIF and zip."""
_SUBJECTS = (
    *(
        b"html",
        b"xml",
        b"css",
        b"markup",
        b"markdown",
        b"entit",
        b"escap",
        b"encod",
        b"decod",
        b"tag",
        b"`",
        b"base64",
    ),
    *(
        b"<script",
        b"http",
        b"code",
        b"parse",
        b"regex",
        b"svg",
        b"begin ",
        b"key",
        b"hash",
        b"dna",
        b"sequence",
    ),
)
_KINDS = ((_ENTITY, "an HTML entity"), (_TAG, "an HTML element"), (_BLOB, "a file as base64"))


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per text."""
    if mentions(row, _SUBJECTS):
        return
    for one in said(row):
        for pattern, what in _KINDS:
            place = pattern.search(one.text)
            if place is None:
                continue
            yield Problem(
                f"{one.field} has {what} at character {place.start() + 1}",
                f"convert the source to text: {_plain(what, place.group())}",
                field=one.field,
                snippet=around(one.text, place.start(), place.end()),
            )
            break


def _plain(what: str, found: str) -> str:
    if what == "an HTML entity":
        char = html.unescape(found)
        return f"this is {char}" if char.isprintable() else "this is a space"
    return "take the tags out" if what == "an HTML element" else "take it out, or name what it stands for"
