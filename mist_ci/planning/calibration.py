"""Reading the calibration that a team has committed beside its policy."""

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.calibration import CALIBRATION_FILE, Calibration
from mist_ci.parsing import document, strict_json
from mist_ci.parsing.safe_yaml import Document
from mist_ci.ports.files import Tree


def calibration_path(policy_path: str) -> str:
    """Where a policy's calibration is: in the same directory."""
    folder, slash, _ = policy_path.rpartition("/")
    return f"{folder}{slash}{CALIBRATION_FILE}"


def read_calibration(tree: Tree, policy_path: str) -> Calibration | None:
    """The calibration beside a policy; None when the tree has none. Raises ConfigError for a broken one."""
    path = calibration_path(policy_path)
    if not tree.exists(path):
        return None
    data = tree.read(path)
    try:
        value = strict_json.parse(data)
    except strict_json.JsonProblem as problem:
        before = data.decode("utf-8", "replace")[: (problem.column or 1) - 1]
        where = Where(path, before.count("\n") + 1)
        hint = "`mist-ci calibrate` writes it anew when it is deleted"
        raise ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=where, hint=hint) from None
    return document.validate(Calibration, Document(path, value, {(): (1, 1)}))
