"""What a check of a judge says on a terminal, and as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mist_ci.stages.judge_check import Checked, Verdicts
    from mist_ci.stats import Bounds

MOST_SHOWN = 5
_WIDTH = 300


def summary_of(found: "Checked") -> dict[str, object]:
    """The check, and what else was found out."""
    return {
        **found.check.model_dump(mode="json", exclude={"people"}),
        "accuracy": found.check.confusion.accuracy,
        "sensitivity": found.check.confusion.sensitivity,
        "specificity": found.check.confusion.specificity,
        "raters_disagree": found.split,
        "reaches_the_floor": found.problem is None,
        "problem": found.problem,
        "spend": found.spend.model_dump(mode="json"),
        "disagreements": [
            {
                "sample": one.opinion.labelled.sample.id,
                "line": one.opinion.labelled.line,
                "people": one.opinion.labelled.score,
                "judge": one.score,
                "reason": one.reason,
            }
            for one in _worst(found)
        ],
    }


def print_check(found: "Checked", output: Path | None, config: Path) -> None:
    """A table, the worst disagreements, and whether the judge may decide."""
    from mist_ci.cli.output import say
    from mist_ci.models.figures import count, money
    from mist_ci.report.text import plain

    check, table = found.check, found.check.confusion
    say(
        f"{check.grader} {plain(check.model, 200)} of {check.suite} against people: {count(table.labels, 'label')}"
    )
    if found.unread:
        say(
            f"no verdict on {count(len(found.unread), 'answer')}: {plain(str(found.unread[0].found), _WIDTH)}"
        )
    if found.split:
        say(f"left out, because people are of two minds: {count(found.split, 'answer')}")
    say()
    say(f"{'':16} {'people: pass':>14} {'people: fail':>14}")
    say(f"{'judge: pass':16} {table.right_pass:>14} {table.wrong_pass:>14}")
    say(f"{'judge: fail':16} {table.wrong_fail:>14} {table.right_fail:>14}")
    say()
    agreement = found.agreement
    say(f"accuracy     {_share(table.accuracy)}")
    say(f"kappa        {_share(check.kappa)}{_within(agreement.interval if agreement else None)}")
    say(
        f"sensitivity  {_share(table.sensitivity)}{_within(found.sensitivity)}  of what people pass, it passes"
    )
    say(
        f"specificity  {_share(table.specificity)}{_within(found.specificity)}  of what people fail, it fails"
    )
    _print_disagreements(found)
    say(
        f"{count(found.spend.calls, 'call')}, {money(found.spend.cost_usd)}; {found.spend.reused_calls} stored"
    )
    say()
    if found.problem is None:
        say(f"{check.suite} may decide: the judge agrees with people well enough")
    else:
        say(f"{check.suite} stays advisory: {found.problem}")
    _say_where(output, config)


def _print_disagreements(found: "Checked") -> None:
    from mist_ci.cli.output import say
    from mist_ci.report.text import plain

    worst = _worst(found)
    if worst:
        say()
        say("they disagree most on")
    for one in worst[:MOST_SHOWN]:
        labelled = one.opinion.labelled
        say(
            f"  line {labelled.line}, {plain(labelled.sample.id, 60)}: people {labelled.score:g}, judge {one.score:g}: "
            f"{plain(one.reason, _WIDTH) or 'no reason given'}"
        )
    say()


def _worst(found: "Checked") -> "list[Verdicts]":
    """Where judge and people say different things, the furthest apart first."""
    apart = [one for one in found.verdicts if not one.agree]
    return sorted(
        apart, key=lambda one: (-abs(one.score - one.opinion.labelled.score), one.opinion.labelled.line)
    )


def _say_where(output: Path | None, config: Path) -> None:
    from mist_ci.cli.output import say
    from mist_ci.planning import judges_path

    read = config.parent / judges_path(config.name)
    if output is None:
        say(f"nothing was written; -o {read} keeps it for the gate")
    elif output.resolve() == read.resolve():
        say(f"wrote {output}: commit it to the base branch, and the gate goes by it")
    else:
        say(f"wrote {output}; the gate reads {read} on the base branch, and nothing else")


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:7.3f}"


def _within(bounds: "Bounds | None") -> str:
    return "" if bounds is None else f"  [{max(bounds.low, -1):.3f}, {min(bounds.high, 1):.3f}]"
