from .advisory import who_demands
from .calibrated import beside_calibration
from .cautions import cautions, measured_cautions
from .compare import compare
from .decide import decide, waived_suites, waivers_in_force
from .drift import doubtful, drift, to_ask_again
from .families import settled
from .judged import WHAT_TO_DO, judge_floor, table_of, why_advisory
from .looks import Look, Standing, first_look
from .messages import eval_results
from .noise import measure_noise
from .pairing import count_clusters
from .pretend import Pretended, pretend, sides
from .prospects import (
    Hypotheses,
    attempts_advice,
    clean_blocked,
    margin_of,
    prospects,
    spread_told,
)
from .selfcheck import self_check, self_check_of_pairs

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
