"""mist-ci gate"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import (
    ENVIRONMENT_TOO,
    GATE,
    HISTORY,
    LEDGER,
    OUTPUT_FORMAT,
    OUTPUTS,
    OUTPUTS_MODE,
    POLICIES,
    PULL_REQUEST,
    REPOSITORY,
    RESULTS,
)
from mist_ci.cli.results import GRADER, RESULTS_OF_OTHERS, SUITE, TOOL, reading

if TYPE_CHECKING:
    from mist_ci.models.report import Report
    from mist_ci.pipeline import Ask
    from mist_ci.ports import World


@click.command(context_settings=ENVIRONMENT_TOO)
@click.option(
    "--base", required=True, metavar="REV", help="The branch to merge into; its tip holds the policy."
)
@click.option("--head", default="HEAD", show_default=True, metavar="REV", help="The change to judge.")
@POLICIES
@GATE
@REPOSITORY
@RESULTS
@OUTPUTS
@OUTPUTS_MODE
@HISTORY
@LEDGER
@PULL_REQUEST
@RESULTS_OF_OTHERS
@TOOL
@GRADER
@SUITE
@OUTPUT_FORMAT
def gate(  # noqa: PLR0913, PLR0917 - one for each option
    base: str,
    head: str,
    configs: tuple[str, ...],
    gate_name: str | None,
    repository: Path,
    results: Path,
    outputs: Path | None,
    outputs_mode: str,
    history: str | None,
    ledger: Path | None,
    pull_request: str,
    handed: tuple[str, ...],
    tool: str | None,
    grader: str | None,
    suite: str | None,
    output_format: str,
) -> int:
    """Judge the change from BASE to HEAD.

    Reads both as git objects; head is never checked out. Validates changed training data, runs the suites on
    changed model references, compares, decides, and prints the comment that a pull request would get.

    \b
    mist-ci gate --base main --head my-branch
    mist-ci gate --base origin/main --format json > verdict.json
    mist-ci gate --base main --results base=base.eval --results head=head.eval
    """
    from mist_ci.cli import wiring
    from mist_ci.cli.local import refuse_missing
    from mist_ci.cli.output import say, show_json
    from mist_ci.cli.stored import outputs_by_hand
    from mist_ci.pipeline import Ask

    refuse_missing(repository)
    stored = outputs_by_hand(outputs, outputs_mode)
    read = reading(handed, tool, grader, suite)
    asked = Ask(base, head, configs, gate_name, results=read, pull_requests=pull_request)
    kept = wiring.iterations(history or str(results / "history"), repository, os.environ)
    reports = _judge(wiring.world(results, repository, stored, kept, ledger), asked)
    worst = max((one.decision.outcome for one in reports), key=lambda outcome: outcome.rank)
    if output_format == "json":
        show_json(_plain(reports, int(worst.exit_code)))
        return worst.exit_code
    for one in reports:
        _show(one)
    say(f"exit    {int(worst.exit_code)}")
    return worst.exit_code


def _judge(world: "World", asked: "Ask") -> "tuple[Report, ...]":
    """A report for each gate. What was found out is remembered; where it cannot be, stderr says so."""
    from mist_ci.pipeline import remember, run_gates
    from mist_ci.report import workflow_safe

    reports = run_gates(world, asked)
    for trouble in remember(world, reports):
        click.echo(workflow_safe(f"warning: {trouble}"), err=True)
    return reports


def _show(one: "Report") -> None:
    from mist_ci import report
    from mist_ci.cli.output import say, show_markdown

    status = report.status(one)
    show_markdown(report.comment(one))
    say(f"status  {status.context}: {status.state} - {status.description}")
    say(f"results {one.results_dir}")


def _plain(reports: "tuple[Report, ...]", exit_code: int) -> dict[str, object]:
    from mist_ci import report

    return {
        "exit_code": exit_code,
        "statuses": [report.status(one).model_dump(mode="json") for one in reports],
        "reports": [one.model_dump(mode="json") for one in reports],
    }
