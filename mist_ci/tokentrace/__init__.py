"""Every call and every training row in tokens and dollars; budgets that hold."""

from mist_ci.tokentrace.allowances import allowances, budgets_before, ceilings, too_little
from mist_ci.tokentrace.amounts import told as told_amount
from mist_ci.tokentrace.budgets import evaluation_budget, spent_now
from mist_ci.tokentrace.condensed import condensed
from mist_ci.tokentrace.difference import inference_difference
from mist_ci.tokentrace.earlier import ASKING_S, OWN_TOKENS, OWN_USD, PULL_REQUESTS, earlier_spend
from mist_ci.tokentrace.exporting import COLUMNS, Departure, envelope, left_out_of, row
from mist_ci.tokentrace.iteration import iterations, training_budget
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
    "ASKING_S",
    "COLUMNS",
    "OWN_TOKENS",
    "OWN_USD",
    "PULL_REQUESTS",
    "Accounts",
    "Against",
    "Answers",
    "Departure",
    "Lengths",
    "Rates",
    "Ties",
    "against_estimate",
    "allowances",
    "assumptions",
    "budgets_before",
    "ceilings",
    "changed",
    "condensed",
    "duplicates",
    "earlier_spend",
    "envelope",
    "estimate_span",
    "evaluation_budget",
    "export_request",
    "hash_of",
    "inference_difference",
    "iterations",
    "left_out_of",
    "outlay",
    "priced",
    "read_ledger",
    "read_training",
    "recorded_before",
    "rejected",
    "row",
    "spans",
    "spent_now",
    "tied",
    "told_amount",
    "too_little",
    "training_budget",
    "training_estimate",
    "training_span",
]
