"""`mist-ci validate --fix`: what can be repaired safely is repaired, file by file, or shown as a diff."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.models.data_format import Container

if TYPE_CHECKING:
    from mist_ci.ports.sources import Opened
    from mist_ci.schemaflux.fixing import Repair


def repair(paths: Sequence[Path], options: dict[str, Any]) -> None:
    """Writes what is different, and says what was done and what was left on stderr. Raises CouldNotRun MC309."""
    from mist_ci.cli import wiring_data

    for opened, one in _repairs(paths, options):
        if isinstance(one, str):
            _tell(f"not repaired: {opened.path}: {one}")
            continue
        try:
            wiring_data.rewrite(Path(opened.path), (line.new for line in one.lines()))
        except ValueError as spoilt:
            _tell(f"not repaired: {opened.path}: {spoilt}")
            continue
        if one.is_needed:
            _tell(f"repaired: {opened.path}: {_done(one)}")


def show_repairs(paths: Sequence[Path], options: dict[str, Any]) -> bool:
    """Prints a unified diff of what `repair` would do, and writes nothing; True when that is anything."""
    is_any = False
    for opened, one in _repairs(paths, options):
        if isinstance(one, str):
            _tell(f"not repaired: {opened.path}: {one}")
            continue
        try:
            for piece in _diff(Path(opened.path), one):
                is_any = True
                _write(piece)
        except ValueError as spoilt:
            _tell(f"not repaired: {opened.path}: {spoilt}")
    return is_any


def _diff(place: Path, one: "Repair") -> Iterator[bytes]:
    """Pieces of the diff. Raises ValueError before the first one where the file cannot be repaired."""
    from mist_ci.schemaflux import fixing

    if not one.is_reshaped:
        return fixing.patch(one.source.path, one.lines)
    for _ in one.lines():
        pass  # can it be done at all?
    return fixing.whole_patch(
        one.source.path, lambda: _lines(place), lambda: (line.new for line in one.lines())
    )


def _lines(place: Path) -> Iterator[bytes]:
    """The lines of a file with their ends."""
    with place.open("rb") as file:
        yield from file


def _repairs(paths: Sequence[Path], options: dict[str, Any]) -> "Iterator[tuple[Opened, Repair | str]]":
    """Every file with its repair, or with the reason why there is none."""
    from mist_ci import schemaflux
    from mist_ci.cli import wiring_data
    from mist_ci.cli.inspecting import format_of, selection
    from mist_ci.ports.sources import BrokenSource
    from mist_ci.schemaflux import fixing

    targets, chosen = wiring_data.targets(options["targets"]), selection(options)
    ignoring = schemaflux.Suppressions(options["per_file_ignores"], root=str(Path().absolute()))
    with wiring_data.training_opener() as opener:
        for opened in wiring_data.opened(opener, paths):
            reason = wiring_data.why_not_rewritten(Path(opened.path))
            reason = reason or fixing.why_not(opened, reshape_all=options["jsonl"])
            is_spread = reason is None and fixing.is_spread(opened)
            rows = opener.open_spread(opened.path, Path(opened.path)) if is_spread else opened
            if isinstance(rows, BrokenSource):
                yield opened, reason or rows.reason
            elif reason is not None:
                yield opened, reason
            else:
                is_reshaped = is_spread or rows.container is Container.JSON_ARRAY
                left = tuple(code for code in fixing.FIXABLE if ignoring.ignores(opened.path, code))
                here = replace(chosen, ignore=(*chosen.ignore, *left))
                yield opened, fixing.Repair(rows, targets, here, format_of(options), is_reshaped)


def _done(one: "Repair") -> str:
    from mist_ci.models.figures import count

    said = [f"{code} × {number:,}" for code, number in sorted(one.resolved.items()) if number]
    rows = [count(one.rows, "row")] if one.rows else []
    ends = [count(one.ends, "line end")] if one.ends else []
    shape = ["written as JSON Lines"] if one.is_reshaped else []
    codes = f" ({', '.join(said)})" if said else ""
    return f"{', '.join([*shape, *rows, *ends])}{codes}"


def _write(piece: bytes) -> None:
    """As it is into a file or a pipe; where somebody watches, or a CI runner does, nothing in it can command."""
    from mist_ci.cli import wiring
    from mist_ci.report.text import workflow_safe

    if wiring.is_watched(sys.stdout):
        click.echo(workflow_safe(piece.decode("utf-8", "replace")), nl=False)
    else:
        sys.stdout.buffer.write(piece)


def _tell(line: str) -> None:
    from mist_ci.report.text import workflow_safe

    click.echo(workflow_safe(line), err=True)
