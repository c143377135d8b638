"""mist-ci eval"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import (
    CHOSEN,
    LEDGER,
    OUTPUT_FORMAT,
    OUTPUTS,
    OUTPUTS_MODE,
    POLICY_HERE,
    RECORD,
    REPLAY,
    RESULTS,
    SETTINGS,
)
from mist_ci.cli.portions import portion_options, selection_of
from mist_ci.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mist_ci.models.attempt import Attempt
    from mist_ci.models.comparison import JudgeNumbers, ModelComparison, SuiteComparison
    from mist_ci.models.eval_run import EvalRun, Selection
    from mist_ci.models.judges import Judges
    from mist_ci.models.modelref import ModelReference
    from mist_ci.models.suite import Suite
    from mist_ci.ports import World
    from mist_ci.ports.results import ResultStore


@click.command("eval", context_settings=SETTINGS)
@click.argument("reference", type=click.Path(path_type=Path))
@POLICY_HERE
@CHOSEN
@portion_options
@RESULTS
@OUTPUTS
@OUTPUTS_MODE
@RECORD
@REPLAY
@LEDGER
@OUTPUT_FORMAT
def evaluate(  # noqa: PLR0913, PLR0917 - one for each option
    reference: Path,
    config: Path,
    chosen: tuple[str, ...],
    limit: int | None,
    tags: tuple[str, ...],
    not_tags: tuple[str, ...],
    samples: str | None,
    shard: tuple[int, int] | None,
    results: Path,
    outputs: Path | None,
    outputs_mode: str,
    ledger: Path | None,
    output_format: str,
    **tape: Path | None,
) -> int:
    """Run the suites on one model REFERENCE, as the files are now.

    Nothing is compared; floors hold. Exit code 1 when a score is below its suite's floor. A part of the suites
    (--limit, --tags, --samples, --shard) is kept as a part: no floor is judged by it, and nothing compared with it.

    \b
    mist-ci eval models/assistant.yml
    mist-ci eval models/assistant.yml --suite arithmetic --format json
    mist-ci eval models/assistant.yml --limit 20
    mist-ci eval models/assistant.yml --shard 1/4
    """
    from mist_ci.cli import wiring
    from mist_ci.cli.output import show_json
    from mist_ci.cli.stored import outputs_by_hand

    stored = outputs_by_hand(outputs, outputs_mode)
    world = wiring.world(results, config.parent, stored, ledger=ledger)
    tapes = tape["record"], tape["replay"]
    models = wiring.models_by_hand(config.parent, *tapes, outputs, world.progress)
    world = replace(world, models=models)
    selection = selection_of(limit, tags, not_tags, samples, shard)
    compared, run, location = _evaluate(reference, config, chosen, selection, world)
    if output_format == "json":
        rows = [
            one.model_dump(mode="json", include={"suite", "samples", "floor", "head", "not_comparable"})
            for one in compared.suites
        ]
        told = {"model": compared.head_model, "portion": run.selection.label, "suites": rows}
        show_json(told | {"results": location})
    else:
        _print(compared, run, location, world.outputs.take_notices())
    if any(one.not_comparable for one in compared.suites):
        return ExitCode.COULD_NOT_RUN
    return ExitCode.FAILED if any(one.below_floor for one in compared.suites) else ExitCode.PASSED


def _evaluate(
    reference: Path, config: Path, chosen: tuple[str, ...], selection: "Selection", world: "World"
) -> "tuple[ModelComparison, EvalRun, str]":
    from mist_ci import matchspec, planning, tokentrace
    from mist_ci.cli import wiring
    from mist_ci.cli.local import inside, missing_reference, policy_of, suites_of
    from mist_ci.models.attempt import Side
    from mist_ci.models.eval_run import EVAL_FILE
    from mist_ci.stages import keep_spend, open_ledger

    tree = wiring.directory(config.parent)
    policy = policy_of(tree, config)
    path = inside(reference, config.parent)
    if not tree.exists(path):
        raise missing_reference(path, policy)
    head = planning.read_reference(tree, path, policy)
    judges = planning.read_judges(tree, config.name)
    documents = suites_of(tree, policy, config, chosen, world.shipped)
    programs = matchspec.TrustedPrograms(tree)
    suites = [matchspec.load(one, world.executor, programs=programs) for one in documents]
    matchspec.check_names(suites, selection)
    open_ledger(world)
    run_id = f"eval-{world.clock.now():%Y%m%dT%H%M%SZ}-{world.clock.unique()[:8]}"
    store = tokentrace.Recorder.create(world, run_id)
    store.origins[Side.HEAD] = tokentrace.Origin.of(head)
    run = _run_of(store, path, head, suites, selection)
    store.save(EVAL_FILE, run.model_dump_json(indent=2) + "\n")
    parts = [(suite, matchspec.of_shard(matchspec.selected(suite, selection), selection)) for suite in suites]
    asked = [suite.model_copy(update={"samples": samples}) for suite, samples in parts if samples]
    seat = matchspec.Contestant(Side.HEAD, head, policy.providers[head.provider])
    portions = [replace(matchspec.Portion.whole(suite), label=selection.label) for suite in asked]
    about = {"mist.reference": path, "mist.selection": selection.label, "mist.config": config.name}
    with store.run(about):
        evaluation = matchspec.evaluate(portions, [seat], world, store, providers=policy.providers)
        keep_spend(world, store, evaluation.attempts, evaluation.took_s, is_whole=evaluation.failure is None)
        if evaluation.failure is not None:
            raise evaluation.failure
    run = run.model_copy(update={"finished": True})
    store.save(EVAL_FILE, run.model_dump_json(indent=2) + "\n")
    return _held(path, head, asked, evaluation.attempts, selection, judges), run, store.location


def _run_of(
    store: "ResultStore", path: str, head: "ModelReference", suites: "Sequence[Suite]", selection: "Selection"
) -> "EvalRun":
    """What is asked of whom, kept beside the attempts."""
    from mist_ci.matchspec import of_shard, selected
    from mist_ci.models.eval_run import EvalRun, EvalSuite

    told = []
    for suite in suites:
        chosen = selected(suite, selection)
        one = EvalSuite(
            name=suite.name,
            digest=suite.digest,
            samples=len(suite.samples),
            selected=len(chosen),
            asked=len(of_shard(chosen, selection)),
            attempts=suite.attempts.head,
        )
        told.append(one)
    return EvalRun(
        version=1,
        run=store.run_id,
        reference=path,
        reference_digest=head.digest,
        provider=head.provider,
        model=head.model,
        selection=selection,
        suites=tuple(told),
        finished=False,
    )


def _held(
    path: str,
    head: "ModelReference",
    suites: "Sequence[Suite]",
    attempts: "Sequence[Attempt]",
    selection: "Selection",
    judges: "Judges",
) -> "ModelComparison":
    """Scores, and floors where everything was asked: a part says nothing about the whole."""
    from mist_ci import gate
    from mist_ci.models.config import Gate
    from mist_ci.models.eval_run import WHOLE
    from mist_ci.models.plan import ModelChange

    if selection.label != WHOLE:
        suites = [suite.model_copy(update={"floor": None}) for suite in suites]
    change = ModelChange(name=path, path=path, base=None, base_label="", head=head)
    standings = [gate.Standing.whole(suite) for suite in suites]
    return gate.compare(change, standings, attempts, Gate(branches=("*",)), {}, judges=judges)


def _print(compared: "ModelComparison", run: "EvalRun", location: str, notices: tuple[str, ...]) -> None:
    from mist_ci.cli.output import say
    from mist_ci.models.eval_run import WHOLE
    from mist_ci.models.figures import count, money, points

    say(f"{compared.head_model} on {count(len(compared.suites), 'suite')}; at least: with 95% confidence")
    say(f"{'suite':24} {'score':>7} {'at least':>9} {'n':>6} {'tokens':>10} {'cost':>10}")
    for one in compared.suites:
        spend = one.head.spend
        tokens = count(spend.tokens_in + spend.tokens_out)
        low = None if one.head.mean is None else one.head.mean_low
        line = f"{one.suite:24} {points(one.head.mean):>7} {points(low):>9} {one.samples:>6}"
        say(f"{line} {tokens:>10} {money(spend.cost_usd):>10}{_remark(one)}")
        if spend.reused_calls:
            say(f"{'':24} {count(spend.reused_calls, 'answer')} reused, {money(spend.saved_usd)} saved")
        if one.judge is not None:
            say(f"{'':24} {_judged(one.judge)}")
    for notice in notices:
        say(f"notice: {notice}")
    if run.selection.label != WHOLE:
        say(
            f"only a part was asked ({run.selection.label}): no floor is judged, and nothing is compared with it"
        )
    say(f"results {location}")


def _judged(judge: "JudgeNumbers") -> str:
    """Who judged, what that took, and whether it may decide anything."""
    from mist_ci.models.figures import count, money
    from mist_ci.report.text import plain

    told = f"judged by {plain(judge.model, 200)}"
    if judge.spend is not None:
        told += f": {count(judge.spend.calls, 'call')}, {money(judge.spend.cost_usd)}"
        told += f", {judge.spend.reused_calls:,} stored" if judge.spend.reused_calls else ""
    return f"{told}; in a gate it would be advisory: {judge.advisory}" if judge.advisory else told


def _remark(one: "SuiteComparison") -> str:
    from mist_ci.models.figures import points
    from mist_ci.report.text import plain

    if one.not_comparable:
        return f"  could not run: {plain(one.not_comparable, 300)}"
    return f"  below its floor of {points(one.floor)}" if one.below_floor else ""
