"""mist-ci suite lint"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.cli.suite_files import READY_MADE, suite_paths
from mist_ci.errors import Code, ConfigError, ExitCode, UsageError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mist_ci.matchspec import Examination, Remark
    from mist_ci.models.suite import Suite

POLICY = click.option(
    "--config", type=click.Path(path_type=Path), default="mist.yml", show_default=True, metavar="PATH",
    help="The policy that lists the suites, where none is named.",
)  # fmt: skip


@click.command("lint", context_settings=SETTINGS)
@click.argument("files", nargs=-1, metavar="[FILE…]")
@POLICY
@click.option("--strict", is_flag=True, help="Exit with 1 where there is a warning.")
@OUTPUT_FORMAT
def lint(files: tuple[str, ...], config: Path, strict: bool, output_format: str) -> int:
    """Check suite files: every error in them and their data, and what they may not measure.

    FILE is a suite file or a pattern; without one: the policy's suites, else suites/*.yml. Exit code 2 where a suite
    would not load. Warnings are about samples that are alike, that give their answers away, or are too few.

    \b
    mist-ci suite lint
    mist-ci suite lint 'suites/*.yml' --format json
    """
    from mist_ci import matchspec
    from mist_ci.cli import wiring
    from mist_ci.cli.output import show_json

    tree, executor = wiring.directory(Path()), wiring.executor()
    paths = suite_paths(tree, files, config)
    if ready_made := [path for path in paths if path.startswith(READY_MADE)]:
        hint = "leave it out: ready-made suites come checked"
        raise UsageError(Code.USAGE, f"{ready_made[0]} is no file", hint=hint)
    found = _without_twins([matchspec.examine(tree, path, executor) for path in paths])
    told = [(one, [*one.remarks, *_too_few(one.suite)]) for one in found]
    if output_format == "json":
        show_json({"suites": [_as_json(one, remarks) for one, remarks in told]})
    else:
        _print(told)
    if any(one.errors for one in found):
        return ExitCode.CONFIG
    return ExitCode.FAILED if strict and any(remarks for _, remarks in told) else ExitCode.PASSED


def _without_twins(found: "Sequence[Examination]") -> "list[Examination]":
    """Two suites of one name blur in every report."""
    from dataclasses import replace

    seen: dict[str, str] = {}
    checked = []
    for one in found:
        name = one.suite.name if one.suite else None
        if name is not None and name in seen:
            where = Where(one.path, field="name")
            twin = ConfigError(
                Code.DUPLICATE, f"the suite name {name!r} is taken by {seen[name]}", where=where
            )
            checked.append(replace(one, errors=(*one.errors, twin)))
            continue
        if name is not None:
            seen[name] = one.path
        checked.append(one)
    return checked


def _too_few(suite: "Suite | None") -> "Iterator[Remark]":
    """What this many samples can find, as `mist-ci plan` has it."""
    from mist_ci import gate
    from mist_ci.matchspec import Remark
    from mist_ci.models.config import Gate
    from mist_ci.models.figures import count, points

    if suite is None or suite.imported:
        return
    bar = Gate(branches=("*",))
    found = gate.prospects(suite, bar, gate.Hypotheses.of([suite]), None)
    if found.only_collapses:
        samples = count(len(suite.samples), "sample")
        find = "finds" if len(suite.samples) == 1 else "find"
        message = (
            f"{samples} {find} a drop of {points(found.finds)} points at 80% power, and smaller ones by luck"
        )
        margin = points(gate.margin_of(suite, bar))
        hint = f"{found.needs} samples certify that a clean change holds a margin of {margin} points"
        yield Remark("too-few-samples", message, hint)


def _as_json(one: "Examination", remarks: "Sequence[Remark]") -> dict[str, Any]:
    from dataclasses import asdict

    suite = one.suite
    return {
        "path": one.path,
        "name": suite.name if suite else None,
        "samples": len(suite.samples) if suite else None,
        "digest": suite.digest if suite else None,
        "errors": [
            {"code": error.code, "message": error.message, "hint": error.hint, **_place(error)}
            for error in one.errors
        ],
        "warnings": [asdict(remark) for remark in remarks],
    }


def _place(error: ConfigError) -> dict[str, Any]:
    where = error.where or Where("")
    return {"file": where.file or None, "line": where.line, "column": where.column, "field": where.field}


def _print(told: "Sequence[tuple[Examination, Sequence[Remark]]]") -> None:
    from mist_ci.cli.output import say
    from mist_ci.models.figures import count
    from mist_ci.report.text import plain

    for one, remarks in told:
        for error in one.errors:
            say(f"{error.where or one.path}: error {error.code}: {plain(error.message, 400)}")
            if error.hint:
                say(f"  next: {plain(error.hint, 400)}")
        for remark in remarks:
            say(f"{one.path}: warning {remark.name}: {plain(remark.message, 400)}")
            say(f"  next: {remark.hint}")
        if one.suite is not None and not one.errors:
            say(f"{one.path}: {one.suite.name}, {count(len(one.suite.samples), 'sample')}")
    errors, warnings = sum(len(one.errors) for one, _ in told), sum(len(remarks) for _, remarks in told)
    say(f"{count(len(told), 'suite')}: {count(errors, 'error')}, {count(warnings, 'warning')}")
