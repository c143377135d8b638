"""mist-ci verify"""

import os
from pathlib import Path

import click

from mist_ci.cli.options import ENVIRONMENT_TOO, GATE, HISTORY, LEDGER, OUTPUTS, POLICIES, REPOSITORY, RESULTS
from mist_ci.errors import Code, UsageError


@click.command(context_settings=ENVIRONMENT_TOO)
@POLICIES
@GATE
@click.option("--before", metavar="REV", help="What the branch was: a branch, full ref or commit id.")
@click.option("--after", metavar="REV", help="What it is now. Both default to those of the push event.")
@click.option("--branch", metavar="NAME", help="The branch; gates are chosen by it.")
@RESULTS
@OUTPUTS
@HISTORY
@LEDGER
@REPOSITORY
def verify(  # noqa: PLR0913, PLR0917 - one for each option
    configs: tuple[str, ...],
    gate_name: str | None,
    before: str | None,
    after: str | None,
    branch: str | None,
    results: Path,
    outputs: Path | None,
    history: str | None,
    ledger: Path | None,
    repository: Path,
) -> int:
    """Judge a push to a deployment branch again, and raise the alarm when it went round the gate.

    Sets mist/verify on the pushed commit: a failure when the change does not pass, or when nobody had set the
    gate's status to success before it was merged.

    \b
    mist-ci verify                                            in a workflow on push
    mist-ci verify --before 3fa2c1d… --after main --branch main
    """
    from mist_ci.cli import jobs
    from mist_ci.job import Settings
    from mist_ci.models.event import Mode, Occasion

    if not (before or after or branch):
        occasion = jobs.occasion(os.environ)
        if occasion.mode not in (Mode.VERIFY_PUSH, Mode.IGNORE):
            hint = "run it on push, or name --before, --after and --branch"
            raise UsageError(Code.USAGE, f"a {occasion.event_name} event is no push to verify", hint=hint)
    elif before and after and branch:
        occasion = Occasion(
            mode=Mode.VERIFY_PUSH,
            event_name="verify",
            reason="asked by hand",
            base_ref=branch,
            base_sha=before,
        )
    else:
        raise UsageError(Code.USAGE, "--before, --after and --branch go together")
    places = jobs.Places(results, repository, outputs, history, ledger)
    return jobs.judge(occasion, Settings(configs, gate_name), places, after)
