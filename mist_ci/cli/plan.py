"""mist-ci plan"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import GATE, LEDGER, OUTPUT_FORMAT, POLICIES, PULL_REQUEST, REPOSITORY, SETTINGS
from mist_ci.errors import Code, ConfigError, ExitCode, UsageError, Where

if TYPE_CHECKING:
    from mist_ci.models.outlook import Outlook
    from mist_ci.pipeline import Ask
    from mist_ci.ports import World
    from mist_ci.stages import Earlier


@click.command(context_settings=SETTINGS)
@click.option(
    "--base", metavar="REV", help="The branch to merge into. Without it: the files as they are now."
)
@click.option("--head", metavar="REV", help="The change to look at; HEAD unless given.")
@POLICIES
@GATE
@REPOSITORY
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    help="The report.json of an earlier run: its spread and its lengths of answers. May be given again.",
)
@LEDGER
@PULL_REQUEST
@OUTPUT_FORMAT
def plan(  # noqa: PLR0913, PLR0917 - one for each option
    base: str | None,
    head: str | None,
    configs: tuple[str, ...],
    gate_name: str | None,
    repository: Path,
    reports: tuple[Path, ...],
    ledger: Path | None,
    pull_request: str,
    output_format: str,
) -> int:
    """Show what a gate would ask, what that costs, and what it can decide.

    No model is asked, no key is needed. With --base: the gate of that change. Without: the policy and the suites as
    the files are now, as if every model changed. Warnings are no failure: the exit code is 0.

    \b
    mist-ci plan
    mist-ci plan --base main --head my-branch
    mist-ci plan --report mist-results/20261126T120000Z-12345678/report.json
    """
    from dataclasses import replace

    from mist_ci import planning
    from mist_ci.cli import wiring
    from mist_ci.cli.local import read_file, refuse_missing
    from mist_ci.cli.output import show_json
    from mist_ci.cli.plan_output import show
    from mist_ci.pipeline import Ask
    from mist_ci.ports.no_results import NoResults

    refuse_missing(repository)
    if head is not None and base is None:
        raise UsageError(Code.USAGE, "--head needs --base", hint="name the branch to merge into: --base main")
    earlier = planning.read_all_earlier({str(path): read_file(path) for path in reports})
    world = replace(wiring.world(Path(), repository, ledger=ledger), results=NoResults())
    found = (
        _of_files(world, repository, configs, gate_name, earlier)
        if base is None
        else _of_change(
            world, Ask(base, head or "HEAD", configs, gate_name, pull_requests=pull_request), earlier
        )
    )
    if output_format == "json":
        show_json({"plans": [one.model_dump(mode="json") for one in found]})
        return ExitCode.PASSED
    for one in found:
        show(one)
    return ExitCode.PASSED


def _of_change(world: "World", ask: "Ask", earlier: "Earlier") -> "list[Outlook]":
    from mist_ci.pipeline import find_cases
    from mist_ci.stages import outlook_of_change

    event, cases = find_cases(world, ask)
    return [outlook_of_change(world, event, case, earlier, ask.pull_requests) for case in cases]


def _of_files(
    world: "World", root: Path, configs: tuple[str, ...], gate_name: str | None, earlier: "Earlier"
) -> "list[Outlook]":
    """Every gate of every policy that is there. Raises UsageError when the chosen gate is in none."""
    from mist_ci import planning
    from mist_ci.cli import wiring
    from mist_ci.parsing.document import nearest
    from mist_ci.parsing.glob import matches
    from mist_ci.stages import outlook_of_files

    tree, cases = wiring.directory(root), []
    names: list[str] = []
    # A path that no file has stays in the list, and is told as missing below.
    found = [[one for one in tree.paths() if matches(config, one)] or [config] for config in configs]
    for config in dict.fromkeys(path for paths in found for path in paths):
        policy = planning.read_policy(tree, config)
        if policy is None:
            hint = "`mist-ci init` writes one; --config names another"
            raise ConfigError(Code.FILE_MISSING, "there is no policy here", where=Where(config), hint=hint)
        names += list(policy.gates)
        cases += [planning.Case(name, config, policy) for name in policy.gates if gate_name in (None, name)]
    if not cases:
        known = nearest(gate_name or "", names)
        raise UsageError(Code.UNKNOWN_NAME, f"no gate is named {gate_name!r}", hint=known)
    return [outlook_of_files(world, tree, case, earlier) for case in cases]
