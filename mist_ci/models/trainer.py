"""A trainer: how it is set up, what it is given, and what becomes of a row."""

from dataclasses import dataclass
from enum import StrEnum

from mist_ci.models.data_format import DataFormat


class Trainer(StrEnum):
    """Programs and services whose treatment of long rows is known."""

    TRL = "trl"
    AXOLOTL = "axolotl"
    LLAMAFACTORY = "llamafactory"
    TORCHTUNE = "torchtune"
    VERTEX = "vertex"
    OPENAI = "openai"

    @property
    def maker_name(self) -> str:
        """As its makers write it."""
        return _MAKER_NAMES[self]


_MAKER_NAMES = {
    Trainer.TRL: "TRL",
    Trainer.AXOLOTL: "axolotl",
    Trainer.LLAMAFACTORY: "LLaMA-Factory",
    Trainer.TORCHTUNE: "torchtune",
    Trainer.VERTEX: "Vertex AI",
    Trainer.OPENAI: "OpenAI",
}


class Objective(StrEnum):
    """What is trained."""

    ANSWERS = "answers"
    PREFERENCE = "preference"
    REWARD = "reward"
    KTO = "kto"
    TEXT = "text"


class Excess(StrEnum):
    """What happens to a row that is too long."""

    KEEP_START = "keep-start"
    KEEP_END = "keep-end"
    DROP = "drop"
    REFUSE = "refuse"


class Loss(StrEnum):
    """Which tokens are learnt."""

    ANSWERS = "answers"
    LAST_ANSWER = "last-answer"
    EVERYTHING = "everything"


class Packing(StrEnum):
    """Whether rows share a sequence, and what that means for long ones."""

    NONE = "none"
    WHOLE = "whole"
    """Rows stay in one piece, and each is cut at the limit."""
    SPLIT = "split"
    """A long row goes on in the next sequence."""


@dataclass(frozen=True, slots=True)
class TrainerSettings:
    """How a trainer is set up. `max_length` None is no limit; `objective` and `loss` None follow the row."""

    trainer: Trainer
    max_length: int | None
    limit_name: str
    """What the trainer calls the limit: `max_length`, `cutoff_len`."""
    excess: Excess = Excess.KEEP_START
    objective: Objective | None = None
    loss: Loss | None = None
    packing: Packing = Packing.NONE
    min_length: int = 0
    """Rows with fewer tokens are dropped."""
    end_tokens: int = 0
    """Tokens that the trainer adds to the end of each row, inside the limit."""
    file: str = ""
    """Where this was read; empty for the trainer's own defaults."""
    evidence: tuple[str, ...] = ()
    """The keys that were read, as `cutoff_len: 512`."""

    @property
    def title(self) -> str:
        """`TRL (max_length 1024)`, `torchtune (no max_seq_len)`."""
        limit = f"no {self.limit_name}" if self.max_length is None else f"{self.limit_name} {self.max_length}"
        return f"{self.trainer.maker_name} ({limit})"


@dataclass(frozen=True, slots=True)
class Segment:
    """One message as tokens. `is_trained` is what the row asks for: an assistant's message whose weight is not 0."""

    tokens: int
    role: str
    is_trained: bool

    @property
    def is_answer(self) -> bool:
        """True for what an assistant says, whatever its weight: most trainers do not know weights."""
        return self.role == "assistant"


@dataclass(frozen=True, slots=True)
class TrainedRow:
    """A row as a trainer sees it: messages in order; for preference data those of the prompt, then the sides."""

    format: DataFormat
    segments: tuple[Segment, ...]
    sides: tuple[tuple[Segment, ...], ...] = ()

    @property
    def objective(self) -> Objective:
        """What rows of this shape are for."""
        if self.sides:
            return Objective.PREFERENCE
        return _OBJECTIVES.get(self.format, Objective.ANSWERS)

    @property
    def sequences(self) -> tuple[tuple[Segment, ...], ...]:
        """What goes through the model: the row, or its prompt with each side."""
        return tuple((*self.segments, *side) for side in self.sides) or (self.segments,)

    @property
    def tokens(self) -> int:
        """Of all sequences."""
        return sum(segment.tokens for sequence in self.sequences for segment in sequence)


_OBJECTIVES = {DataFormat.KTO: Objective.KTO, DataFormat.TEXT: Objective.TEXT}


class Outcome(StrEnum):
    """What becomes of a row, from the best to the worst."""

    KEPT = "kept"
    TRUNCATED = "truncated"
    ANSWER_LOST = "answer-lost"
    """It is trained on, and nothing of its answer is left."""
    DROPPED = "dropped"
    REFUSED = "refused"
    """The training run stops."""


class Cause(StrEnum):
    """Why a row does not arrive as it is."""

    NONE = "none"
    LENGTH = "length"
    ORDER = "order"
    """Its roles do not follow each other as the trainer wants."""
    UNTRAINABLE = "untrainable"
    """There was nothing to learn in it from the start."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a row: `tokens_seen` + `tokens_lost` are all it has; `tokens_trained` are learnt."""

    outcome: Outcome
    tokens_seen: int
    tokens_trained: int
    tokens_lost: int
    why: str = ""
    """`the last 300 of 1,324 tokens are cut`; empty for a row that is kept."""
    cause: Cause = Cause.NONE
    is_emptied: bool = False
    """True for a row that is dropped because the cut left nothing to learn."""
