"""A label is written with combining characters.

What it finds: answers of up to 60 characters, and labels, that hold letters as a base letter and a
combining mark (`e` and U+0301) where one character exists (`é`), or Korean syllables in parts.

Why it matters: it looks the same and is another text: it is another label to the trainer, other tokens
to the model, and wrong to a grader that compares texts. File names of macOS are written like this.

What to do: normalise the texts to NFC, in Python `unicodedata.normalize("NFC", text)`.
"""

import re
import unicodedata
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import Text, answers, around
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF704",
    name="not-normalised",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Which city?"), ("assistant", "Orle\u0301ans"))),
    good=rows(chat(("user", "Which city?"), ("assistant", "Orl\u00e9ans"))),
    trigger=rb"\xcc[\x80-\xbf]|\xcd[\x80-\xaf]|\xe1[\x84-\x87]",
)
_MARKS = re.compile("[\u0300-\u036f\u1100-\u11ff]")
_LABEL_CHARS = 60


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per label."""
    for one in (*answers(row), *_label(row)):
        mark = _MARKS.search(one.text) if len(one.text) <= _LABEL_CHARS else None
        if mark and not unicodedata.is_normalized("NFC", one.text):
            composed = unicodedata.normalize("NFC", one.text)
            yield Problem(
                f"{one.field} is not in normal form NFC: {len(one.text)} characters instead of {len(composed)}",
                f"write it as {' '.join(composed.split())}",
                field=one.field,
                snippet=around(one.text, mark.start(), mark.end()),
            )


def _label(row: Row) -> Iterator[Text]:
    if isinstance(row.label, str) and row.label not in [one.text for one in answers(row)]:
        yield Text("label", row.label)
