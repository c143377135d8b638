"""The stages of a gate run: glue between the rooms, which do not know each other."""

from mist_ci.stages.ahead import Earlier
from mist_ci.stages.calibrating import Calibrated, Subject, calibrate
from mist_ci.stages.conclusion import conclude, could_not_run
from mist_ci.stages.keeping import keep_spend
from mist_ci.stages.outlook import outlook_of_change, outlook_of_files
from mist_ci.stages.run import Run

__all__ = [
    "Calibrated",
    "Earlier",
    "Run",
    "Subject",
    "calibrate",
    "conclude",
    "could_not_run",
    "keep_spend",
    "outlook_of_change",
    "outlook_of_files",
]
