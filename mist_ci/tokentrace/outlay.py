"""What asking a suite will take: calls, tokens and US dollars, from the least to the most."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor

from mist_ci.models.attempt import exact_sum
from mist_ci.models.calibration import SuiteCalibration
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference
from mist_ci.models.outlook import EarlierSuite, Outlay, Range
from mist_ci.models.suite import Sample, Suite
from mist_ci.ports.accounting import Prices, TokenCounter

ASSUMED_LONGEST = 512
"""Tokens of an answer at most, where the reference sets no max_tokens: an assumption, and told as one."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """How tokens are counted and what they cost on a day."""

    tokens: TokenCounter
    prices: Prices
    on: date


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of a question and of its answer, on average, and where they were measured, in words."""

    tokens_in: float
    tokens_out: float
    source: str

    @classmethod
    def known(cls, measured: SuiteCalibration | None, earlier: EarlierSuite | None) -> "Lengths | None":
        """Of a calibration, else of an earlier run; None where nobody has measured."""
        if measured is not None:
            source = f"as {measured.model} was calibrated on {measured.measured_on}"
            return cls(measured.tokens_in, measured.tokens_out, source)
        if earlier is not None and earlier.tokens_in is not None and earlier.tokens_out is not None:
            return cls(earlier.tokens_in, earlier.tokens_out, f"as in the run of {earlier.ran_on}")
        return None


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answers, where, and how long answers may be: (least, most) tokens out of one of them."""

    reference: ModelReference
    provider: Provider
    tokens_out: tuple[int, int]
    tokens_in: int | None = None
    """Of a question as the provider counted them; None where they are counted here."""

    @classmethod
    def expected(cls, reference: ModelReference, provider: Provider, measured: Lengths | None) -> "Answers":
        """As long as they were measured; else from nothing to max_tokens, or to an assumption."""
        if measured is not None:
            lengths = floor(measured.tokens_out), ceil(measured.tokens_out)
            return cls(reference, provider, lengths, ceil(measured.tokens_in))
        return cls(reference, provider, (0, reference.parameters.max_tokens or ASSUMED_LONGEST))


def outlay(suite: Suite, samples: Range, attempts: Range, answers: Answers, accounts: Accounts) -> Outlay:
    """One side of a suite: at least its first samples with the fewest attempts, at most all of them with the most."""
    first = suite.samples[: samples.least]
    least = _questions(first, answers, accounts.tokens)
    most = _questions(suite.samples[: samples.most], answers, accounts.tokens)
    return Outlay(
        calls=Range(least=least.total() * attempts.least, most=most.total() * attempts.most),
        tokens_in=Range(least=_tokens(least) * attempts.least, most=_tokens(most) * attempts.most),
        tokens_out=Range(
            least=least.total() * attempts.least * answers.tokens_out[0],
            most=most.total() * attempts.most * answers.tokens_out[1],
        ),
        usd_least=_usd(least, attempts.least, answers, answers.tokens_out[0], accounts),
        usd_most=_usd(most, attempts.most, answers, answers.tokens_out[1], accounts),
    )


def _questions(samples: Sequence[Sample], answers: Answers, tokens: TokenCounter) -> Counter[int]:
    """How many questions there are of each length in tokens: prices are asked for once per length."""
    if answers.tokens_in is not None:
        return Counter({answers.tokens_in: len(samples)})
    model = answers.reference.model
    return Counter(
        sum(tokens.count(message.content, model) for message in sample.messages) for sample in samples
    )


def _tokens(questions: Counter[int]) -> int:
    return sum(length * times for length, times in questions.items())


def _usd(
    questions: Counter[int], attempts: int, answers: Answers, tokens_out: int, accounts: Accounts
) -> Decimal | None:
    """None as soon as the price of one call is unknown."""
    costs: list[Decimal] = []
    for length, times in questions.items():
        cost = accounts.prices.cost(
            answers.provider, answers.reference.model, length, tokens_out, accounts.on
        )
        if cost.usd is None:
            return None
        costs.append(cost.usd * times * attempts)
    return exact_sum(costs)


def assumptions(
    suite: Suite,
    answers: Answers,
    accounts: Accounts,
    measured: Lengths | None,
) -> Iterator[str]:
    """What `outlay` rests on, in sentences; the same for many suites, so that each is told once."""
    model = answers.reference.model
    if measured is not None:
        sizes = f"{measured.tokens_in:.1f} in and {measured.tokens_out:.1f} out per answer"
        yield f"tokens of {suite.name}: {sizes}, {measured.source}"
    else:
        basis = accounts.tokens.basis(model)
        yield f"prompt tokens of {model}: {basis}; what its chat template adds is not counted"
        yield _length_told(answers)
    cost = accounts.prices.cost(answers.provider, model, 1, 1, accounts.on)
    as_of = f" ({cost.as_of})" if cost.as_of else ""
    yield f"prices of {model}: {cost.basis.value}{as_of}; stored answers are not subtracted"


def _length_told(answers: Answers) -> str:
    model, longest = answers.reference.model, answers.reference.parameters.max_tokens
    if longest is not None:
        return f"answers of {model}: not measured, from 0 to {longest} tokens (its max_tokens)"
    return (
        f"answers of {model}: not measured, and its reference sets no max_tokens: from 0 to {ASSUMED_LONGEST} tokens "
        f"are assumed"
    )
