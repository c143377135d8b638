"""mist-ci compare"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.cli.results import GRADER, SUITE, TOOL
from mist_ci.errors import Code, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mist_ci.matchspec import ImportedSuite
    from mist_ci.models.config import Gate
    from mist_ci.models.modelref import ModelReference
    from mist_ci.models.plan import ModelChange
    from mist_ci.models.record import Record
    from mist_ci.models.suite import Suite
    from mist_ci.models.verdict import Decision


def _number(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """NaN is neither below nor above a limit, and so within all of them."""
    if value is not None and value != value:  # noqa: PLR0124
        raise click.BadParameter(f"{value} is no number")
    return value


@click.command(context_settings=SETTINGS)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("head", type=click.Path(path_type=Path))
@click.option(
    "--config", type=click.Path(path_type=Path), metavar="PATH",
    help="A policy: its suites give roles, margins and floors, its gate what is good enough.",
)  # fmt: skip
@click.option("--gate", "gate_name", metavar="NAME", help="The gate of that policy.")
@click.option("--target", "targets", multiple=True, metavar="SUITE", help="A skill that was trained for.")
@click.option(
    "--critical", "critical", multiple=True, metavar="SUITE", help="A skill that must be shown to hold."
)
@click.option(
    "--margin", type=click.FloatRange(0, 1, min_open=True, max_open=True), callback=_number, metavar="SHARE",
    help="The drop that is still good enough, such as 0.05 for five points.",
)  # fmt: skip
@TOOL
@GRADER
@SUITE
@click.option(
    "--format", "output_format", type=click.Choice(["text", "json", "markdown"]), default="text",
    show_default=True, help="What stdout carries.",
)  # fmt: skip
def compare(  # noqa: PLR0913, PLR0917 - one for each option
    base: Path,
    head: Path,
    config: Path | None,
    gate_name: str | None,
    targets: tuple[str, ...],
    critical: tuple[str, ...],
    margin: float | None,
    tool: str | None,
    grader: str | None,
    suite: str | None,
    output_format: str,
) -> int:
    """Compare the results of two runs, whoever produced them.

    BASE and HEAD are files, or directories, of promptfoo, Inspect, lm-evaluation-harness, OpenAI evals, JUnit, CSV,
    JSONL, or records of `mist-ci import`. Cases are paired by what they are; those of BASE decide. No model is asked.
    The exit code is the gate's: 0 passed, 1 failed, 2 a file is wrong, 3 the two cannot be compared.

    \b
    mist-ci compare base.json head.json
    mist-ci compare base.csv head.csv --suite arithmetic
    mist-ci compare logs/base logs/head --target support-qa --margin 0.03
    mist-ci compare base.jsonl head.jsonl --config mist.yml --format markdown
    """
    import gc

    from mist_ci import gate, matchspec
    from mist_ci.cli.results import read_side

    gc.disable()  # nothing here is circular, and looking for circles in a million values takes a third of the time

    before, after = (
        read_side([path], side, tool, grader, suite) for path, side in ((base, "base"), (head, "head"))
    )
    bar, declared = _bar(config, gate_name, margin)
    wanted = {record.suite for record in (*before, *after)} | set(bar.require)
    expected = {name: one for name, one in declared.items() if one.imported or name in wanted}
    found = _with_roles(matchspec.pair_records(before, after, expected), targets, critical)
    standings = [gate.Standing.whole(one.suite, one.obstacle) for one in found]
    attempts = [attempt for one in found for attempt in one.attempts]
    comparison = gate.compare(_change(base, before, after), standings, attempts, bar, {})
    decision = gate.decide(bar, [comparison])
    _show(decision, _notices(found, before, after), output_format)
    return decision.outcome.exit_code


def _bar(config: Path | None, gate_name: str | None, margin: float | None) -> "tuple[Gate, dict[str, Suite]]":
    """What is good enough: the policy's gate and suites, or the defaults."""
    from mist_ci.models.config import Defaults, Gate

    if config is None:
        if gate_name is not None:
            raise UsageError(Code.USAGE, "--gate names a gate of a policy", hint="add --config mist.yml")
        defaults = Defaults() if margin is None else Defaults(margin=margin)
        return Gate(branches=("*",), defaults=defaults), {}
    bar, suites = _policy(config, gate_name)
    if margin is not None:
        bar = bar.model_copy(update={"defaults": bar.defaults.model_copy(update={"margin": margin})})
    return bar, suites


def _policy(config: Path, gate_name: str | None) -> "tuple[Gate, dict[str, Suite]]":
    """Suites that other runners ask, or the gate requires, are expected; of the others those that are there count."""
    from mist_ci import matchspec
    from mist_ci.cli import wiring
    from mist_ci.cli.local import policy_of
    from mist_ci.parsing.document import nearest

    tree = wiring.directory(config.parent)
    policy = policy_of(tree, config)
    name = gate_name or next(iter(policy.gates))
    if name not in policy.gates:
        hint = nearest(name, list(policy.gates))
        raise UsageError(Code.UNKNOWN_NAME, f"no gate is named {name!r}", hint=hint)
    if gate_name is None and len(policy.gates) > 1:
        hint = f"choose one with --gate: {', '.join(policy.gates)}"
        raise UsageError(Code.UNKNOWN_NAME, "the policy has several gates", hint=hint)
    executor = wiring.executor()
    documents = matchspec.find(tree, policy.suites, config.name, wiring.shipped_suites())
    programs = matchspec.TrustedPrograms(tree)
    found = [matchspec.load(one, executor, programs=programs) for one in documents]
    return policy.gates[name], {one.name: one for one in found}


def _with_roles(
    found: "Sequence[ImportedSuite]", targets: tuple[str, ...], critical: tuple[str, ...]
) -> "list[ImportedSuite]":
    from dataclasses import replace

    from mist_ci.models.suite import Role
    from mist_ci.parsing.document import nearest

    if both := sorted(set(targets) & set(critical)):
        message = f"{both[0]} is named by --target and by --critical"
        raise UsageError(
            Code.USAGE, message, hint="a target was trained for, a critical suite must hold: choose one"
        )
    names = [one.suite.name for one in found]
    roles = dict.fromkeys(targets, Role.TARGET) | dict.fromkeys(critical, Role.CRITICAL)
    for name in roles:
        if name not in names:
            hint = nearest(name, names)
            raise UsageError(Code.UNKNOWN_NAME, f"no suite of the results is named {name!r}", hint=hint)
    return [
        replace(one, suite=one.suite.model_copy(update={"role": roles.get(one.suite.name, one.suite.role)}))
        for one in found
    ]


def _change(base: Path, before: "Sequence[Record]", after: "Sequence[Record]") -> "ModelChange":
    from mist_ci.models.plan import ModelChange

    old, new = _reference(before, "base"), _reference(after, "head")
    label = base.name.encode(errors="replace").decode()  # a name on disk may be any bytes
    return ModelChange(name=new.model, path="", base=old, base_label=label, head=new)


def _reference(records: "Sequence[Record]", side: str) -> "ModelReference":
    """Who answered, as far as the results say."""
    from mist_ci.models.modelref import ModelReference

    models = sorted({record.model for record in records} - {""})
    return ModelReference(version=1, provider="results", model=", ".join(models)[:256] or side)


def _notices(
    found: "Sequence[ImportedSuite]", before: "Sequence[Record]", after: "Sequence[Record]"
) -> list[str]:
    """What only head has, and why perhaps nothing meets."""
    from mist_ci import matchspec

    told = [notice for one in found for notice in one.notices]
    told += matchspec.told_of_head_alone(before, after)
    if {one.suite for one in before}.isdisjoint(one.suite for one in after):
        told.append("both sides name their suites differently (after their files?): --suite NAME names both")
    return told


def _show(decision: "Decision", notices: list[str], output_format: str) -> None:
    from mist_ci import report
    from mist_ci.cli.output import say, show_json, show_markdown
    from mist_ci.report.text import plain

    if output_format == "json":
        told = {
            "exit_code": int(decision.outcome.exit_code),
            "decision": decision.model_dump(mode="json"),
            "notices": notices,
        }
        show_json(told)
        return
    text = report.comparison(decision, notices)
    if output_format == "markdown":
        click.echo(text)
        return
    show_markdown(text)
    for reason in decision.reasons[1:]:
        say(f"also    {plain(reason, 500)}")
    say(f"exit    {int(decision.outcome.exit_code)}")
