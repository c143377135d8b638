"""mist-ci validate"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.cli.validate_options import all_options
from mist_ci.errors import Code, ConfigError, ExitCode, UsageError, Where

if TYPE_CHECKING:
    from mist_ci.cli.findings_output import FindingPrinter
    from mist_ci.models.finding import DataReport
    from mist_ci.schemaflux import Noted


@click.command(context_settings=SETTINGS)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@all_options
def validate(paths: tuple[Path, ...], **options: Any) -> int:  # fmt: skip  # noqa: ANN401 - click's own values
    """Check fine-tuning data before the training budget is spent.

    PATHS are files, or directories whose data files are all checked: JSON Lines, JSON arrays, CSV and Parquet,
    also packed with gzip or Zstandard. Of a directory, links that lead out of it are not followed, and .json files
    that hold one object are taken for settings.

    \b
    mist-ci validate data/
    mist-ci validate train.jsonl --for together,trl
    mist-ci validate train.jsonl --trainer train/sft.yaml
    mist-ci validate train.jsonl --template tokenizer_config.json --ignore SF7
    mist-ci validate data/ --since main --suites 'suites/*.yml'
    mist-ci validate data/ --fix --diff
    mist-ci validate data/ --write-baseline known.txt
    mist-ci validate data/ --baseline known.txt --format sarif
    """
    from mist_ci import schemaflux
    from mist_ci.cli import wiring
    from mist_ci.cli.findings_output import FindingPrinter, show
    from mist_ci.cli.repairing import repair, show_repairs
    from mist_ci.models.finding import Severity

    if (options["diff"] or options["jsonl"]) and not options["fix"]:
        flag = "--diff" if options["diff"] else "--jsonl"
        raise UsageError(Code.USAGE, f"{flag} goes with --fix", hint=f"--fix {flag}")
    if options["diff"]:
        return ExitCode.FAILED if show_repairs(paths, options) else ExitCode.PASSED
    if options["fix"]:
        repair(paths, options)
    there = tuple(path for path in paths if path.exists())
    found, noted = _validated(there or paths, options, printer := FindingPrinter(options["show"]))
    if options["write_baseline"]:
        wiring.save_beside(options["write_baseline"], schemaflux.write_baseline(noted))
    if options["output_format"] == "text":
        printer.finish(found, is_repaired=options["fix"])
    else:
        show(found, options["output_format"], Severity(options["fail_on"]))
    for path in paths:
        if path not in there:  # the others were looked at all the same
            hint = "the other files were validated; correct the path, or leave it out"
            raise ConfigError(
                Code.FILE_MISSING, "no such file or directory", where=Where(str(path)), hint=hint
            )
    return ExitCode.FAILED if found.count_gating(Severity(options["fail_on"])) else ExitCode.PASSED


def _validated(
    paths: tuple[Path, ...], options: dict[str, Any], printer: "FindingPrinter"
) -> "tuple[DataReport, Noted]":
    """The report, and the identity of every finding where a baseline is to be written."""
    from mist_ci import schemaflux
    from mist_ci.cli import wiring, wiring_data
    from mist_ci.cli.inspecting import inspection

    noted: Noted = {}
    with wiring_data.training_opener() as opener, wiring_data.scratch() as scratch:
        files = wiring_data.opened(opener, paths)
        before = wiring_data.earlier(opener, paths, options["since"]) if options["since"] else ()
        means = schemaflux.Means(
            wiring.executor(),
            wiring.tokens(options["tokenizer"]),
            wiring_data.workers(options["jobs"], files),
            scratch,
            printer.show if options["output_format"] == "text" else lambda _finding: None,
            noted if options["write_baseline"] else None,
            wiring.labels(),
        )
        infos = opener.infos, opener.infos_before
        found = schemaflux.validate(inspection(files, before, options, infos), means)
        told = (*found.notices, *wiring_data.not_read(opener))
        return found.model_copy(update={"notices": told}), noted
