"""An answer is not JSON where all others are.

What it finds: answers that are no JSON, under a system prompt (or none) where at least 90 of 100
answers are JSON objects or lists, and at least 20. An answer that was cut is SF706.

Why it matters: a program reads these answers. Every such row teaches the model that prose is an answer
too.

What to do: give the answer as JSON, or give these rows another system prompt.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import xxhash

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.kinds import Tally
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import around
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta
from mist_ci.schemaflux.rules.sf706_cut_answer import is_cut_json

_ENOUGH = 20
_JSON = [chat(("user", f"{n} + 1?"), ("assistant", f'{{"sum": {n + 1}}}')) for n in range(_ENOUGH)]
META = RuleMeta(
    code="SF711",
    name="structured-output",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(*_JSON, chat(("user", "100 + 1?"), ("assistant", "The sum is 101."))),
    good=rows(*_JSON, chat(("user", "100 + 1?"), ("assistant", '{"sum": 101}'))),
)
_SHARE = 0.9
_MOST_GROUPS = 1_000
_MOST_PLACES = 50
_SNIPPET_CHARS = 60
_decode = msgspec.json.Decoder(msgspec.Raw).decode


@dataclass
class _Group:
    """Answers under one system prompt."""

    json: int = 0
    others: int = 0
    odd: list[tuple[str, int, bool, str]] = field(default_factory=list)
    """File, line, whether it is known, and the beginning of the first of the others."""


@dataclass
class _Groups:
    groups: dict[int, _Group] = field(default_factory=dict)

    def add(self, row: Row, /) -> None:
        """Counts the last answer of a row."""
        system, text = _asked_and_answered(row)
        if text is None:
            return
        key = xxhash.xxh3_64_intdigest(system.encode("utf-8", "surrogatepass")) if system else 0
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= _MOST_GROUPS:
                return
            group = self.groups[key] = _Group()
        if _is_json(text):
            group.json += 1
            return
        group.others += 1
        if len(group.odd) < _MOST_PLACES and not (text[0] in "{[" and is_cut_json(text)):
            group.odd.append((row.file, row.line, row.is_known, text[:_SNIPPET_CHARS]))

    def merge(self, later: "_Groups", /) -> None:
        """Takes in the groups of later rows."""
        for key, other in later.groups.items():
            if key in self.groups or len(self.groups) < _MOST_GROUPS:
                mine = self.groups.setdefault(key, _Group())
                mine.json += other.json
                mine.others += other.others
                mine.odd = (mine.odd + other.odd)[:_MOST_PLACES]

    def problems(self) -> Iterator[Placed]:
        """The answers that are no JSON where it is expected."""
        for group in self.groups.values():
            if group.json >= _ENOUGH and group.json >= _SHARE * (group.json + group.others):
                for file, line, is_known, text in group.odd:
                    yield Placed(_problem(text), file, line, is_known)


def tally() -> Tally:
    """A new, empty tally."""
    return _Groups()


def _asked_and_answered(row: Row) -> tuple[str, str | None]:
    """System prompt and last answer; no answer where a tool is called."""
    if row.plain is not None:
        texts = row.plain.texts
        return texts[0] if row.plain.roles[0] == "system" else "", texts[-1]
    if row.answer is None or row.messages[-1].calls:
        return "", None
    start = row.messages[0]
    return start.text if start.role == "system" else "", row.messages[-1].text or None


def _is_json(text: str) -> bool:
    if text[0] not in "{[ \n\r\t" or text.strip()[:1] not in ("{", "["):
        return False
    try:
        _decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False
    return True


def _problem(text: str) -> Problem:
    return Problem(
        "the answer is no JSON, and nearly all others under the same system prompt are",
        "give the answer as JSON, or give these rows another system prompt",
        snippet=around(text, 0, len(text)),
    )
