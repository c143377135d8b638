"""mist-ci trace record"""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.cli.options import OUTPUT_FORMAT, REPOSITORY, SETTINGS
from mist_ci.errors import Code, ExitCode, UsageError, Where

if TYPE_CHECKING:
    from mist_ci.models.ledger import Ledger
    from mist_ci.models.message import TraceSpan
    from mist_ci.models.training import Training
    from mist_ci.tokentrace import Rates, Ties

_MAX_AMOUNT = 10**12
LEDGER_NAME = "ledger.jsonl"
_AMOUNTS = (("cost", "--cost"), ("gpu_price", "--gpu-price"), ("gpu_hours", "--gpu-hours"))


class Amount(click.ParamType[Decimal]):
    """A decimal number that is not negative, exactly as it was typed."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The number. Raises click.BadParameter."""
        try:
            found = Decimal(str(value))
            is_possible = bool(0 <= found < _MAX_AMOUNT)
        except ArithmeticError:
            found, is_possible = Decimal(0), False
        return found if is_possible else self.fail(f"{value!r} is no amount: write 12.50", param, ctx)


AMOUNT = Amount()


@click.command(context_settings=SETTINGS)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--data", multiple=True, metavar="PATH", type=click.Path(path_type=Path),
    help="What it was trained on, as the policy names it from here; may be repeated. Its hash ties the training to it.",
)  # fmt: skip
@click.option("--data-hash", metavar="HASH", help="The hash itself (sha256:…), where the data is not here.")
@click.option("--base-model", metavar="ID", help="What was fine-tuned, where FILE does not say.")
@click.option("--model", metavar="ID", help="What came out, where FILE does not say.")
@click.option(
    "--config", "configs", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
    help="The trainer's settings; their hash is kept. May be repeated.",
)  # fmt: skip
@click.option("--commit", metavar="SHA", help="The commit it belongs to; HEAD of --repository by itself.")
@click.option("--gpu-hours", type=AMOUNT, metavar="N", help="Hours of all GPUs together.")
@click.option(
    "--gpus", type=click.IntRange(1, 10**6), metavar="N", help="GPUs; their hours are N × the run time."
)
@click.option("--gpu-price", type=AMOUNT, metavar="USD", help="US dollars of one GPU for one hour.")
@click.option("--price-per-mtok", type=AMOUNT, metavar="USD", help="US dollars of a million trained tokens.")
@click.option("--cost", type=AMOUNT, metavar="USD", help="US dollars in all, from an invoice.")
@click.option(
    "--results-dir", "results", type=click.Path(path_type=Path), default="mist-results", show_default=True,
    help="Results of the gate: estimates and other trainings are looked for there.",
)  # fmt: skip
@click.option(
    "--ledger", metavar="FILE", type=click.Path(path_type=Path),
    help=f"Where the training is written; {LEDGER_NAME} in --results-dir by itself.",
)  # fmt: skip
@REPOSITORY
@OUTPUT_FORMAT
def record(
    path: Path,
    results: Path,
    ledger: Path | None,
    repository: Path,
    output_format: str,
    **options: Any,  # noqa: ANN401 - click's own values
) -> int:
    """Keep what a training took, out of what its trainer left behind.

    FILE is trainer_state.json of a Hugging Face trainer (TRL, axolotl, LLaMA-Factory, unsloth) or the directory with
    it, a fine-tuning job of OpenAI, Azure OpenAI or Together as JSON, or a CSV or JSON with the columns of
    docs/trace.md. Jobs that failed or were cancelled are kept as such.

    \b
    mist-ci trace record out/ --data data/train.jsonl --config sft.yaml --gpus 4 --gpu-price 2.10
    mist-ci trace record job.json --data data/train.jsonl --price-per-mtok 3
    """
    from mist_ci import tokentrace
    from mist_ci.cli import wiring_trace

    found = wiring_trace.training_file(path)
    place = ledger or results / LEDGER_NAME
    trainings = tokentrace.read_training(found.file)
    ties = _ties(options, repository, found.base_model)
    rates = _rates(options, len(trainings))
    spans = [
        tokentrace.training_span(_whole(one, ties, rates, found.file.path), found.modified_ns)
        for one in trainings
    ]
    told = []
    for span in spans:
        known = _known(results, place)
        before = tokentrace.recorded_before(span, known)
        is_new = before is None
        if before is not None and (others := tokentrace.changed(span, before)):
            _note(
                f"recorded before with other {', '.join(others)}: to change it, take its line out of {place}"
            )
        if is_new and wiring_trace.append_to_ledger(place, span):
            _note(f"{place}: its last line was cut off; it was closed, and counts nowhere")
        told.append(_told(span, known, is_new=is_new))
    _show(told, place, output_format)
    return ExitCode.PASSED


def _whole(training: "Training", ties: "Ties", rates: "Rates", file: str) -> "Training":
    import time

    from mist_ci import tokentrace

    ended = tokentrace.not_from_the_future(training, time.time_ns(), file)
    return tokentrace.priced(tokentrace.tied(ended, ties, file), rates, file)


def _ties(options: dict[str, Any], repository: Path, base_model: str | None) -> "Ties":
    from mist_ci import tokentrace
    from mist_ci.cli import wiring_trace
    from mist_ci.cli.local import read_file

    if options["data"] and options["data_hash"]:
        raise UsageError(
            Code.USAGE, "--data and --data-hash both say what the data is", hint="give one of them"
        )
    commit, branch = wiring_trace.checked_out(repository)
    config_hash = tokentrace.hash_of(map(read_file, options["configs"])) if options["configs"] else None
    return tokentrace.Ties(
        base_model=options["base_model"] or base_model,
        model=options["model"],
        data_hash=options["data_hash"] or _data_hash(options["data"]),
        config_hash=config_hash,
        commit=options["commit"] or commit,
        branch=None if options["commit"] else branch,
    )


def _data_hash(paths: tuple[Path, ...]) -> str | None:
    """As SchemaFlux computes it: over names and contents, so names must be those of the gate."""
    if not paths:
        return None
    from mist_ci import schemaflux
    from mist_ci.cli import wiring_data
    from mist_ci.errors import ConfigError
    from mist_ci.ports.sources import BrokenSource

    with wiring_data.training_opener() as opener:
        opened = wiring_data.opened(opener, paths)
        for one in opened:
            if isinstance(one, BrokenSource):
                raise ConfigError(Code.BAD_TRACE, "the data cannot be read", where=Where(one.path))
        return schemaflux.data_hash([one for one in opened if not isinstance(one, BrokenSource)])


def _rates(options: dict[str, Any], jobs: int) -> "Rates":
    from mist_ci import tokentrace

    if jobs > 1:
        for name, flag in _AMOUNTS[:1] + _AMOUNTS[2:]:
            if options[name] is not None:
                hint = "hand the jobs over one by one, or put it into their rows"
                raise UsageError(Code.USAGE, f"{flag} is of one training, and FILE has {jobs}", hint=hint)
    return tokentrace.Rates(
        options["gpu_hours"],
        options["gpus"],
        options["gpu_price"],
        options["price_per_mtok"],
        options["cost"],
    )


def _known(results: Path, ledger: Path) -> "Ledger":
    """All that is known so far. A place that is not there yet knows nothing."""
    import time

    from mist_ci import tokentrace
    from mist_ci.cli import wiring_trace

    places = [place for place in (results, ledger) if place.exists()]
    return tokentrace.read_ledger(wiring_trace.ledger(places).lines(), time.time_ns())


def _told(span: "TraceSpan", known: "Ledger", *, is_new: bool) -> dict[str, object]:
    from mist_ci import tokentrace

    against = tokentrace.against_estimate(span, known)
    return {
        "run_id": span.attrs["mist.run_id"],
        "recorded": is_new,
        "attrs": span.attrs,
        "duplicates": tokentrace.duplicates(span, known),
        "estimate": against.sentence if against else None,
    }


def _show(told: "list[dict[str, Any]]", place: Path, output_format: str) -> None:
    from mist_ci.cli.output import say, show_json
    from mist_ci.report.trace import training_lines

    if output_format == "json":
        show_json({"ledger": str(place), "trainings": told})
        return
    for one in told:
        for line in training_lines(one["run_id"], one["attrs"]):
            say(line)
        say(f"  {'written to' if one['recorded'] else 'was there already, nothing was written:'} {place}")
        if one["estimate"]:
            say(f"  {one['estimate']}")
        if one["duplicates"]:
            same = ", ".join(one["duplicates"])
            say(f"  warning: the same data, configuration and base model were trained before: {same}")


def _note(sentence: str) -> None:
    from mist_ci.report import workflow_safe

    click.echo(workflow_safe(f"note: {sentence}"), err=True)
