"""What an answer takes at head against base, on the same samples: tokens, money, time."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.difference import InferenceDifference, Moved
from mist_ci.models.figures import MINUS, count
from mist_ci.models.usage import TokenBasis
from mist_ci.stats import paired_mean_bounds, paired_quantile_bounds, quantile
from mist_ci.tokentrace.counted import Ruler
from mist_ci.tokentrace.tokenizers import lengths_told

Sample = tuple[str, str]
"""Digest of the suite, and key."""
Amount = Callable[[Attempt], float]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One sample that both sides have answered, and what it rises and falls with."""

    sample: Sample
    cluster: str
    base: Sequence[Attempt]
    head: Sequence[Attempt]


@dataclass(slots=True)
class _Answered:
    """Attempts of one sample by side."""

    sides: dict[Side, list[Attempt]] = field(default_factory=lambda: {Side.BASE: [], Side.HEAD: []})


def inference_difference(
    model: str,
    attempts: Iterable[Attempt],
    cohort: Collection[str],
    *,
    alpha: float,
    clusters: Mapping[Sample, str] | None = None,
    rulers: Mapping[Side, Ruler] | None = None,
) -> InferenceDifference | None:
    """The difference over all suites of a cohort, by their digests; None where no sample was answered by both.

    `alpha` is one-sided for each end of an interval; `clusters` labels samples that belong together. A sample counts
    once, with the mean of its attempts; latency is taken from attempts of the same number that were both made now.
    `rulers` count tokens as the models of the sides do; without them only prompts tell of another tokenizer.
    """
    pairs = _pairs(attempts, cohort, clusters or {})
    if not pairs:
        return None
    reported = _on(pairs, TokenBasis.REPORTED)
    known = reported or _on(pairs, TokenBasis.COUNTED)
    same_prompts = [pair for pair in reported if _is_one_prompt(pair)]
    return InferenceDifference(
        model=model,
        tokens_in=_mean_moved(known, lambda one: one.tokens_in, alpha),
        tokens_out=_mean_moved(known, lambda one: one.tokens_out, alpha),
        are_counted=bool(known) and not reported,
        usd_per_1000=_usd_per_1000(pairs, alpha),
        p50_ms=_latency(pairs, 0.5, alpha),
        p95_ms=_latency(pairs, 0.95, alpha),
        prompts=_prompts_told(same_prompts),
        lengths=_lengths_told(
            reported, rulers or {}, prompts_moved=_by_tokenizer(_tokens_apart(same_prompts))
        ),
    )


def _pairs(
    attempts: Iterable[Attempt], cohort: Collection[str], clusters: Mapping[Sample, str]
) -> list[_Pair]:
    answered: defaultdict[Sample, _Answered] = defaultdict(_Answered)
    for one in attempts:
        was_answered = one.token_basis is not None or one.status.counts
        if was_answered and one.suite_digest in cohort and one.side is not Side.ANCHOR:
            answered[one.suite_digest, one.key].sides[one.side].append(one)
    found = []
    for sample, told in answered.items():
        base, head = told.sides[Side.BASE], told.sides[Side.HEAD]
        if base and head:
            label = clusters.get(sample, "\x1f".join(sample))
            found.append(_Pair(sample, label, base, head))
    return found


def _on(pairs: Sequence[_Pair], basis: TokenBasis) -> list[_Pair]:
    """Pairs whose tokens come from one place on both sides: what a provider reports has its template in it."""
    return [pair for pair in pairs if all(one.token_basis is basis for one in (*pair.base, *pair.head))]


def _is_one_prompt(pair: _Pair) -> bool:
    """Results of other runners do not tell what was asked."""
    asked = {one.prompt_hash for one in (*pair.base, *pair.head)}
    return len(asked) == 1 and asked != {""}


def _mean_moved(pairs: Sequence[_Pair], amount: Amount, alpha: float) -> Moved | None:
    if not pairs:
        return None
    base, head = ([_mean(amount, side) for side in sides] for sides in _sides(pairs))
    apart = [of_head - of_base for of_base, of_head in zip(base, head, strict=True)]
    bounds = paired_mean_bounds(apart, alpha=alpha, clusters=[pair.cluster for pair in pairs])
    return Moved(
        base=fsum(base) / len(pairs),
        head=fsum(head) / len(pairs),
        low=bounds.low if bounds else None,
        high=bounds.high if bounds else None,
        samples=len(pairs),
    )


def _sides(pairs: Sequence[_Pair]) -> Iterator[list[Sequence[Attempt]]]:
    yield [pair.base for pair in pairs]
    yield [pair.head for pair in pairs]


def _mean(amount: Amount, attempts: Sequence[Attempt]) -> float:
    return fsum(amount(one) for one in attempts) / len(attempts)


def _usd_per_1000(pairs: Sequence[_Pair], alpha: float) -> Moved | None:
    """One unknown price makes it unknown: the dear answers may be those that nobody knows the price of."""
    if any(one.cost_usd is None for pair in pairs for one in (*pair.base, *pair.head)):
        return None
    return _mean_moved(pairs, lambda one: 1000 * float(one.cost_usd or 0), alpha)


def _latency(pairs: Sequence[_Pair], share: float, alpha: float) -> Moved | None:
    timed = [(pair.cluster, *both) for pair in pairs for both in _timed(pair)]
    if not timed:
        return None
    base, head = [one.latency_ms for _, one, _ in timed], [one.latency_ms for _, _, one in timed]
    clusters = [cluster for cluster, _, _ in timed]
    bounds = paired_quantile_bounds(base, head, share, alpha=alpha, clusters=clusters)
    return Moved(
        base=quantile(base, share),
        head=quantile(head, share),
        low=bounds.low if bounds else None,
        high=bounds.high if bounds else None,
        samples=len(timed),
    )


def _timed(pair: _Pair) -> Iterator[tuple[Attempt, Attempt]]:
    """Attempts of the same number that were both made now, and took time: other runners may not tell any."""
    base = {one.attempt: one for one in pair.base if _took_time(one)}
    for one in pair.head:
        if one.attempt in base and _took_time(one):
            yield base[one.attempt], one


def _took_time(one: Attempt) -> bool:
    return not one.reused and one.end_ns > one.start_ns


def _prompts_told(pairs: Sequence[_Pair]) -> str | None:
    """Why the same prompts may have other numbers of tokens: as many more in each of them, or more here than there."""
    apart = _tokens_apart(pairs)
    moved = [tokens for tokens in apart if tokens]
    if not moved or len(apart) == 1:  # one prompt cannot tell a template from a tokenizer
        return None
    told = (
        f"{len(moved):,} of {count(len(apart), 'prompt')} have another number of tokens at head, though they are "
        f"word for word the same"
    )
    least, most = min(apart), max(apart)
    if not _by_tokenizer(apart):
        return f"{told}: {_signed(least)} each, as another chat template does"
    return f"{told}: {_signed(least)} to {_signed(most)}, as another tokenizer does"


def _tokens_apart(pairs: Sequence[_Pair]) -> list[int]:
    """Head minus base for each prompt."""
    return [pair.head[0].tokens_in - pair.base[0].tokens_in for pair in pairs]


def _by_tokenizer(apart: Sequence[int]) -> bool:
    """A template adds the same to every prompt."""
    return bool(apart) and min(apart) != max(apart)


def _lengths_told(pairs: Sequence[_Pair], rulers: Mapping[Side, Ruler], *, prompts_moved: bool) -> str | None:
    if not pairs:
        return None
    ordered = sorted(pairs, key=lambda pair: pair.sample)
    base, head = _sides(ordered)
    return lengths_told(base, head, rulers, prompts_moved=prompts_moved)


def _signed(tokens: int) -> str:
    return f"{tokens:+,}".replace("-", MINUS)
