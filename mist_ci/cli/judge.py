"""mist-ci judge"""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.calibrate import dollars
from mist_ci.cli.options import LEDGER, OUTPUT_FORMAT, OUTPUTS, OUTPUTS_MODE, POLICY_HERE, RESULTS, SETTINGS
from mist_ci.errors import Code, ExitCode, UsageError

if TYPE_CHECKING:
    from mist_ci.models.suite import GraderSpec, Suite
    from mist_ci.ports import World
    from mist_ci.stages.judge_check import Checked


@click.group(context_settings=SETTINGS)
def judge() -> None:
    """Models that grade: how far do they agree with people?"""


@judge.command(context_settings=SETTINGS)
@click.argument("suite_name", metavar="SUITE")
@click.option(
    "--labels", required=True, type=click.Path(path_type=Path), metavar="FILE",
    help="JSON Lines with sample (an id) or input, output, label (pass, fail, or a score), and maybe rater.",
)  # fmt: skip
@click.option(
    "--grader", "grader_name", metavar="NAME", help="Which grader, where the suite has several that ask."
)
@click.option(
    "--pass-from", type=click.FloatRange(0, 1, min_open=True), default=0.5, show_default=True,
    help="From which score on an answer passes, by people and by the judge.",
)  # fmt: skip
@click.option("--max-usd", callback=dollars, metavar="USD", help="Stop, with nothing decided, at this cost.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Write what was found out here: mist-judges.json beside the policy is what the gate reads.",
)  # fmt: skip
@POLICY_HERE
@RESULTS
@OUTPUTS
@OUTPUTS_MODE
@LEDGER
@OUTPUT_FORMAT
def check(  # noqa: PLR0913, PLR0917 - one for each option
    suite_name: str,
    labels: Path,
    grader_name: str | None,
    pass_from: float,
    max_usd: Decimal | None,
    output: Path | None,
    config: Path,
    results: Path,
    outputs: Path | None,
    outputs_mode: str,
    ledger: Path | None,
    output_format: str,
) -> int:
    """Hold the judge of a SUITE against people: ask it about answers that they have labelled.

    Prints how far they agree, and whether that is enough for the suite to decide anything: 50 labels or more, a kappa
    of 0.6 or more, and sensitivity + specificity - 1 of 0.6 or more. Exit code 1 when it is not.

    \b
    mist-ci judge check helpfulness --labels labels.jsonl
    mist-ci judge check helpfulness --labels labels.jsonl -o mist-judges.json
    """
    from mist_ci import planning
    from mist_ci.cli import wiring
    from mist_ci.cli.judge_output import print_check, summary_of
    from mist_ci.cli.local import policy_of
    from mist_ci.cli.output import show_json
    from mist_ci.cli.stored import outputs_by_hand

    world = wiring.world(results, config.parent, outputs_by_hand(outputs, outputs_mode), ledger=ledger)
    models = wiring.models_by_hand(config.parent, None, None, outputs, world.progress)
    world = replace(world, models=models)
    found = _check(suite_name, labels, grader_name, pass_from, max_usd, config, world)
    if output is not None:
        tree = wiring.directory(config.parent)
        policy_of(tree, config)
        before = planning.read_judges(tree, config.name)
        wiring.save_beside(output, before.updated([found.check]).model_dump_json(indent=2) + "\n")
    if output_format == "json":
        show_json(summary_of(found))
    else:
        print_check(found, output, config)
    return ExitCode.PASSED if found.problem is None else ExitCode.FAILED


def _check(
    suite_name: str,
    labels: Path,
    grader_name: str | None,
    pass_from: float,
    max_usd: Decimal | None,
    config: Path,
    world: "World",
) -> "Checked":
    from mist_ci import matchspec
    from mist_ci.cli import wiring
    from mist_ci.cli.local import policy_of, read_file, suites_of
    from mist_ci.models.ledger import KIND
    from mist_ci.stages import open_ledger
    from mist_ci.stages.judge_check import check_judge
    from mist_ci.tokentrace import Recorder

    tree = wiring.directory(config.parent)
    policy = policy_of(tree, config)
    (document,) = suites_of(tree, policy, config, (suite_name,), world.shipped)
    suite = matchspec.load(document, world.executor, programs=matchspec.TrustedPrograms(tree))
    spec = _judge_of(suite, grader_name)
    read = matchspec.read_labels(read_file(labels), str(labels), suite, pairs=spec.compares)
    open_ledger(world)
    run_id = f"judge-{world.clock.now():%Y%m%dT%H%M%SZ}-{world.clock.unique()[:8]}"
    store = Recorder.create(world, run_id)
    about = {KIND: "judge check", "mist.config": config.name, "mist.grader": spec.title}
    with store.run(about):
        return check_judge(world, store, suite, spec, read, policy, pass_from=pass_from, ceiling_usd=max_usd)


def _judge_of(suite: "Suite", name: str | None) -> "GraderSpec":
    """The grader that is meant: by name, else the one that decides, else the only one that asks. Raises UsageError."""
    asking = {one.title: one for one in suite.graders if one.asks is not None}
    if name is None and suite.judge is not None:
        return suite.judge
    chosen = name if name is not None else next(iter(asking), None)
    if chosen is None:
        raise UsageError(Code.USAGE, f"no grader of {suite.name} asks a model: there is no judge to check")
    if chosen not in asking or (name is None and len(asking) > 1):
        hint = f"choose one with --grader: {', '.join(asking) or 'there is none'}"
        raise UsageError(Code.UNKNOWN_NAME, f"{suite.name} has no judge {name!r}", hint=hint)
    return asking[chosen]
