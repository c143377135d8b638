"""Pairs, intervals, corrections, verdicts: the only room that says pass or fail."""

from mist_ci.gate.compare import compare
from mist_ci.gate.decide import decide, waived_suites, waivers_in_force
from mist_ci.gate.drift import doubtful, drift, to_ask_again
from mist_ci.gate.families import settled
from mist_ci.gate.looks import Look, Standing, first_look
from mist_ci.gate.messages import eval_results
from mist_ci.gate.selfcheck import self_check

__all__ = [
    "Look",
    "Standing",
    "compare",
    "decide",
    "doubtful",
    "drift",
    "eval_results",
    "first_look",
    "self_check",
    "settled",
    "to_ask_again",
    "waived_suites",
    "waivers_in_force",
]
