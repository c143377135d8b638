r"""An answer stops in the middle.

What it finds: an answer whose last code block is never closed, an answer that starts as JSON and stops
inside of it, and a long answer that stops after a word such as `the` or `and`. Not found is an answer that
stops inside of a word or sentence otherwise: many good answers end without a full stop, and without a
dictionary of its language nobody can tell a piece of a word from a name or a unit.

Why it matters: it was cut by a token limit when it was generated or exported, and the model learns to
stop there.

What to do: generate the answer again with a higher limit, or remove the row.
"""

import re
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import answers, around
from mist_ci.schemaflux.rule import Problem, RuleMeta

_START = rb':[ \t]*"'
_NO_FENCE = rb'(?:`{0,2}(?:[^`"\\]|\\.))*'
_FENCE = b"```"
_SPACE = rb"(?: |\\[nrt])*"
_OPEN_FENCE = _FENCE + b" ?[A-Za-z]" + _NO_FENCE + b'`{0,2}"'
"""A fence with a language, and none behind it: what closes a block has nothing behind it."""
_OPEN_JSON = (
    _START
    + _SPACE
    + rb"[{\[]"
    + _SPACE
    + rb'(?:\\"|[{\[])(?:(?:[^"\\]|\\.)*(?:[^"\\}\]]|\\.))?'
    + _SPACE
    + b'"'
)
_LAST_WORDS = rb' (?:the|an|and|because|whose)"'
META = RuleMeta(
    code="SF706",
    name="cut-answer",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Print 1 to 3 in Python."), ("assistant", "```python\nfor i in range(1,"))),
    good=rows(chat(("user", "Print 1 in Python."), ("assistant", "```python\nprint(1)\n```"))),
    trigger=_OPEN_FENCE + b"|" + _OPEN_JSON + b"|" + _LAST_WORDS,
)
_OPENER = re.compile("``` ?[A-Za-z]")
_FENCE_LINE = re.compile(r"^[ \t>]*(`{3,})([^`\n]*)$", re.MULTILINE)
_JSON_START = re.compile(r'[ \n\r\t]*[{\[][ \n\r\t]*(?:"|[{\[]+[ \n\r\t]*")')
_LAST_WORD = re.compile(r" (?:the|an|and|because|whose)$")
_LONG_CHARS = 100
_FEWEST_SENTENCES = 1


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per answer."""
    for one in answers(row):
        why = _why_cut(one.text)
        if why:
            yield Problem(
                f"{one.field} stops in the middle: {why}",
                "generate it again with a higher token limit, or remove the row",
                field=one.field,
                snippet=around(one.text, max(0, len(one.text) - 50), len(one.text)),
            )


def _why_cut(text: str) -> str | None:
    if text.count("```") % 2 and _OPENER.match(text, text.rfind("```")) and _is_fence_open(text):
        return "its last code block is never closed"
    if _JSON_START.match(text) and is_cut_json(text):
        return "its JSON is never closed"
    if len(text) >= _LONG_CHARS and _LAST_WORD.search(text) and text.count(". ") >= _FEWEST_SENTENCES:
        return f'its last word is "{text[text.rindex(" ") + 1 :]}"'
    return None


def _is_fence_open(text: str) -> bool:
    """As CommonMark reads it: a fence is closed by one at least as long, with nothing behind it."""
    opened = 0
    for match in _FENCE_LINE.finditer(text):
        length = len(match[1])
        if not opened:
            opened = length
        elif length >= opened and not match[2].strip():
            opened = 0
    return opened > 0


def is_cut_json(text: str) -> bool:
    """True when every bracket fits and some are never closed, or the text stops inside of a string."""
    if text.rstrip(" \n\r\t").endswith(("}", "]")):
        return False
    stack: list[str] = []
    for token in re.finditer(r'"(?:[^"\\]|\\.)*("?)|[{\[}\]]', text, re.DOTALL):
        sign = token.group()
        if sign in "{[":
            stack.append("}" if sign == "{" else "]")
        elif sign in "}]":
            if not stack or stack.pop() != sign:
                return False
            if not stack:
                return False
        elif not token[1]:
            return bool(stack)
    return bool(stack)
