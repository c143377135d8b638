"""Services whose trainers nobody can read: what their documentation says.

Vertex AI drops examples that are longer than its limit, although its report calls them truncated
(`total_truncated_example_count`, `truncated_example_indices`). OpenAI keeps the start of longer examples, as its
cookbook says. Both know the weights of messages.
"""

from mist_ci.models.trainer import Excess, Fate, TrainedRow, Trainer, TrainerSettings
from mist_ci.schemaflux.trainers.cutting import cut, dropped, kept, longest, weighted

VERTEX = TrainerSettings(Trainer.VERTEX, None, "token limit", excess=Excess.DROP)
OPENAI = TrainerSettings(Trainer.OPENAI, None, "token limit")


def simulate(row: TrainedRow, settings: TrainerSettings) -> Fate:
    """What becomes of the row."""
    limit = settings.max_length
    if limit is None or (size := longest(row)) <= limit:
        return kept(row, weighted)
    if settings.excess is Excess.DROP:
        return dropped(row, f"it has {size:,} tokens")
    return cut(row, limit, weighted)
