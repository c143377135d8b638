"""Every call and every training row in tokens and dollars; budgets that hold."""

from mist_ci.tokentrace.alerts import Alarm, Gauge
from mist_ci.tokentrace.budgets import evaluation_budget, training_budget
from mist_ci.tokentrace.difference import inference_difference
from mist_ci.tokentrace.estimates import estimate_span
from mist_ci.tokentrace.exporting import COLUMNS, Departure, envelope, left_out_of, row
from mist_ci.tokentrace.ledger import Part, joined, read_ledger, read_part
from mist_ci.tokentrace.otlp import export_request, rejected
from mist_ci.tokentrace.outlay import Accounts, Answers, Lengths, assumptions, outlay
from mist_ci.tokentrace.parting import shares
from mist_ci.tokentrace.recorder import Recorder
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
from mist_ci.tokentrace.rows import COLUMNS as TABLES
from mist_ci.tokentrace.rows import Rows
from mist_ci.tokentrace.spans import Origin, Tracer
from mist_ci.tokentrace.trainers import read_training
from mist_ci.tokentrace.training import training_estimate

__all__ = [
    "COLUMNS",
    "TABLES",
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
    "Rows",
    "Ties",
    "Tracer",
    "against_estimate",
    "assumptions",
    "changed",
    "duplicates",
    "envelope",
    "estimate_span",
    "evaluation_budget",
    "export_request",
    "hash_of",
    "inference_difference",
    "joined",
    "left_out_of",
    "outlay",
    "priced",
    "read_ledger",
    "read_part",
    "read_training",
    "recorded_before",
    "rejected",
    "row",
    "shares",
    "tied",
    "training_budget",
    "training_estimate",
    "training_span",
]
