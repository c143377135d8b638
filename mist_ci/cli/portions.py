"""Options that ask less than everything, and what they mean."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mist_ci.errors import Code, UsageError

if TYPE_CHECKING:
    from mist_ci.models.eval_run import Selection

F = TypeVar("F", bound=Callable[..., Any])
_SHARD = re.compile(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})")


def _listed(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in (value or "").split(",") if part.strip()))


def _shard(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    match = _SHARD.fullmatch(value)
    if match is None or not int(match[1]) <= int(match[2]) <= 10_000:  # noqa: PLR2004 - as Shard has it
        raise click.BadParameter(f"{value!r} is no shard; the second of four is 2/4")
    return int(match[1]), int(match[2])


_OPTIONS = (
    click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N samples of each suite."),
    click.option("--tags", callback=_listed, metavar="A,B", help="Only samples with one of these tags."),
    click.option("--not-tags", callback=_listed, metavar="A,B", help="No samples with one of these tags."),
    click.option(
        "--samples", metavar="ID,…|FILE", help="Only these samples, by id or key; or a file with one a line."
    ),
    click.option(
        "--shard", callback=_shard, metavar="I/N",
        help="The I-th of N parts, for as many jobs; `mist-ci merge` joins their results.",
    ),
)  # fmt: skip


def portion_options(command: F) -> F:
    """Adds them to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def selection_of(
    limit: int | None,
    tags: tuple[str, ...],
    not_tags: tuple[str, ...],
    samples: str | None,
    shard: tuple[int, int] | None,
) -> "Selection":
    """What the options say. Raises UsageError MC201 for a list of samples without any."""
    from mist_ci.models.eval_run import Selection, Shard

    part = None if shard is None else Shard(index=shard[0], count=shard[1])
    return Selection(limit=limit, tags=tags, not_tags=not_tags, samples=_names(samples), shard=part)


def _names(samples: str | None) -> tuple[str, ...]:
    if samples is None:
        return ()
    from mist_ci.cli.local import read_file

    path = Path(samples)
    text = read_file(path).decode(errors="replace") if path.is_file() else samples.replace(",", "\n")
    names = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not names:
        raise UsageError(
            Code.USAGE, "--samples names none", hint="give ids between commas, or a file with one a line"
        )
    return names
