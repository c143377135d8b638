"""Running templates that a pull request may have written, in a child process that can do nothing else."""

from mist_ci.adapters.executors.isolated import IsolatedExecutor
from mist_ci.adapters.executors.process import Limits

__all__ = ["IsolatedExecutor", "Limits"]
