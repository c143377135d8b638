"""Pairs, intervals, corrections, verdicts: the only room that says pass or fail."""

from mist_ci.gate.cautions import cautions, measured_cautions
from mist_ci.gate.compare import compare
from mist_ci.gate.decide import decide, waived_suites, waivers_in_force
from mist_ci.gate.messages import eval_results
from mist_ci.gate.noise import measure_noise
from mist_ci.gate.pretend import Pretended, pretend, sides
from mist_ci.gate.prospects import Family, attempts_advice, clean_blocked, margin_of, prospects, spread_told
from mist_ci.gate.selfcheck import self_check

__all__ = [
    "Family",
    "Pretended",
    "attempts_advice",
    "cautions",
    "clean_blocked",
    "compare",
    "decide",
    "eval_results",
    "margin_of",
    "measure_noise",
    "measured_cautions",
    "pretend",
    "prospects",
    "self_check",
    "sides",
    "spread_told",
    "waived_suites",
    "waivers_in_force",
]
