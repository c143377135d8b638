"""Asking one model the same questions several times over, to learn how much it differs from itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mist_ci import gate, matchspec
from mist_ci.errors import Code, CouldNotRun
from mist_ci.gate import Pretended
from mist_ci.models.attempt import Attempt, Side, spend_of
from mist_ci.models.calibration import GateCalibration, Splits, SuiteCalibration
from mist_ci.models.ceilings import Ceilings, Charge
from mist_ci.models.config import Gate, Policy
from mist_ci.models.figures import count
from mist_ci.models.judges import NO_JUDGES, Judges
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import AttemptCounts, Suite
from mist_ci.models.usage import Spend
from mist_ci.ports import World
from mist_ci.stages.keeping import keep_spend
from mist_ci.tokentrace import Gauge, Origin, Recorder


@dataclass(frozen=True, slots=True)
class Subject:
    """What is calibrated: a model reference at its path, in a gate by name."""

    path: str
    reference: ModelReference
    gate_name: str
    gate: Gate
    policy: Policy
    judges: Judges = NO_JUDGES
    """Whom people have checked: what others decide is advisory, and raises no false alarm."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was found out, and what it took."""

    suites: tuple[SuiteCalibration, ...]
    gate: GateCalibration
    spend: Spend


def calibrate(
    world: World,
    store: Recorder,
    subject: Subject,
    suites: Sequence[Suite],
    attempts: int,
    ceiling_usd: Decimal | None,
    splits: int,
) -> Calibrated:
    """Asks every sample `attempts` times (at least 2) and judges `splits` pretend changes from the answers.

    `world.outputs` should hold nothing, because a stored answer would be the same one again. Raises CouldNotRun
    when the money ran out or too many answers are missing: nothing is measured from half of the answers, and what
    they took is in the ledger all the same.
    """
    answers = _ask(world, store, subject, suites, attempts, ceiling_usd)
    change = ModelChange(
        name=subject.path,
        path=subject.path,
        base=subject.reference,
        base_label="itself",
        head=subject.reference,
    )
    world.progress.start("judging it against itself", splits)
    pretended = gate.pretend(
        change, suites, answers, subject.gate, splits, world.progress.advance, subject.judges
    )
    world.progress.finish()
    today = world.clock.now().date()
    measured = tuple(
        _suite(suite, subject, answers, pretended, attempts, today)
        for suite in sorted(suites, key=lambda suite: suite.name)
    )
    together = GateCalibration(
        gate=subject.gate_name,
        reference=subject.path,
        model_digest=subject.reference.digest,
        measured_on=today,
        suites=tuple(one.suite for one in measured),
        splits=splits,
        regressed=pretended.any_regressed,
        not_proven=pretended.any_not_proven,
        blocked=pretended.blocked,
    )
    return Calibrated(measured, together, spend_of(answers))


def _ask(
    world: World,
    store: Recorder,
    subject: Subject,
    suites: Sequence[Suite],
    attempts: int,
    ceiling_usd: Decimal | None,
) -> tuple[Attempt, ...]:
    times = {"attempts": AttemptCounts(base=1, head=attempts)}
    provider = subject.policy.providers[subject.reference.provider]
    seat = matchspec.Contestant(Side.HEAD, subject.reference, provider)
    asked = [matchspec.Portion.whole(suite.model_copy(update=times)) for suite in suites]
    providers = subject.policy.providers
    store.origins[Side.HEAD] = Origin.of(subject.reference)

    def watch(spent: Charge) -> None:
        if ceiling_usd is not None:
            store.heed([Gauge("max_usd", spent.usd, ceiling_usd)])

    ceilings = Ceilings(usd=ceiling_usd)
    evaluation = matchspec.evaluate(asked, [seat], world, store, ceilings, providers, watch)
    is_whole = evaluation.complete and evaluation.failure is None
    keep_spend(world, store, evaluation.attempts, evaluation.took_s, is_whole=is_whole)
    if evaluation.failure is not None:
        raise evaluation.failure
    if not evaluation.complete:
        message = (
            f"the money ran out after {count(len(evaluation.attempts))} of {count(evaluation.planned)} calls, and "
            f"half of the answers measure nothing"
        )
        hint = "raise --max-usd, or ask less: fewer --attempts, or one --suite"
        raise CouldNotRun(Code.NOT_COMPARABLE, message, hint=hint)
    return evaluation.attempts


def _suite(
    suite: Suite,
    subject: Subject,
    answers: Sequence[Attempt],
    pretended: Pretended,
    attempts: int,
    today: date,
) -> SuiteCalibration:
    noise = gate.measure_noise(suite, answers)
    base, head = gate.sides(suite.attempts, attempts)
    return SuiteCalibration(
        suite=suite.name,
        suite_digest=suite.digest,
        reference=subject.path,
        model=subject.reference.model,
        model_digest=subject.reference.digest,
        measured_on=today,
        samples=len(suite.samples),
        attempts=attempts,
        missing=noise.missing,
        pass_fail=noise.pass_fail,
        mean=noise.mean,
        noise_floor=noise.floor,
        within_variance=noise.within_variance,
        sd_noise=noise.sd,
        tokens_in=noise.tokens_in,
        tokens_out=noise.tokens_out,
        alone=Splits(
            splits=pretended.splits,
            base_attempts=base,
            head_attempts=head,
            regressed=pretended.regressed[suite.name],
            not_proven=pretended.not_proven[suite.name],
        ),
    )
