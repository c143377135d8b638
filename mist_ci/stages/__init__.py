"""The stages of a gate run: glue between the rooms, which do not know each other."""

from mist_ci.stages.calibrating import Calibrated, Subject, calibrate
from mist_ci.stages.outlook import Earlier, outlook_of_change, outlook_of_files
from mist_ci.stages.run import Run

__all__ = ["Calibrated", "Earlier", "Run", "Subject", "calibrate", "outlook_of_change", "outlook_of_files"]
