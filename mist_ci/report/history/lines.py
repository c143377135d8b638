"""Scores over iterations as lines on a terminal, in braille dots: two across and four down in each character."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil, floor

from mist_ci.models.figures import count, points
from mist_ci.models.iteration import Iteration
from mist_ci.report.columns import cell
from mist_ci.report.history.best import score_of
from mist_ci.report.history.table import by_model, label_of, suite_names

ROWS = 5
WIDEST_STEP = 4
"""Characters between two iterations, where there are few."""
_DOTS_DOWN, _DOTS_ACROSS = 4, 2
_BRAILLE = 0x2800
_DOT = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_ROUND = 20
"""The scale ends at multiples of a twentieth: five points."""


def plot(
    iterations: Sequence[Iteration],
    releases: Mapping[str, Sequence[str]],
    suites: Sequence[str] = (),
    width: int = 80,
) -> str:
    """A small picture for each suite of each model, the newest iterations where not all fit into `width`."""
    return "\n\n".join(
        _picture(name, suite, mine, releases, width)
        for name, mine in by_model(iterations).items()
        for suite in suite_names(mine, suites)
    )


def _picture(
    model: str, suite: str, mine: Sequence[Iteration], releases: Mapping[str, Sequence[str]], width: int
) -> str:
    room = max(width - 9, 10)
    shown = mine[-room:]
    scores = [score.head if (score := score_of(one, suite)) else None for one in shown]
    title = f"{cell(model, 40)} {cell(suite, 64)}, {count(len(shown), 'iteration')}"
    known = [score for score in scores if score is not None]
    if not known:
        return f"{title}: no score"
    low, high = _scale(known)
    step = max(1, min(WIDEST_STEP, (room - 1) // max(len(shown) - 1, 1)))
    lines = _drawn(scores, low, high, step)
    labels = [points(high), *[""] * (ROWS - 2), points(low)]
    body = [f"{label:>6} ┤{line}".rstrip() for label, line in zip(labels, lines, strict=True)]
    first, last = (label_of(one, releases) for one in (shown[0], shown[-1]))
    axis = f"{'':6} └{'─' * len(lines[0])}"
    span = first if len(shown) == 1 else f"{first} → {last}"
    return "\n".join([f"{title}: {points(known[-1])}", *body, axis, f"{'':8}{span}"])


def _scale(known: Sequence[float]) -> tuple[float, float]:
    """The ends of the scale, at least five points apart."""
    low, high = floor(min(known) * _ROUND), ceil(max(known) * _ROUND)
    if low == high:
        low, high = (low - 1, high) if high == _ROUND else (low, high + 1)
    return low / _ROUND, high / _ROUND


def _drawn(scores: Sequence[float | None], low: float, high: float, step: int) -> list[str]:
    """ROWS lines of braille; a score that is missing interrupts the line."""
    cells = [[0] * (step * (len(scores) - 1) + 1) for _ in range(ROWS)]
    deepest = ROWS * _DOTS_DOWN - 1
    before: tuple[int, int] | None = None
    for across, score in _points_of(scores, step * _DOTS_ACROSS):
        down = round((high - score) / (high - low) * deepest)
        start = before[1] if before and before[0] == across - 1 else down
        for dot in range(min(start, down), max(start, down) + 1):
            cells[dot // _DOTS_DOWN][across // _DOTS_ACROSS] |= _DOT[dot % _DOTS_DOWN][across % _DOTS_ACROSS]
        before = across, down
    return ["".join(chr(_BRAILLE + dots) if dots else " " for dots in row) for row in cells]


def _points_of(scores: Sequence[float | None], dots: int) -> Iterator[tuple[int, float]]:
    """Columns of dots, and the score there: measured, or on the straight line between two that were."""
    for number, (left, right) in enumerate(pairwise([*scores, None])):
        if left is None:
            continue
        yield number * dots, left
        if right is not None:
            for between in range(1, dots):
                yield number * dots + between, left + (right - left) * between / dots
