"""Small JSON files that a team commits beside its policy, because a command measured something once."""

from typing import TypeVar

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.base import Model
from mist_ci.parsing import document, strict_json
from mist_ci.parsing.safe_yaml import Document
from mist_ci.ports.files import Tree

M = TypeVar("M", bound=Model)


def beside(policy_path: str, name: str) -> str:
    """The path of a file in the policy's directory."""
    folder, slash, _ = policy_path.rpartition("/")
    return f"{folder}{slash}{name}"


def read_beside(tree: Tree, path: str, model: type[M], command: str) -> M | None:
    """What `command` has written; None when the tree has no such file. Raises ConfigError for a broken one."""
    if not tree.exists(path):
        return None
    data = tree.read(path)
    try:
        value = strict_json.parse(data)
    except strict_json.JsonProblem as problem:
        before = data.decode("utf-8", "replace")[: (problem.column or 1) - 1]
        where = Where(path, before.count("\n") + 1)
        hint = f"`{command}` writes it anew when it is deleted"
        raise ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=where, hint=hint) from None
    return document.validate(model, Document(path, value, {(): (1, 1)}))
