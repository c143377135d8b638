from .ahead import Earlier
from .calibrating import Calibrated, Subject, calibrate
from .conclusion import conclude, could_not_run
from .keeping import keep_spend
from .outlook import outlook_of_change, outlook_of_files
from .run import Run

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
