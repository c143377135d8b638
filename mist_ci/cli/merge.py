"""mist-ci merge"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.errors import Code, ConfigError, ExitCode, UsageError, Where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mist_ci.matchspec import Part

TRACE = "trace.jsonl"


@click.command(context_settings=SETTINGS)
@click.argument("directories", nargs=-1, required=True, metavar="DIR…", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", "out", required=True, type=click.Path(path_type=Path), metavar="DIR",
    help="The directory for the results of the whole; it must not hold any.",
)  # fmt: skip
@OUTPUT_FORMAT
def merge(directories: tuple[Path, ...], out: Path, output_format: str) -> int:
    """Join the results of all shards of one `mist-ci eval` into those of a run that was not cut.

    DIR is a results directory, or one that holds some. Every shard must be there once, be finished, and be about the
    same model and suites. What is written is the same whatever the order, and the same for one run without shards.
    Spans of the shards are kept as they are: a ledger that has both counts them once.

    \b
    mist-ci eval models/assistant.yml --shard 1/2 --results-dir one
    mist-ci eval models/assistant.yml --shard 2/2 --results-dir two
    mist-ci merge one two -o head
    mist-ci compare base head
    """
    import msgspec

    from mist_ci import matchspec
    from mist_ci.cli import wiring
    from mist_ci.cli.output import say, show_json
    from mist_ci.models.eval_run import EVAL_FILE
    from mist_ci.models.figures import count

    places = [place for directory in directories for place in _runs(directory)]
    parts = [_part(place) for place in dict.fromkeys(places)]
    whole = matchspec.merge(parts, str(out))
    if (out / EVAL_FILE).exists() or (out / "attempts.jsonl").exists():
        hint = "name a new directory with -o"
        raise UsageError(Code.FILE_EXISTS, "holds results already", where=Where(str(out)), hint=hint)
    files = wiring.result_files()
    files.write(str(out / "attempts.jsonl"), [msgspec.json.encode(one) for one in whole.attempts])
    if spans := _spans(parts):
        files.write(str(out / TRACE), spans)
    files.write(str(out / EVAL_FILE), [whole.run.model_dump_json(indent=2).encode()])
    if output_format == "json":
        show_json(whole.run.model_dump(mode="json") | {"attempts": len(whole.attempts)})
    else:
        runs = count(len(whole.run.merged), "run")
        say(f"{count(len(whole.attempts), 'attempt')} of {runs} in {out}: {whole.run.selection.label}")
    return ExitCode.PASSED


def _runs(directory: Path) -> list[Path]:
    """A results directory itself, or those in it. Raises ConfigError MC101."""
    from mist_ci.models.eval_run import EVAL_FILE

    found = [file.parent for file in sorted(directory.rglob(EVAL_FILE)) if file.is_file()]
    if not found:
        hint = "hand over what `mist-ci eval` wrote below --results-dir"
        message = f"there are no results of `mist-ci eval` in it: no {EVAL_FILE}"
        raise ConfigError(Code.FILE_MISSING, message, where=Where(str(directory)), hint=hint)
    return found


def _part(place: Path) -> "Part":
    from mist_ci import matchspec
    from mist_ci.cli.local import read_file
    from mist_ci.models.eval_run import EVAL_FILE

    attempts = place / "attempts.jsonl"
    found = read_file(attempts) if attempts.exists() else b""  # a shard of no sample has none
    return matchspec.read_part(str(place), read_file(place / EVAL_FILE), found)


def _spans(parts: "Sequence[Part]") -> list[bytes]:
    """Those of all shards as they are: each keeps its trace, so a span counts once, whoever reads it here or there."""
    from mist_ci.cli.local import read_file

    files = [Path(one.place) / TRACE for one in sorted(parts, key=lambda one: one.run.run)]
    return [line for file in files if file.exists() for line in read_file(file).splitlines()]
