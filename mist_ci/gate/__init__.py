"""Pairs, intervals, corrections, verdicts: the only room that says pass or fail."""

from mist_ci.gate.compare import compare
from mist_ci.gate.decide import decide, waived_suites, waivers_in_force
from mist_ci.gate.messages import eval_results
from mist_ci.gate.selfcheck import self_check

__all__ = ["compare", "decide", "eval_results", "self_check", "waived_suites", "waivers_in_force"]
