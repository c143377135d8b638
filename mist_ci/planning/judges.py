"""Judges: whom suites may ask, and what is known of them."""

from collections.abc import Iterator, Sequence

from mist_ci.errors import Code, ConfigError
from mist_ci.models.config import Policy
from mist_ci.models.judges import JUDGES_FILE, NO_JUDGES, Judges
from mist_ci.models.plan import SuiteDocument
from mist_ci.parsing import document, safe_yaml
from mist_ci.parsing.safe_yaml import Path
from mist_ci.planning.beside import beside, read_beside
from mist_ci.ports.files import Tree


def judges_path(policy_path: str) -> str:
    """Where the checks of a policy's judges are: in the same directory."""
    return beside(policy_path, JUDGES_FILE)


def read_judges(tree: Tree, policy_path: str) -> Judges:
    """The checks beside a policy; none when the tree has no such file. Raises ConfigError for a broken one."""
    return read_beside(tree, judges_path(policy_path), Judges, "mist-ci judge check … -o") or NO_JUDGES


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
