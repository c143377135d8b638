"""What changed, and what therefore must run, with a reason for each item."""

from mist_ci.planning.plan import gate_names, make_plan
from mist_ci.planning.policy import read_policy, read_reference

__all__ = ["gate_names", "make_plan", "read_policy", "read_reference"]
