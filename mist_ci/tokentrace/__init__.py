"""Every call and every training row in tokens and dollars; budgets that hold."""

from mist_ci.tokentrace.budgets import evaluation_budget, training_budget
from mist_ci.tokentrace.counted import Ruler, chosen, token_check
from mist_ci.tokentrace.difference import inference_difference
from mist_ci.tokentrace.exporting import COLUMNS, Departure, envelope, left_out_of, row
from mist_ci.tokentrace.judge_outlay import ToJudge, judge_assumptions, judge_outlay
from mist_ci.tokentrace.ledger import read_ledger
from mist_ci.tokentrace.otlp import export_request, rejected
from mist_ci.tokentrace.outlay import Accounts, Answers, Lengths, assumptions, outlay
from mist_ci.tokentrace.recording import (
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
from mist_ci.tokentrace.spans import estimate_span, spans
from mist_ci.tokentrace.trainers import read_training
from mist_ci.tokentrace.training import training_estimate

__all__ = [
    "COLUMNS",
    "Accounts",
    "Against",
    "Answers",
    "Departure",
    "Lengths",
    "Rates",
    "Ruler",
    "Ties",
    "ToJudge",
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
    "judge_assumptions",
    "judge_outlay",
    "left_out_of",
    "outlay",
    "priced",
    "read_ledger",
    "read_training",
    "recorded_before",
    "rejected",
    "row",
    "spans",
    "tied",
    "token_check",
    "training_budget",
    "training_estimate",
    "training_span",
]
