"""What changed, and what therefore must run, with a reason for each item."""

from mist_ci.planning.checks import check_head
from mist_ci.planning.mode import read_event
from mist_ci.planning.plan import gate_names, make_plan
from mist_ci.planning.policy import gates_of_a_broken_policy, no_policy, read_policy, read_reference

__all__ = [
    "check_head",
    "gate_names",
    "gates_of_a_broken_policy",
    "make_plan",
    "no_policy",
    "read_event",
    "read_policy",
    "read_reference",
]
