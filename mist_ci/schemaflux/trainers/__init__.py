"""What trainers do with rows: simulated from their code, one file each."""

from collections.abc import Callable, Mapping

from mist_ci.models.trainer import Fate, TrainedRow, Trainer, TrainerSettings
from mist_ci.schemaflux.trainers import axolotl, llamafactory, services, torchtune, trl

_SIMULATIONS: Mapping[Trainer, Callable[[TrainedRow, TrainerSettings], Fate]] = {
    Trainer.TRL: trl.simulate,
    Trainer.AXOLOTL: axolotl.simulate,
    Trainer.LLAMAFACTORY: llamafactory.simulate,
    Trainer.TORCHTUNE: torchtune.simulate,
    Trainer.VERTEX: services.simulate,
    Trainer.OPENAI: services.simulate,
}

DEFAULTS: Mapping[Trainer, TrainerSettings] = {
    Trainer.TRL: trl.DEFAULT,
    Trainer.AXOLOTL: axolotl.DEFAULT,
    Trainer.LLAMAFACTORY: llamafactory.DEFAULT,
    Trainer.TORCHTUNE: torchtune.DEFAULT,
    Trainer.VERTEX: services.VERTEX,
    Trainer.OPENAI: services.OPENAI,
}
"""What holds where nobody sets anything."""

__all__ = ["DEFAULTS", "simulate"]


def simulate(row: TrainedRow, settings: TrainerSettings) -> Fate:
    """What the trainer makes of a row."""
    return _SIMULATIONS[settings.trainer](row, settings)
