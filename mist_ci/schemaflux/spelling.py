"""Labels that are meant to be one: by case, white space, or one letter."""

import re
from collections.abc import Iterator

from mist_ci.schemaflux.seen import Census, Seen

_SHORTEST_WORD = 5
_RARE = 3
_PAIR = 2
_TIMES = 10
_MOST_RARE = 200
_joiners = re.compile(r"(?<=\w)[\s_-]+(?=\w)")


def same_by_case(labels: Census[str]) -> Iterator[tuple[str, Seen, str]]:
    """Labels that differ from a more frequent one in case, white space, `_` and `-` only, with that one."""
    meant: dict[str, str] = {}
    for label, seen in labels.by_count():
        frequent = meant.setdefault(_joiners.sub(" ", label.strip().casefold()), label)
        if frequent != label:
            yield label, seen, frequent


def one_letter_off(labels: Census[str]) -> Iterator[tuple[str, Seen, str]]:
    """Rare labels that differ in one letter from one that is at least ten times as frequent, with that one.

    Not by a digit, not in a short word, and not by their first letter: `class_1`, `type_b` and `atypical` are labels.
    """
    ordered = labels.by_count()
    rare = [(label, seen) for label, seen in ordered if seen.count <= _RARE]
    if len(rare) > _MOST_RARE:
        return
    for label, seen in rare:
        for frequent, other in ordered:
            if other.count < _TIMES * seen.count:
                break
            if is_slip(label, frequent):
                yield label, seen, frequent
                break


def is_slip(one: str, other: str) -> bool:
    """True when one letter is wrong, missing, doubled or swapped with the next, inside of a word."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = _common(one, other)
    end = min(_common(one[::-1], other[::-1]), min(len(one), len(other)) - start)
    mine, theirs = one[start : len(one) - end], other[start : len(other) - end]
    is_swap = len(mine) == len(theirs) == _PAIR and mine == theirs[::-1]
    if max(len(mine), len(theirs)) > 1 and not is_swap:
        return False
    return (
        start > 0
        and (mine + theirs).isalpha()
        and _is_in_long_word(one, start)
        and _is_in_long_word(other, start)
    )


def _common(one: str, other: str) -> int:
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return length


def _is_in_long_word(text: str, at: int) -> bool:
    words = (match for match in re.finditer(r"[^\W\d_]+", text) if match.start() < at <= match.end())
    return any(match.end() - match.start() >= _SHORTEST_WORD for match in words)
