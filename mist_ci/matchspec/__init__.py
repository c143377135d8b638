"""Suites and model references become scored attempts."""

from mist_ci.matchspec.calls import Contestant, Portion, attempts_of
from mist_ci.matchspec.examining import Examination, examine
from mist_ci.matchspec.graders import TrustedPrograms, trusted
from mist_ci.matchspec.imported import ImportedSuite, only_in_head, pair_records, told_of_head_alone
from mist_ci.matchspec.judge_check import Opinion, hear
from mist_ci.matchspec.labels import Labels, read_labels
from mist_ci.matchspec.linting import Remark
from mist_ci.matchspec.loading import load
from mist_ci.matchspec.merging import Part, merge, read_part
from mist_ci.matchspec.reference import reference_answer, what_it_scores
from mist_ci.matchspec.run import evaluate
from mist_ci.matchspec.selecting import check_names, of_shard, selected
from mist_ci.matchspec.suite import find, read
from mist_ci.matchspec.tally import Evaluation

__all__ = [
    "Contestant",
    "Evaluation",
    "Examination",
    "ImportedSuite",
    "Labels",
    "Opinion",
    "Part",
    "Portion",
    "Remark",
    "TrustedPrograms",
    "attempts_of",
    "check_names",
    "evaluate",
    "examine",
    "find",
    "hear",
    "load",
    "merge",
    "of_shard",
    "only_in_head",
    "pair_records",
    "read",
    "read_labels",
    "read_part",
    "reference_answer",
    "selected",
    "told_of_head_alone",
    "trusted",
    "what_it_scores",
]
