from .calls import Contestant, Portion, attempts_of
from .examining import Examination, examine
from .foretelling import questions_of_judges
from .graders import TrustedPrograms, trusted
from .graders.modelled import Judged
from .imported import ImportedSuite, only_in_head, pair_records, told_of_head_alone
from .judge_check import Heard, Opinion, hear
from .labels import Labelled, Labels, read_labels
from .linting import Remark
from .loading import load
from .merging import Part, merge, read_part
from .reference import reference_answer, what_it_scores
from .reuse import unanswered
from .run import evaluate
from .selecting import check_names, of_shard, selected
from .suite import find, read
from .tally import Evaluation

__all__ = [
    "Contestant",
    "Evaluation",
    "Examination",
    "Heard",
    "ImportedSuite",
    "Judged",
    "Labelled",
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
    "questions_of_judges",
    "read",
    "read_labels",
    "read_part",
    "reference_answer",
    "selected",
    "told_of_head_alone",
    "trusted",
    "unanswered",
    "what_it_scores",
]
