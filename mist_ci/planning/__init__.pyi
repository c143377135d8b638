from .calibration import calibration_path, read_calibration
from .cases import Case, Ground, find_cases
from .checks import check_all_required, check_head
from .earlier import read_all_earlier
from .judges import check_judges, judges_path, read_judges
from .mode import read_event
from .plan import make_plan
from .policy import is_own_target, read_policy, read_reference

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
