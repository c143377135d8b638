"""The choices of a multiple-choice sample, and which of them is expected."""

import re
from collections.abc import Sequence

from mist_ci.models.suite import Sample

LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LATEX = re.compile(r"\\(?:boxed|text|mathbf|mathrm|textbf)\{([^{}]*+)\}")
_EMPHASIS = re.compile(r"(?<![^\W_])[*_`$]++|[*_`$]++(?![^\W_])")


def refuse_but_choices(sample: Sample) -> str | None:
    """Why nobody can tell which of the sample's choices is right; None when it is clear."""
    count = len(sample.choices)
    if not 1 < count <= len(LABELS):
        return f"the sample needs `choices`, from 2 to {len(LABELS)} texts; it has {count}"
    if reason := _why_not(sample.choices):
        return reason
    found = _meant(sample)
    if not found:
        hint = (
            f"a letter from A to {LABELS[count - 1]}, an index from 0 to {count - 1}, or the text of a choice"
        )
        return f"expected must be {hint}, not {sample.expected!r}"
    if len(found) > 1:
        return f"expected {sample.expected!r} is the letter of one choice and the text of another"
    return None


def _why_not(choices: Sequence[str]) -> str | None:
    """Why nobody could tell these choices apart."""
    if not all(map(as_compared, choices)):
        return "a choice must not be empty"
    if len(set(map(as_compared, choices))) < len(choices):
        return "two of the choices are the same text"
    for index, choice in enumerate(choices):
        letter = choice.strip().upper()
        if len(letter) == 1 and LABELS[: len(choices)].find(letter) not in (-1, index):
            return f"the choice {choice!r} is the letter of another one"
    return None


def expected_choice(sample: Sample) -> int:
    """The index of the right choice of a sample that was not refused."""
    (index,) = _meant(sample)
    return index


def without_markup(text: str) -> str:
    """Text without the marks of Markdown and LaTeX around words."""
    for _ in range(2):  # `\\boxed{\\text{B}}`
        text = _LATEX.sub(lambda found: found[1], text)
    return _EMPHASIS.sub("", text)


def as_compared(text: str) -> str:
    """A choice without what nobody means by it: markup, case, runs of whitespace, a final full stop."""
    return " ".join(without_markup(text).split()).casefold().rstrip(". ")


def _meant(sample: Sample) -> set[int]:
    expected, count = sample.expected, len(sample.choices)
    if isinstance(expected, int) and not isinstance(expected, bool):
        by_text = _by_text(str(expected), sample)
        return by_text or ({expected} & set(range(count)))
    if not isinstance(expected, str):
        return set()
    letter = LABELS[:count].find(expected.strip()) if len(expected.strip()) == 1 else -1
    return _by_text(expected, sample) | ({letter} - {-1})


def _by_text(text: str, sample: Sample) -> set[int]:
    return {index for index, choice in enumerate(sample.choices) if as_compared(choice) == as_compared(text)}
