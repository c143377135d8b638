"""mist-ci action"""

import os
from pathlib import Path

import click

from mist_ci.cli.options import ENVIRONMENT_TOO, GATE, HISTORY, LEDGER, OUTPUTS, POLICIES, REPOSITORY, RESULTS


@click.command(context_settings=ENVIRONMENT_TOO)
@POLICIES
@GATE
@click.option(
    "--spend", type=click.Choice(["own", "all", "none"]), default="own", show_default=True,
    help="For whose changes models may be asked: branches of this repository, forks too, or nobody's.",
)  # fmt: skip
@click.option(
    "--comment", type=click.Choice(["always", "on-change", "on-failure", "off"]), default="on-change",
    show_default=True, help="When a pull request gets a comment. One that stands is always brought up to date.",
)  # fmt: skip
@click.option(
    "--base", metavar="REV", help="For runs on demand: compare with this branch, full ref or commit id."
)
@click.option("--head", metavar="REV", help="For runs on demand: judge this branch, full ref or commit id.")
@RESULTS
@click.option(
    "--base-results", metavar="NAME",
    help="What another evaluator measured of base: a file or directory below RUNNER_TEMP.",
)  # fmt: skip
@click.option("--head-results", metavar="NAME", help="The same of head; its model is not asked then.")
@click.option("--anchor-results", metavar="NAME", help="The same of the anchor, where the gate has one.")
@OUTPUTS
@HISTORY
@LEDGER
@REPOSITORY
def action(  # noqa: PLR0913, PLR0917 - one for each option
    configs: tuple[str, ...],
    gate_name: str | None,
    spend: str,
    comment: str,
    base: str | None,
    head: str | None,
    results: Path,
    base_results: str | None,
    head_results: str | None,
    anchor_results: str | None,
    outputs: Path | None,
    history: str | None,
    ledger: Path | None,
    repository: Path,
) -> int:
    """Judge what the GitHub event of this job is about, and report it there.

    Reads the runner's environment: the event, the repository, and GITHUB_TOKEN, without which nothing is posted.
    Pull requests and merge groups get a pending status at once, then the verdict as status, job summary, comment,
    annotations and outputs, in this order. Pushes, schedules and runs by hand set mist/verify.

    \b
    mist-ci dev simulate --base main --head my-branch     shows all of it without GitHub
    """
    from mist_ci.cli import jobs
    from mist_ci.delivery import CommentMode
    from mist_ci.job import Settings, Spend

    handed = {"base": base_results, "head": head_results, "anchor": anchor_results}
    reading = jobs.results_of(handed)
    settings = Settings(configs, gate_name, Spend(spend), CommentMode(comment), base or None, reading)
    places = jobs.Places(results, repository, outputs, history, ledger)
    return jobs.judge(jobs.occasion(os.environ), settings, places, head or None)
