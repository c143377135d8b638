"""Hostile text made inert: for Markdown on GitHub, for a terminal, and for the log a workflow runner reads.

What a pull request carries (rows, model output, file and branch names) passes through here on its way out:

    a value inside a line, a table cell, a list, a heading, a <summary>     code_span
    a longer piece of output                                                fence
    our own words that must read as prose                                   table_text
    a status description, one line on a terminal                            plain
    whatever is written to stdout or stderr                                 workflow_safe
    XML, HTML, JSON, which escape for themselves                            clean

Two habits keep the promise. Remove secrets first (`redact`): afterwards they are spelled differently. And
write nothing of your own directly before an escaped value that changes how it is read: no `:` or `#` in front
of `plain`, no indentation in front of `fence`. All functions take linear time and never raise on any text.
"""

import re
import string
import unicodedata
from typing import Literal, get_args

FenceInfo = Literal["text", "json", "yaml", "diff"]

EMPTY = "(empty)"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
_LINE_BREAKS = "\x85\u2028\u2029"
# What Unicode calls default ignorable, the bidirectional controls and marks among them, and the remaining
# formatting controls that draw nothing: annotation anchors, hieroglyph, shorthand and musical layout.
_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_NEVER_TEXT = r"\x80-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef" + "".join(
    rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17)
)
_UNSAFE = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f{_LINE_BREAKS}]|[{_JOINERS}]+|[{_INVISIBLE}{_NEVER_TEXT}]+")
_MARKS = r"\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Four marks on one letter is more than any orthography stacks; hundreds paint over the lines above and below.
_PILED_MARKS = re.compile(rf"([{_MARKS}]{{4}})[{_MARKS}]+")
_LONG_TICKS = re.compile("(`{40})`+")

# The runner trims white space before `::`, and looks for `##[` anywhere in the line. Letters between `##` and
# `[` are how other build services (Azure Pipelines, TeamCity) spell the same thing.
_COMMAND_AT_LINE_START = re.compile(r"^([^\S\n]*)(?=::)", re.MULTILINE)
_COMMAND_ANYWHERE = re.compile(r"##(?=[A-Za-z]*\[)")

_ENTITIES = {ord(mark): f"&#{ord(mark)};" for mark in string.punctuation}
# Addresses are linked after entities are resolved, inside <code> too; an empty comment parts the text there.
_IN_CODE = {key: value for key, value in _ENTITIES.items() if chr(key) not in "#%()+,-/;=?^{}"} | {
    ord("@"): "&#64;<!---->"
}
_IN_PROSE = _ENTITIES | {ord(_ZERO_WIDTH_SPACE): "&#8203;"}
_STARTS_A_REFERENCE = re.compile(r"[@#:-]|[0-9A-Fa-f]{6}(?=[0-9A-Fa-f])")


def clean(text: str, *, multiline: bool = False) -> str:
    """Text in which every character can be seen and none moves, hides or reorders its neighbours.

    What cannot be seen leaves a visible trace, so that a reader knows that something was there:

    * controls become their pictures: ESC is ␛, a lone CR is ␍, NUL is ␀; CR LF counts as one newline
    * newline becomes ⏎ and tab ⇥, unless `multiline`, which keeps both; NEL, LS and PS become ␤
    * each run of invisible characters (bidirectional overrides and isolates, zero-width spaces, tag
      characters, fillers), lone surrogates, C1 controls and noncharacters becomes one U+FFFD
    * combining marks beyond four in a row become one U+FFFD
    * only joiners and the text/emoji selectors vanish without a trace: emoji, Persian, Hindi are full of them

    Cleaning twice changes nothing more. Not handled: letters that merely look alike.
    """
    text = _UNSAFE.sub(_visible, text.replace("\r\n", "\n"))
    text = _PILED_MARKS.sub(rf"\1{REPLACEMENT}", text)
    return text if multiline else text.replace("\n", "\u23ce").replace("\t", "\u21e5")


def code_span(text: str, limit: int = 120) -> str:
    """One line of code, at most `limit` characters of text, that reads as this text wherever it stands.

    It is `<code>` with entities and not backticks, because only that is right everywhere: a pipe in backticks
    needs a backslash inside a table and shows that backslash outside; and in a line of HTML (`<summary>`)
    backticks mean nothing and tags between them are live. GitHub leaves mentions, references and emoji alone
    in `<code>`. The source grows to at most 12 times the text (all `@`), typically to 1.3 times. Empty text
    reads "(empty)".
    """
    return f"<code>{_cut(clean(text) or EMPTY, limit).translate(_IN_CODE)}</code>"


def fence(text: str, limit_lines: int = 40, limit_chars: int = 4000, info: FenceInfo = "text") -> str:
    """A fenced code block between blank lines, closed by a fence longer than any run of backticks inside.

    Shows at most `limit_lines` lines and `limit_chars` characters, then says how many characters are missing;
    runs of backticks beyond 40 are shortened to 40 and an ellipsis. The result is at most 180 characters
    longer than what is shown. The blank lines end the HTML of an enclosing `<details>` line, so that the
    fence is a fence there too. Put it at the left margin: not in a table cell, a list item or a quotation.
    ValueError for an `info` that GitHub might bring to life (suggestion, mermaid, math, geojson).
    """
    if info not in get_args(FenceInfo):
        raise ValueError(f"fence info must be one of {', '.join(get_args(FenceInfo))}, not {info!r}")
    # GitHub's parser counts a fence in one byte: 255 backticks in the text close any fence, however long.
    whole = _LONG_TICKS.sub(rf"\1{ELLIPSIS}", clean(text, multiline=True).removesuffix("\n")) or EMPTY
    shown = _cut("\n".join(whole.split("\n", limit_lines)[:limit_lines]), limit_chars)
    missing = len(whole) - len(shown.removesuffix(ELLIPSIS)) if shown != whole else 0
    note = f"\n{ELLIPSIS} {missing:,} more characters" if missing else ""
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    return f"\n\n{ticks}{info}\n{shown}{note}\n{ticks}\n\n"


def plain(text: str, limit: int = 140) -> str:
    """One line of at most `limit` characters, for a status description or a terminal; safe in a runner's log.

    White space is squeezed to single spaces. Not for Markdown, and not for markup of the terminal library
    (rich: pass it as Text or with markup off).
    """
    return _cut(workflow_safe(" ".join(clean(text, multiline=True).split())) or EMPTY, limit)


def table_text(text: str, limit: int = 80) -> str:
    """Prose with no markup, link, mention, reference, commit or emoji in it, also inside a table cell.

    For words of ours. Prefer `code_span` for names that others choose: here zero-width spaces keep GitHub
    from linking `@`, `#`, `:`, `-` and hexadecimal runs of seven or more, and they come along when a reader
    copies the name. Not stopped: a repository's own reference prefix that ends in neither `#`, `:` nor `-`.
    """
    words = _cut(" ".join(clean(text, multiline=True).split()) or EMPTY, limit)
    return _STARTS_A_REFERENCE.sub(rf"\g<0>{_ZERO_WIDTH_SPACE}", words).translate(_IN_PROSE)


def workflow_safe(text: str) -> str:
    r"""Cleaned text, newlines and tabs kept, in which a workflow runner finds no command.

    `::name::` at the start of a line becomes `\::name::`, `##[name]` in it becomes `##\[name]`. Call it last,
    on whole lines: pieces made safe one by one can join into a command. It also removes our own colours;
    annotations that we mean are written elsewhere.
    """
    # The mark must be one that is seen: the runner's comparisons skip invisible characters.
    lines = _COMMAND_AT_LINE_START.sub(r"\1\\", clean(text, multiline=True))
    return _COMMAND_ANYWHERE.sub(r"##\\", lines)


def _visible(found: re.Match[str]) -> str:
    character = found[0][0]
    if character in _JOINERS:
        return ""
    if character in _LINE_BREAKS:
        return "\N{SYMBOL FOR NEWLINE}"
    if character == "\x7f":
        return "\N{SYMBOL FOR DELETE}"
    return chr(0x2400 + ord(character)) if character < " " else REPLACEMENT


def _cut(text: str, limit: int) -> str:
    """The text, or its beginning and an ellipsis, `limit` characters in all; no letter loses its accent."""
    if len(text) <= limit:
        return text
    end = max(limit - 1, 0)
    while end and unicodedata.combining(text[end]):
        end -= 1
    return text[:end] + ELLIPSIS
