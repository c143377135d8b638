"""The options of `mist-ci validate`: many, and of four kinds."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mist_ci.models.data_format import DataFormat

F = TypeVar("F", bound=Callable[..., Any])
_DIGITS = 12


def _names(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """`a,b` and `--option a --option b` are the same."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _ignores(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`data/*.jsonl:SF7,SF801` as a pattern and its codes."""
    found = []
    for value in values:
        pattern, colon, codes = value.rpartition(":")
        if not colon or not pattern or not codes.strip():
            raise click.BadParameter(f"{value!r} is no pattern with codes, such as 'data/legacy/*.jsonl:SF7'")
        found.append((pattern, tuple(code.strip().upper() for code in codes.split(",") if code.strip())))
    return tuple(found)


def _number(_context: click.Context, _option: click.Parameter, value: str) -> int:
    """`all` is a number that nobody reaches."""
    if value == "all":
        return sys.maxsize
    if not (value.isascii() and value.isdigit() and len(value) < _DIGITS):
        raise click.BadParameter(f"{value!r} is neither a number nor `all`")
    return int(value)


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
        "--tokenizer",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The tokenizer.json of an open model, to count tokens with.",
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
KNOWN = (
    click.option(
        "--per-file-ignores",
        multiple=True,
        callback=_ignores,
        metavar="PATTERN:CODES",
        help="Not these rules in files whose path matches, as `data/legacy/*.jsonl:SF7,SF801`.",
    ),
    click.option(
        "--baseline",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Findings that are in this file are known: they are counted, and never fail.",
    ),
    click.option(
        "--write-baseline",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write all findings there are into this file, for --baseline and for the policy.",
    ),
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
COMPARED = (
    click.option(
        "--since",
        metavar="REV",
        help="What the files held at this revision of the repository is known: only new findings fail.",
    ),
    click.option(
        "--suites",
        multiple=True,
        callback=_names,
        metavar="PATTERNS",
        help="Suite files whose prompts the data must not give away, as 'suites/*.yml'; mist:NAME is a ready-made one.",
    ),
)
WHAT_IS_SAID = (
    click.option(
        "--format",
        "output_format",
        type=click.Choice(["text", "json", "sarif", "junit", "github"]),
        default="text",
        show_default=True,
        help="What stdout carries. `github` is for the log of a workflow step, which shows it beside the diff.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "info"]),
        default="error",
        show_default=True,
        help="The least severe finding that gives exit code 1.",
    ),
    click.option(
        "--show",
        default="50",
        callback=_number,
        show_default=True,
        metavar="N|all",
        help="Print the first N findings, of one rule a tenth of them or five, and one of every rule that found "
        "something; 0 prints none. All are counted.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Processes, each of about 200 MB. Two when nothing is said and there is much to read.",
    ),
)


def all_options(command: F) -> F:
    """Every option, in the order in which help lists them."""
    for option in reversed((*WHAT_IT_IS, *WHICH_RULES, *KNOWN, *COMPARED, *REPAIRS, *WHAT_IS_SAID)):
        command = option(command)
    return command
