"""Suites and model references become scored attempts."""

from mist_ci.matchspec.calls import Contestant, Portion, attempts_of
from mist_ci.matchspec.imported import ImportedSuite, only_in_head, pair_records, told_of_head_alone
from mist_ci.matchspec.loading import load
from mist_ci.matchspec.run import Evaluation, evaluate
from mist_ci.matchspec.suite import find, read

__all__ = [
    "Contestant",
    "Evaluation",
    "ImportedSuite",
    "Portion",
    "attempts_of",
    "evaluate",
    "find",
    "load",
    "only_in_head",
    "pair_records",
    "read",
    "told_of_head_alone",
]
