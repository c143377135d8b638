from .alerts import Alarm, Gauge
from .allowances import allowances, budgets_before, ceilings, gauges, too_little
from .amounts import told_amount
from .budgets import evaluation_budget, spent_now
from .condensed import condensed
from .counted import Ruler, chosen, token_check
from .difference import inference_difference
from .earlier import ASKING_S, OWN_TOKENS, OWN_USD, PULL_REQUESTS, earlier_spend
from .estimates import estimate_span
from .exporting import COLUMNS, Departure, envelope, left_out_of, row
from .iteration import iterations, training_budget
from .judge_outlay import ToJudge, judge_assumptions, judge_outlay
from .ledger import Part, joined, read_ledger, read_part
from .otlp import export_request, rejected
from .outlay import Accounts, Answers, Lengths, assumptions, outlay
from .parting import shares
from .recorder import FINISHED, Recorder
from .recording import (
    Against,
    Rates,
    Ties,
    against_estimate,
    changed,
    duplicates,
    hash_of,
    not_from_the_future,
    priced,
    recorded_before,
    tied,
    training_span,
)
from .rows import TABLES, Rows
from .spans import Origin, Tracer
from .trainers import read_training
from .training import training_estimate

__all__ = [
    "ASKING_S",
    "COLUMNS",
    "FINISHED",
    "OWN_TOKENS",
    "OWN_USD",
    "PULL_REQUESTS",
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
    "Ruler",
    "Ties",
    "ToJudge",
    "Tracer",
    "against_estimate",
    "allowances",
    "assumptions",
    "budgets_before",
    "ceilings",
    "changed",
    "chosen",
    "condensed",
    "duplicates",
    "earlier_spend",
    "envelope",
    "estimate_span",
    "evaluation_budget",
    "export_request",
    "gauges",
    "hash_of",
    "inference_difference",
    "iterations",
    "joined",
    "judge_assumptions",
    "judge_outlay",
    "left_out_of",
    "not_from_the_future",
    "outlay",
    "priced",
    "read_ledger",
    "read_part",
    "read_training",
    "recorded_before",
    "rejected",
    "row",
    "shares",
    "spent_now",
    "tied",
    "token_check",
    "told_amount",
    "too_little",
    "training_budget",
    "training_estimate",
    "training_span",
]
