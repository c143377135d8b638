"""mist-ci eval"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import (
    CHOSEN,
    OUTPUT_FORMAT,
    OUTPUTS,
    OUTPUTS_MODE,
    POLICY_HERE,
    RESULTS,
    SETTINGS,
)
from mist_ci.errors import ExitCode

if TYPE_CHECKING:
    from mist_ci.models.comparison import ModelComparison, SuiteComparison
    from mist_ci.ports import World


@click.command("eval", context_settings=SETTINGS)
@click.argument("reference", type=click.Path(path_type=Path))
@POLICY_HERE
@CHOSEN
@RESULTS
@OUTPUTS
@OUTPUTS_MODE
@OUTPUT_FORMAT
def evaluate(
    reference: Path,
    config: Path,
    chosen: tuple[str, ...],
    results: Path,
    outputs: Path | None,
    outputs_mode: str,
    output_format: str,
) -> int:
    """Run the suites on one model REFERENCE, as the files are now.

    Nothing is compared; floors hold. Exit code 1 when a score is below its suite's floor.

    \b
    mist-ci eval models/assistant.yml
    mist-ci eval models/assistant.yml --suite arithmetic --format json
    """
    from mist_ci.cli import wiring
    from mist_ci.cli.local import outputs_by_hand
    from mist_ci.cli.output import show_json

    world = wiring.world(results, config.parent, outputs_by_hand(outputs, outputs_mode))
    compared, location = _evaluate(reference, config, chosen, world)
    if output_format == "json":
        rows = [
            one.model_dump(mode="json", include={"suite", "samples", "floor", "head", "not_comparable"})
            for one in compared.suites
        ]
        show_json({"model": compared.head_model, "suites": rows, "results": location})
    else:
        _print(compared, location, world.outputs.take_notices())
    if any(one.not_comparable for one in compared.suites):
        return ExitCode.COULD_NOT_RUN
    return ExitCode.FAILED if any(one.below_floor for one in compared.suites) else ExitCode.PASSED


def _evaluate(
    reference: Path, config: Path, chosen: tuple[str, ...], world: "World"
) -> "tuple[ModelComparison, str]":
    from mist_ci import gate, matchspec, planning
    from mist_ci.cli import wiring
    from mist_ci.cli.local import inside, policy_of, suites_of
    from mist_ci.models.attempt import Side
    from mist_ci.models.config import Gate
    from mist_ci.models.plan import ModelChange

    tree = wiring.directory(config.parent)
    policy = policy_of(tree, config)
    path = inside(reference, config.parent)
    head = planning.read_reference(tree, path, policy)
    suites = [matchspec.load(one, world.executor) for one in suites_of(tree, policy, config, chosen)]
    store = world.results.create(f"eval-{world.clock.now():%Y%m%dT%H%M%SZ}-{world.clock.unique()[:8]}")
    seat = matchspec.Contestant(Side.HEAD, head, policy.providers[head.provider])
    portions = [matchspec.Portion.whole(suite) for suite in suites]
    evaluation = matchspec.evaluate(portions, [seat], world, store)
    if evaluation.failure is not None:
        raise evaluation.failure
    change = ModelChange(name=path, path=path, base=None, base_label="", head=head)
    standings = [gate.Standing.whole(suite) for suite in suites]
    return gate.compare(change, standings, evaluation.attempts, Gate(branches=("*",)), {}), store.location


def _print(compared: "ModelComparison", location: str, notices: tuple[str, ...]) -> None:
    from mist_ci.cli.output import say
    from mist_ci.models.figures import count, money, points

    say(f"{compared.head_model} on {count(len(compared.suites), 'suite')}; at least: with 95% confidence")
    say(f"{'suite':24} {'score':>7} {'at least':>9} {'n':>6} {'tokens':>10} {'cost':>10}")
    for one in compared.suites:
        spend = one.head.spend
        tokens = count(spend.tokens_in + spend.tokens_out)
        line = f"{one.suite:24} {points(one.head.mean):>7} {points(one.head.mean_low):>9} {one.samples:>6}"
        say(f"{line} {tokens:>10} {money(spend.cost_usd):>10}{_remark(one)}")
        if spend.reused_calls:
            say(f"{'':24} {count(spend.reused_calls, 'answer')} reused, {money(spend.saved_usd)} saved")
    for notice in notices:
        say(f"notice: {notice}")
    say(f"results {location}")


def _remark(one: "SuiteComparison") -> str:
    from mist_ci.models.figures import points

    if one.not_comparable:
        return f"  could not run: {one.not_comparable}"
    return f"  below its floor of {points(one.floor)}" if one.below_floor else ""
