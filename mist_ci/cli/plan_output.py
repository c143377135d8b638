"""A plan as text: what runs, what each suite can decide, what it takes, warnings, and what the figures rest on."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from mist_ci.models.outlook import JudgeOutlook, ModelOutlook, Outlay, Outlook, Range, SuiteOutlook
    from mist_ci.models.report import BudgetLine

ASKED = f"{'suite':24} {'role':8} {'n':>6} {'base calls':>12} {'head calls':>12}"
HEAD = f"{ASKED} {'margin':>6} {'finds':>6} {'needs n':>7}"
CLEAN_HEAD = f"{HEAD} {'certified':>9} {'undecided':>9} {'blocked':>8}"


def show(outlook: "Outlook") -> None:
    """Prints all of it."""
    from mist_ci.cli.output import say

    for line in lines(outlook):
        say(line)


def lines(outlook: "Outlook") -> "Iterator[str]":
    """The whole page, line by line."""
    yield f"gate {outlook.gate} of {outlook.config}, {_about(outlook)}"
    yield from _section(
        "what runs", [f"{one.kind.value} {one.subject}: {one.reason}" for one in outlook.steps]
    )
    for model in outlook.models:
        yield from _section(_title(model), _table(model))
    told = [f"{one.suite} on {one.model}, {one.reason}: {_taken(one.outlay)}" for one in outlook.extras]
    yield from _section("besides", told)
    if outlook.models or outlook.extras:
        yield ""
        yield f"asks {_taken(outlook.total)}{_budget(outlook.budget_usd)}"
        yield from _section("budgets", [_line(one) for one in outlook.budgets if one.name != "eval_usd"])
    elif outlook.event is not None:
        yield "no model is asked"
    yield from _section("warnings", outlook.warnings)
    yield from _section("notices", outlook.notices)
    # Sentences of one kind begin with the same word: all prices together, all spreads together.
    kinds = sorted(outlook.assumptions, key=lambda told: told.partition(" ")[0])
    yield from _section("rests on", kinds)
    yield ""


def _about(outlook: "Outlook") -> str:
    from mist_ci.report.text import plain

    event = outlook.event
    if event is None:
        return "with the files as they are now, as if every model changed"
    return f"{plain(event.base_ref, 80)} {event.base[:7]} → {event.head[:7]}"


def _section(title: str, rows: "Sequence[str]") -> "Iterator[str]":
    from mist_ci.report.text import plain

    if rows:
        yield ""
        yield title
        yield from (f"  {row if row.startswith(' ') else plain(row, 500)}" for row in rows)


def _title(model: "ModelOutlook") -> str:
    from mist_ci.report.text import plain

    sides = f"{model.base_model or 'no baseline'} → {model.head_model}"
    if model.base_model == model.head_model:
        sides = f"{model.head_model} on both sides"
    if model.anchor_model is not None:
        sides += f", and the anchor {model.anchor_model} as often as base"
    told = plain(f"{model.model}: {sides}", 200)
    return f"{told}; last columns: what becomes of a change that makes nothing worse"


def _table(model: "ModelOutlook") -> list[str]:
    from mist_ci.models.figures import count

    rows = [f" {CLEAN_HEAD}"]
    for suite in model.suites:
        rows += [f" {_row(suite)}", *(f"   {_judge(one)}" for one in suite.judges)]
    if model.clean_blocked is not None and model.clean_certified is not None:
        label = f"all of them, {count(model.hypotheses, 'test')}"
        undecided = max(0.0, 1 - model.clean_certified - model.clean_blocked)
        rows.append(
            f" {label:{len(HEAD)}} {model.clean_certified:>9.0%} {undecided:>9.0%} {model.clean_blocked:>8.1%}"
        )
    return rows


def _row(suite: "SuiteOutlook") -> str:
    from mist_ci.models.figures import count, points

    base = _range(suite.base.calls) if suite.base else "none"
    start = f"{suite.suite:24} {suite.role.value:8} {count(suite.samples):>6} {base:>12} {_range(suite.head.calls):>12}"
    told = suite.prospects
    if suite.imported:
        return f"{suite.suite:24} {suite.role.value:8}  imported: another runner asks"
    if told is None:
        why = "floors only" if suite.advisory is None else "advisory: decides nothing"
        return f"{start} {points(suite.margin):>6}  {why}"
    finds = "nothing" if told.finds >= 1 else points(told.finds)
    return (
        f"{start} {points(suite.margin):>6} {finds:>6} {count(told.needs):>7} {told.certified:>9.0%} "
        f"{told.not_proven:>9.0%} {told.blocked:>8.1%}"
    )


def _judge(one: "JudgeOutlook") -> str:
    from mist_ci.report.text import plain

    return f"{plain(f'{one.grader} asks {one.model}', 200)}: {_taken(one.outlay)}"


def _taken(outlay: "Outlay") -> str:
    return (
        f"{_range(outlay.calls)} calls, {_range(outlay.tokens_in)} tokens in, {_range(outlay.tokens_out)} out, "
        f"{_dollars(outlay.usd_least, outlay.usd_most)}"
    )


def _range(one: "Range") -> str:
    from mist_ci.models.figures import count

    return count(one.least) if one.least == one.most else f"{count(one.least)}–{count(one.most)}"


def _dollars(least: "Decimal | None", most: "Decimal | None") -> str:
    from mist_ci.models.figures import money

    if least is None or most is None:
        return "price unknown"
    return money(least) if least == most else f"{money(least)}–{money(most)}"


def _line(one: "BudgetLine") -> str:
    told = f"{one.name}: {one.left} left of {one.limit}"
    return f"{told} ({one.note})" if one.note else told


def _budget(budget: "Decimal | None") -> str:
    from mist_ci.models.figures import money

    return "" if budget is None else f"; eval_usd allows {money(budget)}"
