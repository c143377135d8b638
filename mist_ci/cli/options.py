"""Options that several commands share, so that they mean the same everywhere."""

from pathlib import Path

import click

POLICY = click.option(
    "--config", default="mist.yml", show_default=True, metavar="PATH", help="The policy's path in the repository."
)  # fmt: skip
GATE = click.option(
    "--gate", "gate_name", metavar="NAME", help="Judge by this gate, whatever branches it guards."
)
RESULTS = click.option(
    "--results", type=click.Path(path_type=Path), default="mist-results", show_default=True,
    help="Each run leaves its records in a new directory below this one.",
)  # fmt: skip
OUTPUT_FORMAT = click.option(
    "--format", "output_format", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="What stdout carries.",
)  # fmt: skip
