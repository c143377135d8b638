"""mist-ci calibrate"""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import CHOSEN, GATE, LEDGER, OUTPUT_FORMAT, POLICY_HERE, RESULTS, SETTINGS
from mist_ci.errors import Code, ExitCode, UsageError

if TYPE_CHECKING:
    from mist_ci.models.calibration import SuiteCalibration
    from mist_ci.models.config import Policy
    from mist_ci.models.suite import Suite
    from mist_ci.ports import World
    from mist_ci.ports.files import Tree
    from mist_ci.stages import Calibrated
    from mist_ci.tokentrace import Recorder


def dollars(_context: click.Context, _option: click.Parameter, value: str | None) -> Decimal | None:
    """A sum of money from the command line."""
    try:
        amount = None if value is None else Decimal(value)
    except InvalidOperation:
        amount = Decimal(-1)
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise click.BadParameter(f"{value!r} is no sum of US dollars")
    return amount


@click.command(context_settings=SETTINGS)
@click.argument("reference", type=click.Path(path_type=Path))
@POLICY_HERE
@GATE
@CHOSEN
@click.option(
    "--attempts",
    type=click.IntRange(2, 100),
    default=5,
    show_default=True,
    help="How often each sample is asked; stored answers are not used.",
)
@click.option(
    "--splits",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="How many pretend changes are judged; costs time, and no money.",
)
@click.option("--max-usd", callback=dollars, metavar="USD", help="Stop, with nothing measured, at this cost.")
@RESULTS
@LEDGER
@OUTPUT_FORMAT
def calibrate(  # noqa: PLR0913, PLR0917 - one for each option
    reference: Path,
    config: Path,
    gate_name: str | None,
    chosen: tuple[str, ...],
    attempts: int,
    splits: int,
    max_usd: Decimal | None,
    results: Path,
    ledger: Path | None,
    output_format: str,
) -> int:
    """Compare one model REFERENCE with itself: how noisy is it, how often would the gate raise a false alarm?

    Asks every sample several times, deals the attempts to two pretend sides again and again, and judges each
    pretend change. Writes mist-calibration.json beside the policy: commit it. `mist-ci plan` uses it.

    \b
    mist-ci calibrate models/assistant.yml --max-usd 2
    mist-ci calibrate models/assistant.yml --suite arithmetic --attempts 10
    """
    from mist_ci import planning
    from mist_ci.cli import wiring
    from mist_ci.cli.local import inside, policy_of
    from mist_ci.cli.output import show_json
    from mist_ci.models.calibration import CALIBRATION_FILE, Calibration
    from mist_ci.models.ledger import KIND
    from mist_ci.stages import Subject
    from mist_ci.stages import calibrate as measure

    tree = wiring.directory(config.parent)
    policy, path = policy_of(tree, config), inside(reference, config.parent)
    before = planning.read_calibration(tree, config.name) or Calibration(version=1)
    model = planning.read_reference(tree, path, policy)
    name = _gate(policy, path, gate_name)
    world = wiring.world(results, config.parent, ledger=ledger)
    suites = _suites(tree, policy, config, chosen, world)
    store = _store(world)
    about = {KIND: "calibration", "mist.gate": name, "mist.config": config.name, "mist.reference": path}
    subject = Subject(path, model, name, policy.gates[name], policy, planning.read_judges(tree, config.name))
    with store.run(about):
        found = measure(world, store, subject, suites, attempts, max_usd, splits)
    after = before.updated(found.suites, [found.gate])
    target = config.parent / CALIBRATION_FILE
    wiring.save_beside(target, after.model_dump_json(indent=2) + "\n")
    if output_format == "json":
        show_json(after.model_dump(mode="json"))
    else:
        _print(found, attempts, str(target), store.location)
    return ExitCode.PASSED


def _gate(policy: "Policy", path: str, chosen: str | None) -> str:
    """The chosen gate, else the first that guards the reference, else the first there is. Raises UsageError."""
    from mist_ci.parsing.document import nearest

    if chosen is not None and chosen not in policy.gates:
        hint = nearest(chosen, list(policy.gates))
        raise UsageError(Code.UNKNOWN_NAME, f"no gate is named {chosen!r}", hint=hint)
    guarding = [name for name, gate in policy.gates.items() if path in policy.guarded_models(gate).values()]
    return chosen or (guarding or list(policy.gates))[0]


def _store(world: "World") -> "Recorder":
    from mist_ci.stages import open_ledger
    from mist_ci.tokentrace import Recorder

    open_ledger(world)
    return Recorder.create(world, f"calibrate-{world.clock.now():%Y%m%dT%H%M%SZ}-{world.clock.unique()[:8]}")


def _suites(
    tree: "Tree", policy: "Policy", config: Path, chosen: tuple[str, ...], world: "World"
) -> "list[Suite]":
    from mist_ci import matchspec
    from mist_ci.cli.local import suites_of

    documents = suites_of(tree, policy, config, chosen, world.shipped)
    programs = matchspec.TrustedPrograms(tree)
    return [matchspec.load(one, world.executor, programs=programs) for one in documents]


def _print(found: "Calibrated", attempts: int, target: str, location: str) -> None:
    from mist_ci.cli.output import say
    from mist_ci.models.figures import count, money
    from mist_ci.report.text import plain

    whole, (first, *_) = found.gate, found.suites
    say(f"{plain(first.model, 200)} against itself: {attempts} attempts at each sample")
    say(
        f"{'suite':24} {'score':>6} {'n':>6} {'noise sd':>8} {'floor':>6} {'false alarms':>13} {'undecided':>9} "
        f"{'tokens in, out':>15}"
    )
    for one in found.suites:
        say(_row(one))
    say()
    say(
        f"gate {whole.gate}: of {whole.splits} pretend changes that changed nothing it said regressed "
        f"{count(whole.regressed, 'time')}, not proven {count(whole.not_proven, 'time')}, and blocked {whole.blocked}"
    )
    say(
        "All of them share the same answers: on average the rate is right, and it is as uncertain as a few "
        "independent runs are."
    )
    for one in found.suites:
        if one.is_noiseless:
            say(f"{one.suite}: attempts do not differ: attempts above 1 buy nothing")
    spend = found.spend
    say(
        f"{count(spend.calls, 'call')}, {count(spend.tokens_in + spend.tokens_out, 'token')}, {money(spend.cost_usd)}"
    )
    _say_where(target, location)


def _row(one: "SuiteCalibration") -> str:
    from mist_ci.models.figures import count, points

    splits = one.alone
    tokens = f"{one.tokens_in:.1f}, {one.tokens_out:.1f}"
    alarms = f"{splits.regressed} of {splits.splits}"
    undecided = f"{splits.not_proven / splits.splits:.0%}"
    return (
        f"{one.suite:24} {points(one.mean):>6} {count(one.samples):>6} {one.sd_noise:>8.3f} "
        f"{points(one.noise_floor):>6} {alarms:>13} {undecided:>9} {tokens:>15}"
    )


def _say_where(target: str, location: str) -> None:
    from mist_ci.cli.output import say

    say(f"wrote {target}: commit it, and `mist-ci plan` uses it")
    say(f"results {location}")
