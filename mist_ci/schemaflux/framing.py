"""The place in a line that a problem is about: its column, and what stands there."""

from dataclasses import replace

from mist_ci.models.finding import Frame
from mist_ci.parsing.locating import locate
from mist_ci.schemaflux.concealing import without_private
from mist_ci.schemaflux.rule import Problem

_BEFORE_CHARS = 36
_FRAME_CHARS = 96
_MOST_BYTES = 1 << 18
"""Longer lines are not shown: each finding reads its line again, and a line may have many."""


def framed(problem: Problem, raw: bytes) -> tuple[Problem, Frame | None]:
    """The problem with its column (from 1), and the frame around it."""
    if (
        len(raw) > _MOST_BYTES
        or (problem.field is None and problem.column is None)
        or problem.line is not None
    ):
        return problem, None
    text = raw.decode("utf-8", "replace")
    if problem.column is not None:
        start, end = problem.column - 1, problem.column
    else:
        extent = locate(text, problem.field or "")
        if extent is None:
            return problem, None
        start, end = extent
    return replace(problem, column=start + 1), _frame(without_private(raw), start, end)


def _frame(text: str, start: int, end: int) -> Frame:
    first = max(0, start - _BEFORE_CHARS)
    last = min(len(text), first + _FRAME_CHARS)
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[first:last])
    before, after = "…" if first else "", "…" if last < len(text) else ""
    length = max(1, min(end, last) - start)
    return Frame(text=f"{before}{shown}{after}", start=start - first + len(before), length=length)
