"""mist-ci validate"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.cli.validate_options import all_options
from mist_ci.errors import Code, ExitCode, UsageError
from mist_ci.models.data_format import DataFormat

if TYPE_CHECKING:
    from mist_ci.schemaflux import Inspection


@click.command(context_settings=SETTINGS)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@all_options
@OUTPUT_FORMAT
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
    mist-ci validate data/ --fix --diff
    """
    from mist_ci import schemaflux
    from mist_ci.cli import wiring
    from mist_ci.cli.findings_output import FindingPrinter
    from mist_ci.cli.output import show_json
    from mist_ci.cli.repairing import repair, show_repairs
    from mist_ci.models.finding import Severity

    if (options["diff"] or options["jsonl"]) and not options["fix"]:
        flag = "--diff" if options["diff"] else "--jsonl"
        raise UsageError(Code.USAGE, f"{flag} goes with --fix", hint=f"--fix {flag}")
    if options["diff"]:
        return ExitCode.FAILED if show_repairs(paths, options) else ExitCode.PASSED
    if options["fix"]:
        repair(paths, options)
    is_json = options["output_format"] == "json"
    printer = FindingPrinter(options["show"])
    with wiring.training_files(paths) as files, wiring.scratch() as scratch:
        means = schemaflux.Means(
            wiring.executor(),
            wiring.tokens(),
            wiring.workers(options["jobs"], files),
            scratch,
            (lambda _finding: None) if is_json else printer.show,
        )
        found = schemaflux.validate(_asked(files, options), means)
    if is_json:
        show_json(found.model_dump(mode="json"))
    else:
        printer.finish(found)
    return ExitCode.FAILED if found.count_gating(Severity(options["fail_on"])) else ExitCode.PASSED


def _asked(files: Any, options: dict[str, Any]) -> "Inspection":  # noqa: ANN401
    from mist_ci import schemaflux
    from mist_ci.cli import wiring
    from mist_ci.cli.local import read_file

    template, data_format = options["template"], options["data_format"]
    return schemaflux.Inspection(
        "files",
        files,
        format=DataFormat(data_format) if data_format else None,
        model=options["model"],
        template=wiring.chat_template(template) if template else None,
        now=wiring.now().astimezone(),
        targets=wiring.targets(options["targets"]),
        trainers=[schemaflux.read_settings(read_file(path), str(path)) for path in options["trainers"]],
        selection=schemaflux.Selection(options["select"], options["extend_select"], options["ignore"]),
    )
