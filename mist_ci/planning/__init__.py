"""What changed, and what therefore must run, with a reason for each item."""

from mist_ci.planning.calibration import calibration_path, read_calibration
from mist_ci.planning.cases import Case, Ground, find_cases
from mist_ci.planning.checks import check_all_required, check_head
from mist_ci.planning.earlier import read_all_earlier
from mist_ci.planning.judges import check_judges, judges_path, read_judges
from mist_ci.planning.mode import read_event
from mist_ci.planning.plan import make_plan
from mist_ci.planning.policy import is_own_target, read_policy, read_reference

__all__ = [
    "Case",
    "Ground",
    "calibration_path",
    "check_all_required",
    "check_head",
    "check_judges",
    "find_cases",
    "is_own_target",
    "judges_path",
    "make_plan",
    "read_all_earlier",
    "read_calibration",
    "read_event",
    "read_judges",
    "read_policy",
    "read_reference",
]
