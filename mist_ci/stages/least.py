"""The least that a gate takes, before anybody is asked: what no budget may be too small for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mist_ci import gate, matchspec, tokentrace
from mist_ci.models.attempt import Side, exact_sum
from mist_ci.models.ceilings import Charge
from mist_ci.models.config import Gate, Policy
from mist_ci.models.modelref import ModelReference
from mist_ci.models.outlook import Range
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import Suite
from mist_ci.ports import World


@dataclass(frozen=True, slots=True)
class FirstQuestions:
    """A suite as far as its first look goes, and one side that answers all of it so often."""

    suite: Suite
    side: Side
    reference: ModelReference
    attempts: int


def first_questions(
    rules: Gate, changes: Sequence[ModelChange], suites: Sequence[Suite]
) -> Iterator[FirstQuestions]:
    """What is asked whatever comes of it: the first look of every suite, on every side."""
    for change in changes:
        for suite in suites:
            if suite.imported or (suite.is_pairwise and change.base is None):
                continue
            standing = gate.first_look(suite, rules, has_baseline=change.base is not None)
            times = matchspec.attempts_of(suite, range(standing.look.head_attempts))
            sides = {Side.BASE: change.base, Side.HEAD: change.head, Side.ANCHOR: change.anchor}
            for side, reference in sides.items():
                if reference is not None and side in times:
                    yield FirstQuestions(standing.seen, side, reference, len(times[side]))


def self_check_questions(
    changed: Sequence[Suite], current: Mapping[str, ModelReference]
) -> Iterator[FirstQuestions]:
    """Suites that head changes, on the models in use."""
    for suite in changed:
        if suite.imported or suite.is_pairwise:
            continue
        for reference in current.values():
            yield FirstQuestions(suite, Side.BASE, reference, suite.attempts.base)


def unanswered(asked: Iterable[FirstQuestions], policy: Policy, world: World) -> Iterator[FirstQuestions]:
    """Without those that a stored answer stands in for."""
    for one in asked:
        seat = matchspec.Contestant(one.side, one.reference, policy.providers[one.reference.provider])
        for samples in matchspec.unanswered(one.suite, seat, one.attempts, world):
            yield FirstQuestions(
                one.suite.model_copy(update={"samples": samples}), one.side, one.reference, 1
            )


def least(asked: Iterable[FirstQuestions], policy: Policy, world: World) -> Charge:
    """Prompts as they are counted here, answers of no length, no judge: less it cannot be.

    A model whose price is unknown costs nothing here; under a money budget it is refused before it is asked.
    """
    accounts = tokentrace.Accounts(world.tokens, world.prices, world.clock.now().date())
    usd, tokens = [Decimal(0)], 0
    for one in asked:
        samples = Range(least=len(one.suite.samples), most=len(one.suite.samples))
        times = Range(least=one.attempts, most=one.attempts)
        provider = policy.providers[one.reference.provider]
        answers = tokentrace.Answers(one.reference, provider, (0, 0))
        found = tokentrace.outlay(one.suite, samples, times, answers, accounts)
        usd.append(found.usd_least or Decimal(0))
        tokens += found.tokens_in.least
    return Charge(exact_sum(usd), tokens)
