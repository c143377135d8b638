"""Iterations of each model as a table on a terminal, oldest first, the best so far below."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mist_ci.models.attempt import exact_sum
from mist_ci.models.figures import NO_SCORE, count, delta, money, points
from mist_ci.models.iteration import Iteration, SuiteScore
from mist_ci.models.report import DEFAULT_CONFIG, gate_label
from mist_ci.report.columns import cell, lined_up
from mist_ci.report.history.best import Best, best_so_far, score_of
from mist_ci.report.words import Word

Releases = Mapping[str, Sequence[str]]
"""Commit → tags that released it."""

_MARKS = {
    Word.REGRESSED: "↓", Word.FAILED: "↓", Word.IMPROVED: "↑", Word.NOT_PROVEN: "?", Word.NOT_COMPARABLE: "×",
    Word.WAIVED: "w",
}  # fmt: skip
_LEGEND = "↑ improved, ↓ regressed or below its floor, ? not proven, × not comparable, w waived"
_BEST = (
    "best so far: the highest score of an earlier iteration that its gate let pass, on the same questions.\n"
    "Not corrected for chance: the best of many scores looks better than the model was. No verdict depends on it."
)
_DATA_DIGITS = 8
_COMMIT_DIGITS = 7
_LONGEST_NAME = 28
_LONGEST_RELEASE = 16
_LONGEST_SUITE = 20


def table(
    iterations: Sequence[Iteration],
    releases: Releases,
    suites: Sequence[str] = (),
    last: int | None = None,
) -> str:
    """A table for each model; `suites` are those to show, all of them when it is empty.

    Only the `last` iterations of each have a row; the best so far is looked for in all of them.
    """
    return "\n\n".join(
        _one(name, mine, releases, names, last)
        for name, mine in by_model(iterations).items()
        if (names := suite_names(mine, suites))
    )


def newest(iterations: Sequence[Iteration], last: int | None) -> list[Iteration]:
    """The `last` iterations of each model, in the order that they had; all of them for None."""
    if last is None:
        return list(iterations)
    kept = {(one.run_id, one.model) for mine in by_model(iterations).values() for one in mine[-last:]}
    return [one for one in iterations if (one.run_id, one.model) in kept]


def by_model(iterations: Iterable[Iteration]) -> dict[str, list[Iteration]]:
    """The name of a model, with its policy unless that is the usual one → its iterations, as they come."""
    found: dict[str, list[Iteration]] = {}
    for one in iterations:
        policy = "" if one.config == DEFAULT_CONFIG else f" ({one.config})"
        found.setdefault(f"{one.model}{policy}", []).append(one)
    return found


def suite_names(iterations: Iterable[Iteration], wanted: Sequence[str] = ()) -> list[str]:
    """Suites that appear anywhere, sorted; those that are wanted, in the order of the wish."""
    names = {suite.name for one in iterations for suite in one.suites}
    return [name for name in wanted if name in names] if wanted else sorted(names)


def label_of(iteration: Iteration, releases: Releases) -> str:
    """How people call it: its release, else its commit."""
    tags = releases.get(iteration.head, ())
    return cell(", ".join(tags), _LONGEST_RELEASE) if tags else iteration.head[:_COMMIT_DIGITS]


@dataclass(frozen=True, slots=True)
class _Column:
    """Its head, a cell for each iteration, and the best of the suite that it is about."""

    head: str
    cells: Sequence[str]
    is_number: bool = False
    best: Best | None = None


def _one(
    name: str, mine: Sequence[Iteration], releases: Releases, names: Sequence[str], last: int | None
) -> str:
    shown = mine[-(last or len(mine)) :]
    title = f"{cell(name, 80)}: {count(len(mine), 'iteration')}"
    if len(shown) < len(mine):
        title += f", the newest {len(shown)} shown"
    bests = [best_so_far(mine, name) for name in names]
    detail = _in_detail(shown, names[0]) if len(names) == 1 else []
    scores = [_scores(shown, name, best) for name, best in zip(names, bests, strict=True)]
    columns = [*_about(shown, releases), *scores, *detail, *_expenses(shown)]
    below = _below(columns, releases) if any(bests) else []
    cells = zip(*(column.cells for column in columns), strict=True)
    rows = [[column.head for column in columns], *cells, *below]
    parts = [title, lined_up(rows, [column.is_number for column in columns])]
    if any(_mark(score) != " " for one in shown for score in one.suites if score.name in names):
        parts.append(_LEGEND)
    return "\n\n".join([*parts, *([_BEST] if below else [])])


def _about(mine: Sequence[Iteration], releases: Releases) -> list[_Column]:
    """When, which commit, data and model, and what came of it. A column in which nothing stands is left out."""
    gates = [cell(gate_label(one.gate, one.config), _LONGEST_NAME) for one in mine]
    columns = [
        _Column("when", [f"{one.when:%Y-%m-%d %H:%M}" for one in mine]),
        _Column("commit", [one.head[:_COMMIT_DIGITS] for one in mine]),
        _Column("data", [_data(one) for one in mine]),
        _Column("release", [cell(", ".join(releases.get(one.head, ())), _LONGEST_RELEASE) for one in mine]),
        _Column("gate", gates if len(set(gates)) > 1 else [""] * len(mine)),
        _Column("model", [cell(one.head_model, _LONGEST_NAME) for one in mine]),
        _Column("outcome", [one.outcome.value for one in mine]),
    ]
    return [column for column in columns if any(column.cells)]


def _scores(mine: Sequence[Iteration], name: str, best: Best | None) -> _Column:
    """One suite: the score in points, and a mark where it is not simply good."""
    cells = [_marked(score_of(one, name)) for one in mine]
    return _Column(cell(name, _LONGEST_SUITE), cells, is_number=True, best=best)


def _in_detail(mine: Sequence[Iteration], name: str) -> list[_Column]:
    """More about one suite alone: samples, and the difference to base with its interval."""
    scores = [score_of(one, name) for one in mine]
    more = {
        "samples": [count(score.n) if score else "" for score in scores],
        "missing": [count(score.missing) if score else "" for score in scores],
        "against base": [delta(score.estimate) if score else "" for score in scores],
        "interval": [_interval(score) if score else "" for score in scores],
    }
    return [_Column(head, cells, is_number=True) for head, cells in more.items()]


def _expenses(mine: Sequence[Iteration]) -> list[_Column]:
    return [
        _Column("tokens", [_tokens(one) for one in mine], is_number=True),
        _Column("cost", [money(_usd(one)) for one in mine], is_number=True),
    ]


def _marked(score: SuiteScore | None) -> str:
    if score is None:
        return ""
    return points(score.head) + _mark(score)


def _mark(score: SuiteScore) -> str:
    return next((sign for word, sign in _MARKS.items() if word.value == score.verdict), " ")


def _interval(score: SuiteScore) -> str:
    if score.low is None or score.high is None:
        return NO_SCORE
    return f"{delta(score.low)} … {delta(score.high)}"


def _below(columns: Sequence[_Column], releases: Releases) -> list[list[str]]:
    """An empty line, the best of each suite, where it was reached, and the latest against it."""
    bests = [column.best for column in columns[1:]]
    return [
        [""] * len(columns),
        ["best so far", *(f"{points(best.score)} " if best else "" for best in bests)],
        ["reached at", *(f"{label_of(best.reached, releases)} " if best else "" for best in bests)],
        ["latest against it", *(f"{delta(best.difference)} " if best else "" for best in bests)],
    ]


def _data(one: Iteration) -> str:
    """The start of the hash of what the model was trained on, as far as anybody said."""
    if not one.data:
        return ""
    digits = one.data[0].data_hash.removeprefix("sha256:")
    more = f" +{len(one.data) - 1}" if len(one.data) > 1 else ""
    return cell(digits, 80)[:_DATA_DIGITS] + more


def _tokens(one: Iteration) -> str:
    sides = one.expenses
    return count(sum(side.tokens_in + side.tokens_out for side in sides)) if sides else NO_SCORE


def _usd(one: Iteration) -> Decimal | None:
    """Of all sides; None when a price is unknown."""
    costs = [side.cost_usd for side in one.expenses]
    known = [cost for cost in costs if cost is not None]
    return exact_sum(known) if costs and len(known) == len(costs) else None
