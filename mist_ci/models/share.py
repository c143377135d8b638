"""What a part of a ledger took: an iteration, a branch, a month, over all runs."""

from dataclasses import dataclass, field
from decimal import Decimal

from mist_ci.models.ledger import Attributes, Money, Totals


@dataclass(slots=True)
class Share:
    """Calls of evaluations, and trainings."""

    name: tuple[str, ...]
    """Of an iteration its commit, its model and the hash of its data; else one text. Empty where it is not known."""
    runs: set[str] = field(default_factory=set)
    """Trace ids."""
    totals: Totals = field(default_factory=Totals)
    trainings: int = 0
    training_tokens: int = 0
    training_cost: Money = field(default_factory=Money)
    uncounted: int = 0
    """Trainings whose tokens nobody knows."""

    def train(self, attrs: Attributes) -> None:
        """Adds a training."""
        self.trainings += 1
        tokens, usd = attrs.get("training.tokens"), attrs.get("cost_usd")
        if isinstance(tokens, int):
            self.training_tokens += tokens
        else:
            self.uncounted += 1
        self.training_cost.add(Money(unknown=1) if usd is None else Money(Decimal(str(usd))))
