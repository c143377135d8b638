"""mist-ci cache: looking after a directory of stored answers."""

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.errors import Code, ExitCode, UsageError

if TYPE_CHECKING:
    from mist_ci.models.output_cache import CacheSurvey, Pruned

DIRECTORY = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_SHOWN_FLAWS = 20


@click.group(context_settings=SETTINGS)
def cache() -> None:
    """Look after answers that `--outputs DIR` has stored.

    Nothing here asks a model. See docs/outputs.md.
    """


@cache.command("stats", context_settings=SETTINGS)
@DIRECTORY
@OUTPUT_FORMAT
def stats(directory: Path, output_format: str) -> int:
    """Say what is in DIR: entries, models, ages, bytes, and how many requests it would answer now.

    \b
    mist-ci cache stats .mist-outputs
    """
    survey = _survey(directory)
    if output_format == "json":
        _show_json(survey)
    else:
        _print(survey)
    return ExitCode.PASSED


@cache.command("verify", context_settings=SETTINGS)
@DIRECTORY
@OUTPUT_FORMAT
def verify(directory: Path, output_format: str) -> int:
    """Hold every entry in DIR against its checksum. Exit code 1 when a line is damaged, cut off or not understood.

    Such lines are never used; `mist-ci cache prune` takes them out. Several answers to one request are no flaw:
    the first counts.

    \b
    mist-ci cache verify .mist-outputs --format json
    """
    from mist_ci.cli.output import say
    from mist_ci.models.figures import count

    survey = _survey(directory)
    if output_format == "json":
        _show_json(survey)
    else:
        for flaw in survey.flaws[:_SHOWN_FLAWS]:
            say(f"{flaw.file}{'' if flaw.line is None else f':{flaw.line}'}: {flaw.what}")
        if (more := len(survey.flaws) - _SHOWN_FLAWS) > 0:
            say(f"and {count(more)} more")
        whole = f"{_entries(survey.entries)} whole, {count(survey.repeated)} of them repeated"
        say(f"{whole}; {count(len(survey.flaws), 'flaw')}")
    return ExitCode.FAILED if survey.flaws else ExitCode.PASSED


@cache.command("prune", context_settings=SETTINGS)
@DIRECTORY
@click.option("--older-than", metavar="AGE", help="Answers older than this go: 30d, 12h, 90m.")
@click.option("--max-size", metavar="SIZE", help="The oldest go until the rest fits: 200M, 1G, or bytes.")
@click.option(
    "--model", "models", multiple=True, metavar="ID", help="Answers of this model go; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@OUTPUT_FORMAT
def prune(
    directory: Path,
    older_than: str | None,
    max_size: str | None,
    models: tuple[str, ...],
    dry_run: bool,
    output_format: str,
) -> int:
    """Make DIR smaller: by age, by size, by model. Lines that hold no answer any more go as well.

    Files that were written to within the last ten minutes are left alone: a run may go on there.

    \b
    mist-ci cache prune .mist-outputs --older-than 30d --dry-run
    mist-ci cache prune .mist-outputs --model gpt-4o-mini --max-size 100M
    """
    from mist_ci.cli import wiring
    from mist_ci.models.output_cache import Keep

    not_before = wiring.now() - _age(older_than) if older_than is not None else None
    keep = Keep(not_before, _size(max_size) if max_size is not None else None, models)
    pruned = wiring.output_cache(directory).prune(keep, dry_run=dry_run)
    _tell_pruned(pruned, output_format, dry_run=dry_run)
    return ExitCode.PASSED


def _survey(directory: Path) -> "CacheSurvey":
    from mist_ci.cli import wiring
    from mist_ci.matchspec.reuse import ALIAS_AGE

    return wiring.output_cache(directory).survey(ALIAS_AGE)


def _print(survey: "CacheSurvey") -> None:
    from mist_ci.cli.output import say
    from mist_ci.models.figures import count

    size, repeated = (
        _told_size(survey.size_bytes),
        f"; {count(survey.repeated)} repeated" if survey.repeated else "",
    )
    say(f"{_entries(survey.entries)} in {count(survey.files, 'file')}, {size}{repeated}")
    if survey.models:
        say(f"{'model':32} {'entries':>8} {'usable':>8} {'size':>10}  {'oldest':10}  newest")
    for one in survey.models:
        days = [f"{day:%Y-%m-%d}" if day else "" for day in (one.oldest, one.newest)]
        name = one.model if one.is_pinned else f"{one.model} (alias)"
        size = _told_size(one.size_bytes)
        say(f"{name:32} {one.entries:>8,} {one.usable:>8,} {size:>10}  {days[0]:10}  {days[1]}".rstrip())
    if survey.flaws:
        say(f"{count(len(survey.flaws), 'line')} cannot be used: mist-ci cache verify says which")


def _told_size(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:,.1f} MiB" if size_bytes >= 2**20 else f"{size_bytes / 2**10:,.1f} KiB"


def _tell_pruned(pruned: "Pruned", output_format: str, *, dry_run: bool) -> None:
    from dataclasses import asdict

    from mist_ci.cli.output import say, show_json
    from mist_ci.models.figures import count

    if output_format == "json":
        show_json({**asdict(pruned), "dry_run": dry_run})
        return
    said = "would be removed" if dry_run else "removed"
    flaws = f" and {count(pruned.flaws, 'line')} that hold no answer" if pruned.flaws else ""
    say(f"{_entries(pruned.entries)}{flaws} {said}, {_told_size(pruned.size_bytes)}")
    for name in pruned.in_use:
        say(f"left alone, because a run may be writing to it: {name}")


def _show_json(survey: "CacheSurvey") -> None:
    from dataclasses import asdict

    from mist_ci.cli.output import show_json

    document = asdict(survey)
    for one in document["models"]:
        for key in ("oldest", "newest"):
            one[key] = one[key].isoformat() if one[key] else None
    show_json(document)


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,6})([dhm])", text)
    if not found:
        raise UsageError(Code.USAGE, f"{text!r} is no age", hint="write 30d, 12h or 90m")
    return timedelta(**{{"d": "days", "h": "hours", "m": "minutes"}[found[2]]: int(found[1])})


def _size(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,15})([kmg]?)(?:i?b)?", text.lower())
    if not found:
        raise UsageError(Code.USAGE, f"{text!r} is no size", hint="write 200M, 1G, or a number of bytes")
    return int(found[1]) * _UNITS[found[2]]
