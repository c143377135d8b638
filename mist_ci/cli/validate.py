"""mist-ci validate"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.errors import ExitCode
from mist_ci.models.data_format import DataFormat

if TYPE_CHECKING:
    from mist_ci.schemaflux import Inspection


def _names(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """`a,b` and `--option a --option b` are the same."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


@click.command(context_settings=SETTINGS)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--for",
    "targets",
    multiple=True,
    callback=_names,
    metavar="NAMES",
    help="Providers and trainers that it is for, as `together,trl`, or a file of your own: what each of them would do "
    "with every row. `mist-ci targets` lists them.",
)
@click.option(
    "--data-format",
    type=click.Choice([one.value for one in DataFormat]),
    help="The format of the rows, where it shall not be detected.",
)
@click.option(
    "--template",
    metavar="FILE",
    help="A chat template that every row must render in: a .jinja file, tokenizer_config.json, or a name as `chatml`.",
)
@click.option(
    "--model", default="", metavar="NAME", help="The model to be trained: chooses how tokens are counted."
)
@click.option(
    "--tokenizer",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The tokenizer.json of an open model, to count tokens with.",
)
@click.option(
    "--trainer",
    "trainers",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The configuration that axolotl, LLaMA-Factory, TRL or torchtune is started with: what would it cut or drop?",
)
@click.option(
    "--select",
    multiple=True,
    callback=_names,
    metavar="CODES",
    help="Only these rules: codes, or beginnings of codes as `SF8`.",
)
@click.option("--extend-select", multiple=True, callback=_names, metavar="CODES", help="These rules as well.")
@click.option("--ignore", multiple=True, callback=_names, metavar="CODES", help="Not these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least severe finding that gives exit code 1.",
)
@click.option(
    "--show",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    metavar="N",
    help="Print the first N findings; all are counted.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes. As many as there are cores when nothing is said and there is much to read.",
)
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
    """
    from mist_ci import schemaflux
    from mist_ci.cli import wiring
    from mist_ci.cli.findings_output import FindingPrinter
    from mist_ci.cli.output import show_json
    from mist_ci.models.finding import Severity

    is_json = options["output_format"] == "json"
    printer = FindingPrinter(options["show"])
    with wiring.training_files(paths) as files, wiring.scratch() as scratch:
        means = schemaflux.Means(
            wiring.executor(),
            wiring.tokens(options["tokenizer"]),
            wiring.workers(options["jobs"], files),
            scratch,
            (lambda _finding: None) if is_json else printer.show,
            wiring.labels(),
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
