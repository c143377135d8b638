"""Suites and model references become scored attempts."""

from mist_ci.matchspec.calls import Contestant
from mist_ci.matchspec.run import Evaluation, evaluate
from mist_ci.matchspec.suite import find, load, read

__all__ = ["Contestant", "Evaluation", "evaluate", "find", "load", "read"]
