from .alerts import Alarm, Gauge
from .budgets import evaluation_budget, training_budget
from .counted import Ruler, chosen, token_check
from .difference import inference_difference
from .estimates import estimate_span
from .exporting import COLUMNS, Departure, envelope, left_out_of, row
from .judge_outlay import ToJudge, judge_assumptions, judge_outlay
from .ledger import Part, joined, read_ledger, read_part
from .otlp import export_request, rejected
from .outlay import Accounts, Answers, Lengths, assumptions, outlay
from .recorder import Recorder
from .recording import (
    Against,
    Rates,
    Ties,
    against_estimate,
    changed,
    duplicates,
    hash_of,
    priced,
    recorded_before,
    tied,
    training_span,
)
from .spans import Origin, Tracer
from .trainers import read_training
from .training import training_estimate

__all__ = [
    "COLUMNS",
    "Accounts",
    "Against",
    "Alarm",
    "Answers",
    "Departure",
    "Gauge",
    "Lengths",
    "Origin",
    "Part",
    "Rates",
    "Recorder",
    "Ruler",
    "Ties",
    "ToJudge",
    "Tracer",
    "against_estimate",
    "assumptions",
    "changed",
    "chosen",
    "duplicates",
    "envelope",
    "estimate_span",
    "evaluation_budget",
    "export_request",
    "hash_of",
    "inference_difference",
    "joined",
    "judge_assumptions",
    "judge_outlay",
    "left_out_of",
    "outlay",
    "priced",
    "read_ledger",
    "read_part",
    "read_training",
    "recorded_before",
    "rejected",
    "row",
    "tied",
    "token_check",
    "training_budget",
    "training_estimate",
    "training_span",
]
