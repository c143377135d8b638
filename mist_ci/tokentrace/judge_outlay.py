"""What models that grade will take: calls, tokens and US dollars, from the least to the most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mist_ci.models.attempt import exact_sum
from mist_ci.models.config import Provider
from mist_ci.models.outlook import JudgeQuestions, Outlay, Range
from mist_ci.models.usage import Cost
from mist_ci.tokentrace.outlay import Accounts

Counted = dict[int, int]
"""How many requests there are of each length in tokens."""


@dataclass(frozen=True, slots=True)
class ToJudge:
    """The answers of all sides to one suite."""

    samples: Range
    answers: int
    """To each sample, of all sides together, at most."""
    pairs: int
    """Of an answer of base and one of head to each sample, at most."""
    longest: int
    """Tokens of an answer, at most."""


def judge_outlay(asked: JudgeQuestions, work: ToJudge, provider: Provider, accounts: Accounts) -> Outlay:
    """At least: short answers, all of them alike that can be, and replies of nothing. At most: everything is asked."""
    lengths = [
        (_lengths(about, asked, accounts), _lengths(once, asked, accounts))
        for about, once in zip(asked.about_each, asked.once, strict=True)
    ]
    fewest, times, longer = (
        (0, work.pairs, 2 * work.longest) if asked.compares else (1, work.answers, work.longest)
    )
    least = _requests(lengths[: work.samples.least], fewest, 0)
    most = _requests(lengths[: work.samples.most], times, longer)
    calls = Range(least=sum(least.values()), most=sum(most.values()))
    return Outlay(
        calls=calls,
        tokens_in=Range(least=_tokens(least), most=_tokens(most)),
        tokens_out=Range(least=0, most=calls.most * asked.longest_reply),
        usd_least=_usd(least, 0, asked, provider, accounts),
        usd_most=_usd(most, asked.longest_reply, asked, provider, accounts),
    )


def judge_assumptions(asked: JudgeQuestions, provider: Provider, accounts: Accounts) -> Iterator[str]:
    """What `judge_outlay` rests on, in sentences; the same for many suites, so that each is told once."""
    yield (
        "judges are asked about each sample once at least, because equal answers are judged once (and equal pairs not "
        "at all), and about every answer at most; asking again for a reply that cannot be read is not counted"
    )
    if asked.longest_reply:
        yield f"replies of {asked.model}, a judge: not measured, from 0 to {asked.longest_reply} tokens"
    cost = _cost(asked, provider, 1, 1, accounts)
    as_of = f" ({cost.as_of})" if cost.as_of else ""
    yield f"prices of {asked.model}: {cost.basis.value}{as_of}; stored answers are not subtracted"


def _lengths(texts: Sequence[str], asked: JudgeQuestions, accounts: Accounts) -> list[int]:
    return [accounts.tokens.count(text, asked.model) for text in texts]


def _requests(lengths: Sequence[tuple[list[int], list[int]]], answers: int, longer: int) -> Counted:
    """Every request of every sample; those with an answer in them are so much longer."""
    found: Counted = {}
    for about, once in lengths if answers else ():
        for length in about:
            found[length + longer] = found.get(length + longer, 0) + answers
        for length in once:
            found[length] = found.get(length, 0) + 1
    return found


def _tokens(requests: Counted) -> int:
    return sum(length * times for length, times in requests.items())


def _usd(
    requests: Counted, tokens_out: int, asked: JudgeQuestions, provider: Provider, accounts: Accounts
) -> Decimal | None:
    """None as soon as the price of one call is unknown; so also where there may be none, as in a run."""
    costs = [
        (_cost(asked, provider, length, tokens_out, accounts).usd, times)
        for length, times in requests.items()
    ]
    known = [usd * times for usd, times in costs if usd is not None]
    return exact_sum(known) if len(known) == len(costs) else None


def _cost(
    asked: JudgeQuestions, provider: Provider, tokens_in: int, tokens_out: int, accounts: Accounts
) -> Cost:
    return accounts.prices.cost(provider, asked.model, tokens_in, tokens_out, accounts.on)
