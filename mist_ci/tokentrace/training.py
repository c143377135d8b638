"""What training would cost, from the least to the most, and how much of that buys nothing."""

from decimal import Decimal

from mist_ci.models.config import Dataset, PriceList
from mist_ci.models.finding import DataReport
from mist_ci.models.report import TrainingEstimate
from mist_ci.models.token_figures import TokenFigures

PER_MILLION = Decimal(1_000_000)
TEMPLATE_TOKENS = 8
"""What a chat template adds to a message, and once to a row, at most: an assumption. ChatML and Llama 3 add 5."""
_SERVICES = {"openai", "vertex"}
"""Trainers that are billed by the token, and do not bill what they cut."""


def training_estimate(data: DataReport, dataset: Dataset, prices: PriceList | None) -> TrainingEstimate:
    """Tokens × epochs × the policy's training price; the costs are None where the policy names no price."""
    price = prices.training_per_mtok if prices else None
    least, most, wasted = _once(data.tokens, data.figures)

    def usd(tokens: int) -> Decimal | None:
        return None if price is None else price * tokens * dataset.epochs / PER_MILLION

    return TrainingEstimate(
        dataset=data.dataset,
        tokens=data.tokens * dataset.epochs,
        token_basis=data.token_basis,
        epochs=dataset.epochs,
        cost_usd=usd(data.tokens),
        usd_least=usd(least),
        usd_most=usd(most),
        wasted_tokens=wasted * dataset.epochs,
        wasted_usd=usd(wasted),
        as_of=prices.as_of if prices and price is not None else None,
    )


def _once(tokens: int, figures: TokenFigures | None) -> tuple[int, int, int]:
    """Tokens of one epoch that are billed at least, and at most, and that are wasted."""
    if figures is None:
        return tokens, tokens, 0
    uncut = max((one.tokens_lost for one in figures.trainers if one.trainer in _SERVICES), default=0)
    lost = max((one.tokens_lost for one in figures.trainers), default=0)
    least = max(0, tokens - uncut)
    most = tokens + TEMPLATE_TOKENS * (figures.messages + figures.rows)
    return least, most, min(tokens, figures.duplicates + figures.unlearnt + lost)
