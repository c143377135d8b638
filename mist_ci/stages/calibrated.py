"""A comparison beside the calibration that the base branch has."""

from mist_ci import gate, planning
from mist_ci.errors import ConfigError
from mist_ci.models.comparison import ModelComparison
from mist_ci.models.plan import ModelChange
from mist_ci.ports.files import Tree


def beside_calibration(
    change: ModelChange, compared: ModelComparison, base: Tree, policy_path: str
) -> tuple[ModelComparison, list[str]]:
    """With what was measured of base against itself, and notices: about a file that is broken or out of date.

    A calibration decides nothing, so a broken one stops nothing.
    """
    try:
        calibration = planning.read_calibration(base, policy_path)
    except ConfigError as error:
        return compared, [f"the calibration cannot be read: {error}"]
    if calibration is None or change.base is None:
        return compared, []
    return gate.beside_calibration(compared, calibration, change.path, change.base.digest)
