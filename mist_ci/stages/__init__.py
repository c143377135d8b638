"""The stages of a gate run: glue between the rooms, which do not know each other."""

from mist_ci.stages.conclusion import conclude, could_not_run
from mist_ci.stages.run import Run

__all__ = ["Run", "conclude", "could_not_run"]
