"""Reading the calibration that a team has committed beside its policy."""

from mist_ci.models.calibration import CALIBRATION_FILE, Calibration
from mist_ci.planning.beside import beside, read_beside
from mist_ci.ports.files import Tree


def calibration_path(policy_path: str) -> str:
    """Where a policy's calibration is: in the same directory."""
    return beside(policy_path, CALIBRATION_FILE)


def read_calibration(tree: Tree, policy_path: str) -> Calibration | None:
    """The calibration beside a policy; None when the tree has none. Raises ConfigError for a broken one."""
    return read_beside(tree, calibration_path(policy_path), Calibration, "mist-ci calibrate")
