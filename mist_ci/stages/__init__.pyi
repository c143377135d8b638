from .ahead import Earlier
from .calibrating import Calibrated, Subject, calibrate
from .conclusion import conclude, could_not_run
from .keeping import keep_spend, open_ledger
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
    "open_ledger",
    "outlook_of_change",
    "outlook_of_files",
]
