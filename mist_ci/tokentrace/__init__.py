"""Every call and every training row in tokens and dollars; budgets that hold."""

from mist_ci.tokentrace.budgets import evaluation_budget, training_budget
from mist_ci.tokentrace.outlay import Accounts, Answers, Lengths, assumptions, outlay
from mist_ci.tokentrace.spans import spans
from mist_ci.tokentrace.training import training_estimate

__all__ = [
    "Accounts",
    "Answers",
    "Lengths",
    "assumptions",
    "evaluation_budget",
    "outlay",
    "spans",
    "training_budget",
    "training_estimate",
]
