"""Pairs, intervals, corrections, verdicts: the only room that says pass or fail."""

from mist_ci.gate.advisory import who_demands
from mist_ci.gate.calibrated import beside_calibration
from mist_ci.gate.cautions import cautions, measured_cautions
from mist_ci.gate.compare import compare
from mist_ci.gate.decide import decide, waived_suites, waivers_in_force
from mist_ci.gate.drift import doubtful, drift, to_ask_again
from mist_ci.gate.families import settled
from mist_ci.gate.judged import WHAT_TO_DO, judge_floor, table_of, why_advisory
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
from mist_ci.gate.selfcheck import self_check, self_check_of_pairs

__all__ = [
    "WHAT_TO_DO",
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
    "judge_floor",
    "margin_of",
    "measure_noise",
    "measured_cautions",
    "pretend",
    "prospects",
    "self_check",
    "self_check_of_pairs",
    "settled",
    "sides",
    "spread_told",
    "table_of",
    "to_ask_again",
    "waived_suites",
    "waivers_in_force",
    "who_demands",
    "why_advisory",
]
