"""Options that several commands share, so that they mean the same everywhere."""

from pathlib import Path

import click

from mist_ci.errors import Code, UsageError

SETTINGS = {"help_option_names": ["-h", "--help"]}
"""For every command itself: click remembers the help option of a command's first use, with or without its group."""
ENVIRONMENT_TOO = {**SETTINGS, "auto_envvar_prefix": "MIST_CI"}
"""Options may come from the environment as well: a CI runner quotes arguments naively."""

POLICIES = click.option(
    "--config", "configs", multiple=True, default=("mist.yml",), show_default=True, metavar="PATH",
    help="The policy's path in the repository, or a pattern such as services/*/mist.yml. May be given again.",
)  # fmt: skip
POLICY_HERE = click.option(
    "--config", type=click.Path(path_type=Path), default="mist.yml", show_default=True,
    help="The policy; suites and the reference are found beside it.",
)  # fmt: skip
CHOSEN = click.option(
    "--suite", "chosen", multiple=True, metavar="NAME", help="Only this suite; may be repeated."
)
GATE = click.option(
    "--gate", "gate_name", metavar="NAME", help="Judge by this gate, whatever branches it guards."
)
RESULTS = click.option(
    "--results-dir", "results", type=click.Path(path_type=Path), default="mist-results", show_default=True,
    help="Each run leaves its records in a new directory below this one.",
)  # fmt: skip
OUTPUTS = click.option(
    "--outputs", metavar="DIR", callback=lambda _context, _option, value: Path(value) if value else None,
    help="Reuse answers that models gave to earlier runs, stored in this directory. Verdicts are never reused.",
)  # fmt: skip
OUTPUTS_MODE = click.option(
    "--outputs-mode", type=click.Choice(["read", "read-write"]), default="read-write", show_default=True,
    help="Whether new answers are stored in --outputs as well.",
)  # fmt: skip
RECORD = click.option(
    "--record", metavar="FILE", type=click.Path(path_type=Path),
    help="Write every request and its answer into this new file.",
)  # fmt: skip
REPLAY = click.option(
    "--replay", metavar="FILE", type=click.Path(path_type=Path),
    help="Ask nobody: take all answers from a file that --record wrote. A request that is not in it is an error.",
)  # fmt: skip
HISTORY = click.option(
    "--history", metavar="PLACE",
    help="Where iterations are kept for `mist-ci history`: a directory, `git` (the ref refs/mist/results), or `off`.",
)  # fmt: skip
LEDGER = click.option(
    "--ledger", metavar="DIR", callback=lambda _context, _option, value: Path(value) if value else None,
    help="Where the spend of all runs is kept: budgets of pull requests and months are held against it.",
)  # fmt: skip


def _one_word(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if len(value.split()) > 1:
        hint = "a number, or the name of its branch"
        raise UsageError(Code.USAGE, f"--pull-request {value[:100]!a} is more than one word", hint=hint)
    return value.strip()


PULL_REQUEST = click.option(
    "--pull-request", metavar="NAME", default="", callback=_one_word,
    help="Which pull request this is, in one word: earlier runs with it count in its budgets.",
)  # fmt: skip
REPOSITORY = click.option(
    "--repository", type=click.Path(path_type=Path), default=".", show_default=True, help="A git repository."
)
OUTPUT_FORMAT = click.option(
    "--format", "output_format", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="What stdout carries.",
)  # fmt: skip
