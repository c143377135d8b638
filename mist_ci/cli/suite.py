"""mist-ci suite: writing suites, and looking at them before anybody is asked. No network, no key, no policy."""

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.cli.suite_hash import hash_suites
from mist_ci.cli.suite_lint import lint
from mist_ci.cli.suite_new import new
from mist_ci.cli.suite_show import show


@click.group(context_settings=SETTINGS)
def suite() -> None:
    """Write suites, and look at them before a model is asked."""


for command in (lint, show, new, hash_suites):
    suite.add_command(command)
