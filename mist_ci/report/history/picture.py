"""Cost and quality of each iteration as one SVG: scores of suites above, dollars below, a column for each iteration.

It stands alone: no script, no font, no address, and colours that follow a light or a dark page. The scale of scores
ends at 100 and starts at the ten below the lowest; an iteration that its gate did not let pass has a hollow mark.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import pairwise
from math import floor

from mist_ci.models.attempt import exact_sum
from mist_ci.models.figures import count, money, points
from mist_ci.models.iteration import Iteration
from mist_ci.report.history.best import score_of
from mist_ci.report.history.table import by_model, label_of, suite_names
from mist_ci.report.text import plain

WIDTH, HEIGHT = 860, 400
_LEFT, _RIGHT = 64, 190
_SCORES, _COSTS = (56, 236), (282, 352)
"""Top and bottom of both panels, in pixels from the top of a model's picture."""
_MOST_SHOWN = 60
_MOST_LINES = 8
_LABEL_PX = 15
_WIDEST_BAR_PX = 26
_LABELS_FIT = 12
_LONGEST = 24
_LIGHT = ("#0072b2", "#d55e00", "#007a59", "#b3568a", "#8a6d00", "#3b6ea5", "#a33b20", "#5b5b5b")
_DARK = ("#56b4e9", "#ff9d4d", "#2ec99b", "#e59ac3", "#e6c84b", "#8fbdf0", "#f08a6c", "#bdbdbd")
_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #24292f }
.page { fill: #ffffff } .title { font-weight: 600; font-size: 14px } .quiet { fill: #57606a } .grid { stroke: #d8dee4 }
.eval { fill: #57606a } .train { fill: #a9b3bd } .hollow { fill: #ffffff }
"""
_DARK_STYLE = """\
text { fill: #e6edf3 } .page { fill: #0d1117 } .quiet { fill: #9da7b3 } .grid { stroke: #30363d }
.eval { fill: #9da7b3 } .train { fill: #57606a } .hollow { fill: #0d1117 }
"""


def picture(
    iterations: Sequence[Iteration], releases: Mapping[str, Sequence[str]], suites: Sequence[str] = ()
) -> str:
    """One SVG document, the models below each other; the newest iterations and the first suites where not all fit."""
    models = by_model(iterations)
    height = HEIGHT * max(len(models), 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {_size(height)} viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Cost and quality of each iteration</title>",
        f"<style>\n{_styles()}</style>",
        f'<rect class="page" {_size(height)}/>',
    ]
    for number, (name, mine) in enumerate(models.items()):
        parts.append(f'<g transform="translate(0 {HEIGHT * number})">')
        parts += _model(name, mine[-_MOST_SHOWN:], releases, suite_names(mine, suites)[:_MOST_LINES])
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _size(height: int) -> str:
    return f'width="{WIDTH}" height="{height}"'


def _styles() -> str:
    light, dark = (
        "".join(
            f".c{number} {{ stroke: {colour} }} .t{number} {{ fill: {colour} }}\n"
            for number, colour in enumerate(colours)
        )
        for colours in (_LIGHT, _DARK)
    )
    return f"{_STYLE}{light}@media (prefers-color-scheme: dark) {{\n{_DARK_STYLE}{dark}}}\n"


def _model(
    name: str, mine: Sequence[Iteration], releases: Mapping[str, Sequence[str]], suites: Sequence[str]
) -> Iterator[str]:
    yield _text(16, 24, f"{plain(name, _LONGEST * 2)}: {count(len(mine), 'iteration')}", "title")
    yield _text(16, 44, "score of each suite; hollow: the gate did not let it pass", "quiet")
    yield from _scores(mine, suites)
    yield from _costs(mine)
    step = max(1, -(-len(mine) // _LABELS_FIT))
    for index in range(0, len(mine), step):
        label = plain(label_of(mine[index], releases), 10)
        yield _text(_across(index, len(mine)), _COSTS[1] + 18, label, "quiet", "middle")


def _scores(mine: Sequence[Iteration], suites: Sequence[str]) -> Iterator[str]:
    values = {
        suite: [found.head if (found := score_of(one, suite)) else None for one in mine] for suite in suites
    }
    known = [value for line in values.values() for value in line if value is not None]
    low = min(floor(min(known) * 10) / 10, 0.9) if known else 0.0
    for share in (low, (low + 1) / 2, 1.0):
        yield from _rule(_down(share, low), points(share))
    yield from _names(values, low)
    for number, line in enumerate(values.values()):
        places = [
            None if value is None else (_across(index, len(mine)), _down(value, low))
            for index, value in enumerate(line)
        ]
        for before, after in pairwise(places):
            if before and after:
                yield _line(before, after, f"c{number}")
        for one, place, value in zip(mine, places, line, strict=True):
            if place:
                yield _mark(place, number, one, value)


def _names(values: Mapping[str, Sequence[float | None]], low: float) -> Iterator[str]:
    """Beside the end of each line, moved apart where lines end together."""
    last = [
        (_down(known[-1], low), number, suite, known[-1])
        for number, (suite, line) in enumerate(values.items())
        if (known := [value for value in line if value is not None])
    ]
    below = 0.0
    for down, number, suite, value in sorted(last):
        below = max(down + 4, below + _LABEL_PX)
        label = f"{plain(suite, _LONGEST)} {points(value)}"
        yield _text(WIDTH - _RIGHT + 14, below, label, f"t{number}")


def _mark(place: tuple[float, float], number: int, one: Iteration, value: float | None) -> str:
    said = escape(f"{one.when:%Y-%m-%d %H:%M}, {plain(one.head_model, 60)}: {points(value)}, {one.outcome}")
    look = f'class="t{number}"' if one.was_accepted else f'class="hollow c{number}" stroke-width="2"'
    return f'<circle {look} cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="4"><title>{said}</title></circle>'


def _costs(mine: Sequence[Iteration]) -> Iterator[str]:
    """What evaluation cost, and above it what training on the data was estimated at; unknown is a question mark."""
    top, bottom = _COSTS
    spent = [(_evaluated(one), _trained(one)) for one in mine]
    most = max((sum(filter(None, pair), Decimal(0)) for pair in spent), default=Decimal(0))
    yield _text(16, top - 16, "US dollars:", "quiet")
    for across, look, name in ((90, "eval", "evaluation"), (180, "train", "training, estimated")):
        if look == "eval" or any(pair[1] for pair in spent):
            yield f'<rect class="{look}" x="{across}" y="{top - 25}" width="10" height="10"/>'
            yield _text(across + 16, top - 16, name, "quiet")
    yield from _rule(bottom, "$0")
    if most:
        yield from _rule(top, money(most))
    width = min(_WIDEST_BAR_PX, 0.7 * (WIDTH - _LEFT - _RIGHT) / max(len(mine), 1))
    for index, (one, (evaluated, trained)) in enumerate(zip(mine, spent, strict=True)):
        left = _across(index, len(mine)) - width / 2
        height = _height(evaluated, most)
        said = f"{one.when:%Y-%m-%d %H:%M}: evaluation {money(evaluated)}"
        yield _bar("eval", left, bottom - height, width, height, said)
        above = _height(trained, most)
        if trained:
            yield _bar("train", left, bottom - height - above, width, above, f"training {money(trained)}")
        if evaluated is None:
            yield _text(left + width / 2, bottom - height - above - 4, "?", "quiet", "middle")


def _evaluated(one: Iteration) -> Decimal | None:
    costs = [expense.cost_usd for expense in one.expenses]
    known = [cost for cost in costs if cost is not None]
    return exact_sum(known) if costs and len(known) == len(costs) else None


def _trained(one: Iteration) -> Decimal | None:
    return one.data[0].training_usd if one.data else None


def _height(usd: Decimal | None, most: Decimal) -> float:
    return float(usd / most) * (_COSTS[1] - _COSTS[0]) if usd and most else 0.0


def _across(index: int, number: int) -> float:
    room = WIDTH - _LEFT - _RIGHT
    return _LEFT + room * (index + 0.5) / number


def _down(share: float, low: float) -> float:
    top, bottom = _SCORES
    return bottom - (share - low) / (1 - low) * (bottom - top)


def _rule(down: float, label: str) -> Iterator[str]:
    yield f'<path class="grid" d="M{_LEFT} {down:.1f}H{WIDTH - _RIGHT}"/>'
    yield _text(_LEFT - 8, down + 4, label, "quiet", "end")


def _line(before: tuple[float, float], after: tuple[float, float], look: str) -> str:
    path = f"M{before[0]:.1f} {before[1]:.1f}L{after[0]:.1f} {after[1]:.1f}"
    return f'<path class="{look}" stroke-width="2" d="{path}"/>'


def _bar(look: str, left: float, top: float, width: float, height: float, said: str) -> str:
    place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{look}" {place}><title>{escape(said)}</title></rect>'


def _text(across: float, down: float, text: str, look: str, anchor: str = "start") -> str:
    place = f'x="{across:.1f}" y="{down:.1f}"'
    middle = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{look}" {place}{middle}>{escape(text)}</text>'
