"""What training was estimated to cost, as a span."""

from decimal import Decimal

from mist_ci.models.message import TraceSpan
from mist_ci.models.report import TrainingEstimate
from mist_ci.tokentrace.span_ids import hex_of


def estimate_span(
    run_id: str, estimate: TrainingEstimate, data_hash: str, start_ns: int, end_ns: int
) -> TraceSpan:
    """What training was estimated to cost: nothing that was spent, so none of the sums have it."""
    return TraceSpan(
        trace_id=hex_of(32, run_id),
        span_id=hex_of(16, run_id, "estimate", estimate.dataset),
        parent_id=hex_of(16, run_id, "run"),
        operation="mist.training_estimate",
        start_ns=start_ns,
        end_ns=end_ns,
        status="ok",
        attrs={
            "mist.dataset": estimate.dataset,
            "mist.data_hash": data_hash,
            "estimate.tokens": estimate.tokens,
            "estimate.tokens_basis": estimate.token_basis,
            "estimate.epochs": estimate.epochs,
            "estimate.usd": _text(estimate.cost_usd),
            "estimate.usd_least": _text(estimate.usd_least),
            "estimate.usd_most": _text(estimate.usd_most),
        },
    )


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else str(usd)
