"""Judges: whom suites may ask, and what is known of them."""

from collections.abc import Iterator, Sequence

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.config import Policy
from mist_ci.models.judges import JUDGES_FILE, Judges
from mist_ci.models.plan import SuiteDocument
from mist_ci.parsing import document, safe_yaml, strict_json
from mist_ci.parsing.safe_yaml import Path
from mist_ci.ports.files import Tree

NOBODY = Judges()


def judges_path(policy_path: str) -> str:
    """Where the checks of a policy's judges are: in the same directory."""
    folder, slash, _ = policy_path.rpartition("/")
    return f"{folder}{slash}{JUDGES_FILE}"


def read_judges(tree: Tree, policy_path: str) -> Judges:
    """The checks beside a policy; none when the tree has no such file. Raises ConfigError for a broken one."""
    path = judges_path(policy_path)
    if not tree.exists(path):
        return NOBODY
    data = tree.read(path)
    try:
        value = strict_json.parse(data)
    except strict_json.JsonProblem as problem:
        before = data.decode("utf-8", "replace")[: (problem.column or 1) - 1]
        where = Where(path, before.count("\n") + 1)
        hint = "`mist-ci judge check … -o` writes it anew when it is deleted"
        raise ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=where, hint=hint) from None
    return document.validate(Judges, safe_yaml.Document(path, value, {(): (1, 1)}))


def check_judges(policy: Policy, tree: Tree, suites: Sequence[SuiteDocument]) -> None:
    """Every grader that asks a model asks a provider of the policy. Raises ConfigError MC106."""
    for suite in suites:
        for index, entry in enumerate(suite.file.graders):
            for path, name in _providers(entry, ("graders", index)):
                if name not in policy.providers:
                    source = safe_yaml.load(tree.read(suite.path), suite.path)
                    message = f"no provider of the policy is named {name!r}"
                    hint = document.nearest(name, list(policy.providers))
                    raise ConfigError(Code.UNKNOWN_NAME, message, where=source.where(path), hint=hint)


def _providers(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Providers that graders name, graders within graders too; only what asks a model names one."""
    if isinstance(value, dict):
        name = value.get("provider")
        if isinstance(name, str) and "model" in value:
            yield (*path, "provider"), name
        for key, inner in value.items():
            yield from _providers(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _providers(inner, (*path, index))
