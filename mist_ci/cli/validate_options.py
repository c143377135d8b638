"""The options of `mist-ci validate`: many, and of four kinds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mist_ci.models.data_format import DataFormat

F = TypeVar("F", bound=Callable[..., Any])


def _names(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """`a,b` and `--option a --option b` are the same."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


WHAT_IT_IS = (
    click.option(
        "--for",
        "targets",
        multiple=True,
        callback=_names,
        metavar="NAMES",
        help="Providers and trainers that it is for, as `together,trl`, or a file of your own: what each of them would "
        "do with every row. `mist-ci targets` lists them.",
    ),
    click.option(
        "--data-format",
        type=click.Choice([one.value for one in DataFormat]),
        help="The format of the rows, where it shall not be detected.",
    ),
    click.option(
        "--template",
        metavar="FILE",
        help="A chat template that every row must render in: a .jinja file, tokenizer_config.json, or a name as "
        "`chatml`.",
    ),
    click.option(
        "--model", default="", metavar="NAME", help="The model to be trained: chooses how tokens are counted."
    ),
    click.option(
        "--trainer",
        "trainers",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The configuration that axolotl, LLaMA-Factory, TRL or torchtune is started with: what would it cut or "
        "drop?",
    ),
)
WHICH_RULES = (
    click.option(
        "--select",
        multiple=True,
        callback=_names,
        metavar="CODES",
        help="Only these rules: codes, or beginnings of codes as `SF8`.",
    ),
    click.option(
        "--extend-select", multiple=True, callback=_names, metavar="CODES", help="These rules as well."
    ),
    click.option("--ignore", multiple=True, callback=_names, metavar="CODES", help="Not these rules."),
)
REPAIRS = (
    click.option(
        "--fix",
        is_flag=True,
        help="First repair what is safe: byte order marks, line ends, JSON that is not JSON Lines, spellings of roles, "
        "ids and arguments of tool calls as --for wants them, null arguments.",
    ),
    click.option("--diff", is_flag=True, help="With --fix: print what would change, and write nothing."),
    click.option(
        "--jsonl", is_flag=True, help="With --fix: JSON arrays become JSON Lines whatever the file is called."
    ),
)
WHAT_IS_SAID = (
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "info"]),
        default="error",
        show_default=True,
        help="The least severe finding that gives exit code 1.",
    ),
    click.option(
        "--show",
        type=click.IntRange(min=0),
        default=50,
        show_default=True,
        metavar="N",
        help="Print the first N findings; all are counted.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Processes. As many as there are cores when nothing is said and there is much to read.",
    ),
)


def all_options(command: F) -> F:
    """Every option, in the order in which help lists them."""
    for option in reversed((*WHAT_IT_IS, *WHICH_RULES, *REPAIRS, *WHAT_IS_SAID)):
        command = option(command)
    return command
