"""How many tokens there are, who loses which, and what trainers make of the rows."""

from mist_ci.models.base import Model
from mist_ci.models.figures import count


class TrainerFates(Model):
    """What one trainer makes of all rows."""

    title: str
    """`TRL (max_length 1024)`."""
    trainer: str
    file: str = ""
    """The configuration that was read; empty for the trainer's own defaults."""
    evidence: tuple[str, ...] = ()
    """The keys that were read in it."""
    kept: int
    truncated: int
    answer_lost: int
    """Rows that stay without any of their answer."""
    dropped: int
    emptied: int
    """How many of the dropped rows were cut first, and had no answer left."""
    refused: int
    """Rows at which the run would stop."""
    tokens_seen: int
    tokens_trained: int
    tokens_lost: int

    @property
    def sentence(self) -> str:
        """`TRL (max_length 1024): 312 rows lose their whole answer and are dropped, 40 are cut`."""
        said = [
            f"{count(number, 'row')} {one if number == 1 else many}"
            for number, one, many in (
                (self.refused, "stops the run", "stop the run"),
                (
                    self.emptied,
                    "loses its whole answer and is dropped",
                    "lose their whole answer and are dropped",
                ),
                (self.dropped - self.emptied, "is dropped", "are dropped"),
                (self.answer_lost, "loses its whole answer and stays", "lose their whole answer and stay"),
                (self.truncated, "is cut", "are cut"),
            )
            if number
        ]
        return f"{self.title}: {', '.join(said) or 'nothing is lost'}"


class TokenFigures(Model):
    """Tokens of a data set, once through. Lengths are of rows; of preference rows the longer side with its prompt."""

    rows: int
    total: int
    trainable: int
    """Tokens of answers that a service learns: those whose weight is not 0."""
    unlearnt: int
    """Tokens of rows that have no such answer."""
    duplicates: int
    """About how many tokens the copies of rows have."""
    messages: int
    shortest_hundredth: int
    """1% of the rows have at most so many tokens."""
    median: int
    p95: int
    p99: int
    longest: int
    trainers: tuple[TrainerFates, ...] = ()

    @property
    def trainable_share(self) -> float:
        """From 0 to 1."""
        return self.trainable / self.total if self.total else 0.0

    @property
    def sentence(self) -> str:
        """`tokens per row: 12 (1%), 411 (50%), 1,900 (95%), 9,000 (99%), 60,000 at most; 38.2% of all are answers`."""
        steps = ((self.shortest_hundredth, "1%"), (self.median, "50%"), (self.p95, "95%"), (self.p99, "99%"))
        said = ", ".join(f"{length:,} ({share})" for length, share in steps)
        return (
            f"tokens per row: {said}, {self.longest:,} at most; {self.trainable_share:.1%} of all are answers"
        )
