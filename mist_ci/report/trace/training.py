"""A training as lines of text."""

from collections.abc import Iterator
from decimal import Decimal

from mist_ci.models.figures import count, money
from mist_ci.models.ledger import Attributes
from mist_ci.report.text import plain

_NAMES = (
    ("training.base_model", "base model"), ("model", "model"), ("training.error", "error"),
    ("mist.data_hash", "data"), ("mist.config_hash", "config"), ("mist.commit", "commit"), ("mist.branch", "branch"),
)  # fmt: skip
_LONGEST = 100


def training_lines(run_id: str, attrs: Attributes) -> Iterator[str]:
    """What it took, what it cost and what it belongs to; what is not known is left out, but for the cost."""
    status = plain(str(attrs.get("training.status")), 20)
    yield f"{plain(run_id, 40)}: {plain(str(attrs.get('training.trainer')), 20)}, {status}"
    took = [
        f"{count(tokens)} tokens"
        if isinstance(tokens := attrs.get("training.tokens"), int)
        else "tokens unknown",
        *_amount(attrs, "training.epochs", "epochs"),
        *_amount(attrs, "training.gpu_hours", "GPU-hours"),
        *_amount(attrs, "training.runtime_s", "s"),
    ]
    yield f"  took {', '.join(took)}"
    yield f"  cost {cost_of(attrs)}"
    for key, name in _NAMES:
        if attrs.get(key) is not None:
            yield f"  {name}: {plain(str(attrs[key]), _LONGEST)}"


def cost_of(attrs: Attributes) -> str:
    """`$12.50 (reported)`, or `unknown`."""
    usd = attrs.get("cost_usd")
    if usd is None:
        return money(None)
    return f"{money(Decimal(str(usd)))} ({plain(str(attrs.get('cost_basis')), 20)})"


def _amount(attrs: Attributes, key: str, unit: str) -> Iterator[str]:
    value = attrs.get(key)
    if value is not None:
        yield f"{Decimal(str(value)).quantize(Decimal('0.01')).normalize():f} {unit}"
