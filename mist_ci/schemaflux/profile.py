"""What a data set looks like from far away: enough to see that it is not what it was.

Lengths are counted in bins a quarter of an octave wide, labels and scripts by name. A profile is small whatever the
number of rows, and profiles of parts merge.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log2

from mist_ci.models.finding import Drift
from mist_ci.schemaflux.row import Row
from mist_ci.stats.shift import distance_p_value, jensen_shannon, largest_distance

_BINS = 96
_MOST_NAMES = 1000
_OTHERS = "(others)"
_LABEL_CHARS = 40
_FEWEST_ROWS = 50
_FAR = 0.15
_SURE = 0.001
_SCRIPTS = {
    "Latin": "A-Za-z\u00c0-\u024f",
    "Cyrillic": "\u0400-\u04ff",
    "Greek": "\u0370-\u03ff",
    "Arabic": "\u0600-\u06ff",
    "Hebrew": "\u0590-\u05ff",
    "Devanagari": "\u0900-\u097f",
    "Thai": "\u0e00-\u0e7f",
    "Kana": "\u3040-\u30ff",
    "Hangul": "\uac00-\ud7af",
    "Han": "\u4e00-\u9fff",
}
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
_SAMPLE_CHARS = 400


def _new_bins() -> list[int]:
    return [0] * _BINS


@dataclass(slots=True)
class Profile:
    """Counts of rows."""

    rows: int = 0
    prompt_chars: list[int] = field(default_factory=_new_bins)
    answer_chars: list[int] = field(default_factory=_new_bins)
    turns: list[int] = field(default_factory=_new_bins)
    labels: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """Takes in one row."""
        if not row.said:
            return
        self.rows += 1
        answers = [message.text for message in row.said if message.role == "assistant"]
        asked = sum(len(message.text) for message in row.said if message.role != "assistant")
        self.prompt_chars[_bin(asked)] += 1
        self.answer_chars[_bin(sum(map(len, answers)))] += 1
        self.turns[min(len(row.said), _BINS - 1)] += 1
        answer = answers[-1] if answers else ""
        if 0 < len(answer) <= _LABEL_CHARS:
            self._count(self.labels, answer if row.label is None else str(row.label))
        self.scripts[_script(answer)] += 1

    def merge(self, later: "Profile") -> None:
        """Takes in a profile of other rows."""
        self.rows += later.rows
        for mine, other in (
            (self.prompt_chars, later.prompt_chars),
            (self.answer_chars, later.answer_chars),
            (self.turns, later.turns),
        ):
            mine[:] = [one + more for one, more in zip(mine, other, strict=True)]
        for name, count in later.labels.items():
            self._count(self.labels, name, count)
        self.scripts.update(later.scripts)

    @staticmethod
    def _count(names: Counter[str], name: str, count: int = 1) -> None:
        names[name if name in names or len(names) < _MOST_NAMES else _OTHERS] += count


def drifts(base: Profile, head: Profile) -> Iterator[Drift]:
    """What moved far, and more than chance would move it. Nothing for less than 50 rows on either side."""
    if min(base.rows, head.rows) < _FEWEST_ROWS:
        return
    for what, before, after in (
        ("length of prompts in characters", base.prompt_chars, head.prompt_chars),
        ("length of answers in characters", base.answer_chars, head.answer_chars),
        ("messages in a row", base.turns, head.turns),
    ):
        distance = largest_distance(before, after)
        if distance >= _FAR and distance_p_value(distance, base.rows, head.rows) < _SURE:
            is_chars = what != "messages in a row"
            yield Drift(
                what=what,
                before=f"{_median(before, is_chars=is_chars):,} at the median",
                after=f"{_median(after, is_chars=is_chars):,}",
                distance=distance,
            )
    yield from _named("scripts of answers", base.scripts, head.scripts)
    if _are_labels(base) and _are_labels(head):
        yield from _named("labels", base.labels, head.labels)


def _named(what: str, before: Counter[str], after: Counter[str]) -> Iterator[Drift]:
    distance = jensen_shannon(before, after)
    if distance >= _FAR:
        shares = {
            name: after[name] / after.total() - before[name] / before.total() for name in before | after
        }
        name = max(sorted(shares), key=lambda one: abs(shares[one]))
        was, now = (f"{counts[name] / counts.total():.0%}" for counts in (before, after))
        yield Drift(what=what, before=f"{name} {was}", after=now, distance=distance)


def _are_labels(profile: Profile) -> bool:
    """True when most answers are short and few: a classifier's."""
    total = profile.labels.total()
    return total >= 0.8 * profile.rows and len(profile.labels) * 5 <= total


def _bin(chars: int) -> int:
    return min(_BINS - 1, round(4 * log2(chars + 1)))


def _median(bins: list[int], *, is_chars: bool) -> int:
    half, seen = sum(bins) / 2, 0
    for number, count in enumerate(bins):
        seen += count
        if seen >= half:
            return round(2 ** (number / 4) - 1) if is_chars else number
    return 0


def _script(text: str) -> str:
    sample = text[:_SAMPLE_CHARS]
    if sample.isascii():
        return "Latin"
    counts = {name: len(letters.findall(sample)) for name, letters in _LETTERS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "other"
