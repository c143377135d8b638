"""mist-ci import"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.errors import Code, ExitCode, UsageError, Where

if TYPE_CHECKING:
    from mist_ci.report.imported import ImportedSuite


@click.command("import", context_settings=SETTINGS)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--tool", metavar="NAME", help="Which tool wrote the files; found out when not given.")
@click.option("--suite", metavar="NAME", help="Name the suite, whatever the files say.")
@click.option("--grader", metavar="NAME", help="The score that decides, where a tool wrote several.")
@click.option("--model", metavar="NAME", help="Take this model's results from files that hold several.")
@click.option("--prompt", metavar="NAME", help="Take this prompt's results from files that hold several.")
@click.option(
    "--side",
    type=click.Choice(["base", "head"]),
    help="What the results are; of our own files, only this side.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default="records.jsonl", show_default=True,
    help="Where the records go.",
)  # fmt: skip
@OUTPUT_FORMAT
def import_results(
    paths: tuple[Path, ...], tool: str | None, out: Path, output_format: str, **wish: str | None
) -> int:
    """Read results that another evaluator wrote, and keep them as records that can be compared.

    FILE is a file of promptfoo, Inspect, lm-evaluation-harness, OpenAI evals, JUnit, a plain CSV or JSONL table
    or our own, or a directory that holds only files of one run. Exit code 3: the run behind the files did not
    finish; the records are written, and they are not comparable.

    \b
    mist-ci import promptfoo.json --out base.jsonl
    mist-ci import scores.csv --suite arithmetic --side head
    """
    from mist_ci.cli import wiring
    from mist_ci.matchspec import importers
    from mist_ci.report import imported

    files = wiring.result_files()
    found = files.read([str(path) for path in paths])
    _refuse_overwriting(out, [file.path for file in found])
    records = importers.import_results(found, importers.Wish(**wish), tool)
    files.write(str(out), [importers.encode(record) for record in records])
    suites = imported.summarise(records)
    _show(suites, len(records), out, output_format)
    finished = all(suite.is_comparable for suite in suites)
    return ExitCode.PASSED if finished else ExitCode.COULD_NOT_RUN


def _refuse_overwriting(out: Path, read: list[str]) -> None:
    if out.resolve() in {Path(path).resolve() for path in read}:
        hint = "name another file with --out"
        raise UsageError(
            Code.USAGE, "the records would replace what is read", where=Where(str(out)), hint=hint
        )


def _show(suites: "tuple[ImportedSuite, ...]", records: int, out: Path, output_format: str) -> None:
    from mist_ci.cli.output import say, show_json
    from mist_ci.models.figures import count
    from mist_ci.report import imported

    if output_format == "json":
        told = {"records": records, "out": str(out), "suites": imported.as_json(suites)}
        show_json(told)
        return
    say(imported.table(suites))
    say(f"{count(records, 'record')} in {out}")
