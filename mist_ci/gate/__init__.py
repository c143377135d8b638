"""Pairs, intervals, corrections, verdicts: the only room that says pass or fail."""

from mist_ci.gate.calibrated import beside_calibration
from mist_ci.gate.cautions import cautions, measured_cautions
from mist_ci.gate.compare import compare
from mist_ci.gate.decide import decide, waived_suites, waivers_in_force
from mist_ci.gate.drift import doubtful, drift, to_ask_again
from mist_ci.gate.families import settled
from mist_ci.gate.looks import Look, Standing, first_look
from mist_ci.gate.messages import eval_results
from mist_ci.gate.noise import measure_noise
from mist_ci.gate.pairing import count_clusters
from mist_ci.gate.pretend import Pretended, pretend, sides
from mist_ci.gate.prospects import (
    Hypotheses,
    attempts_advice,
    clean_blocked,
    margin_of,
    prospects,
    spread_told,
)
from mist_ci.gate.selfcheck import self_check

__all__ = [
    "Hypotheses",
    "Look",
    "Pretended",
    "Standing",
    "attempts_advice",
    "beside_calibration",
    "cautions",
    "clean_blocked",
    "compare",
    "count_clusters",
    "decide",
    "doubtful",
    "drift",
    "eval_results",
    "first_look",
    "margin_of",
    "measure_noise",
    "measured_cautions",
    "pretend",
    "prospects",
    "self_check",
    "settled",
    "sides",
    "spread_told",
    "to_ask_again",
    "waived_suites",
    "waivers_in_force",
]
