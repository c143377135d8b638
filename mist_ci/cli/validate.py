"""mist-ci validate"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.errors import Code, ConfigError, ExitCode, Where

if TYPE_CHECKING:
    from mist_ci.models.finding import DataReport, Finding


@click.command(context_settings=SETTINGS)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--template",
    metavar="FILE",
    help="A chat template that every row must render in: a .jinja file, tokenizer_config.json, or a name as `chatml`.",
)
@click.option(
    "--model", default="", metavar="NAME", help="The model to be trained: chooses how tokens are counted."
)
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
@OUTPUT_FORMAT
def validate(
    paths: tuple[Path, ...], template: str | None, model: str, fail_on: str, show: int, output_format: str
) -> int:  # fmt: skip
    """Check fine-tuning data before the training budget is spent.

    PATHS are files, or directories whose data files are all checked: JSON Lines, JSON arrays, CSV and Parquet,
    also packed with gzip or Zstandard. Links that lead out of a directory are not followed.

    \b
    mist-ci validate data/
    mist-ci validate train.jsonl --template chat_template.jinja
    """
    from mist_ci import schemaflux
    from mist_ci.cli import wiring
    from mist_ci.cli.output import show_json
    from mist_ci.models.finding import Severity

    with wiring.training_files(paths) as files:
        asked = schemaflux.Inspection(
            "files",
            files,
            template=wiring.chat_template(template) if template else None,
            now=wiring.now().astimezone(),
            model=model,
        )
        found = schemaflux.validate(asked, schemaflux.Means(wiring.executor(), wiring.tokens()))
    if output_format == "json":
        show_json(found.model_dump(mode="json"))
    else:
        _print(found, show)
    return ExitCode.FAILED if found.gating(Severity(fail_on)) else ExitCode.PASSED


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(Code.FILE_MISSING, reason, where=Where(str(path))) from None


def _print(found: "DataReport", show: int) -> None:
    from mist_ci.cli.output import say
    from mist_ci.models.figures import count

    for finding in found.findings[:show]:
        _print_finding(finding)
    if len(found.findings) > show:
        more = count(len(found.findings) - show, "more finding")
        say(f"… {more}: --show {len(found.findings)}, or --format json\n")
    counts: dict[str, int] = {}
    for finding in found.findings:
        counts[finding.code] = counts.get(finding.code, 0) + 1
    for code, times in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        say(f"{times:7,} × {code}  {next(one.name for one in found.findings if one.code == code)}")
    say(f"{count(found.rows, 'row')} in {count(len(found.files), 'file')}, {count(found.tokens, 'token')} "
        f"({found.token_basis}), {count(len(found.findings), 'finding')}")  # fmt: skip
    if counts:
        say(f"more: mist-ci explain {next(iter(sorted(counts)))}")


def _print_finding(finding: "Finding") -> None:
    from mist_ci.cli.output import say
    from mist_ci.report.text import plain

    say(f"{finding.where}: {finding.severity} {finding.code} {plain(finding.message, 400)}")
    if finding.snippet:
        say(f"    {plain(finding.snippet, 160)}")
    say(f"    if nobody acts: {finding.consequence}. next: {plain(finding.hint, 400)}\n")
