"""What a job of a CI runner does about the event that started it.

`Job.run` judges and delivers; `Job.finalize` is for the job that comes last, whatever became of the others.
"""

from mist_ci.job.desk import Desk, Settings, Spend
from mist_ci.job.job import Job, Result

__all__ = ["Desk", "Job", "Result", "Settings", "Spend"]
