"""torchtune, as read in torchtune 0.6.1: the tokenizers of Llama 3 and Qwen 2, `PackedDataset`, `PreferenceDataset`.

`tokenizer.max_seq_len` is no limit unless it is set. A row that meets it keeps its start, and its last token is
overwritten with the end-of-text token, which is not learnt: so is a row that would have fitted but for that token.
Nothing is dropped: a row that lost its answer stays with every label masked. Packing happens after the cut. Both
sides of a preference row are cut by themselves. Weights of messages are not known.
"""

from mist_ci.models.trainer import Fate, Loss, TrainedRow, Trainer, TrainerSettings
from mist_ci.schemaflux.trainers.cutting import cut, kept, learnt_by

DEFAULT = TrainerSettings(Trainer.TORCHTUNE, None, "max_seq_len", loss=Loss.ANSWERS, end_tokens=1)


def simulate(row: TrainedRow, settings: TrainerSettings) -> Fate:
    """What becomes of the row."""
    is_learnt = learnt_by(settings.loss or Loss.ANSWERS)
    if settings.max_length is None:
        return kept(row, is_learnt)
    return cut(row, max(0, settings.max_length - settings.end_tokens), is_learnt)
