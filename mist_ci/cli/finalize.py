"""mist-ci finalize"""

import os
from pathlib import Path

import click

from mist_ci.cli.options import ENVIRONMENT_TOO, GATE, POLICIES, REPOSITORY, RESULTS
from mist_ci.errors import ExitCode


@click.command(context_settings=ENVIRONMENT_TOO)
@POLICIES
@GATE
@RESULTS
@REPOSITORY
def finalize(configs: tuple[str, ...], gate_name: str | None, results: Path, repository: Path) -> int:
    """Set an error for every gate that this run was to judge and has not.

    For the last job of a workflow, with `if: always()`: a job that was killed, or whose image could not be pulled,
    cannot say so itself. Where every status has its verdict, nothing is posted.
    """
    from mist_ci.cli import jobs
    from mist_ci.job import Settings
    from mist_ci.models.event import Mode

    occasion = jobs.occasion(os.environ)
    if occasion.mode is Mode.IGNORE:
        return jobs.nothing(occasion.reason)
    job = jobs.job(occasion, Settings(configs, gate_name), jobs.Places(results, repository))
    result = job.finalize()
    jobs.show(result)
    return ExitCode(result.exit_code)
