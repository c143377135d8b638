"""mist-ci dev: commands for whoever sets up a gate or works on it. Only this package may know the simulator."""

import click

from mist_ci.cli.dev.simulate import simulate
from mist_ci.cli.options import SETTINGS


@click.group(context_settings=SETTINGS)
def dev() -> None:
    """For setting up a gate and working on it: nothing that a job needs."""


dev.add_command(simulate)
