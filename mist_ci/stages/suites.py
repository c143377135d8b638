"""Loading suites for a gate: those of base, and those that head changed, which may bring no program along."""

from collections.abc import Iterable, Sequence

from mist_ci import matchspec, planning
from mist_ci.models.config import Policy
from mist_ci.models.finding import DataReport
from mist_ci.models.plan import SuiteDocument
from mist_ci.models.suite import Suite
from mist_ci.ports import World
from mist_ci.ports.files import Tree


def find_suites(tree: Tree, policy: Policy, config: str, world: World) -> tuple[SuiteDocument, ...]:
    """The suites that the policy names, as the tree has them. Raises ConfigError, also where a judge is unknown."""
    found = matchspec.find(tree, policy.suites, config, world.shipped)
    planning.check_judges(policy, tree, found)
    return found


def load_suites(documents: Sequence[SuiteDocument], base: Tree, world: World) -> tuple[Suite, ...]:
    """The suites at the base tip; their command graders run with base's files."""
    programs = _programs(documents, base)
    return tuple(matchspec.load(one, world.executor, programs=programs) for one in documents)


def load_changed(
    path: str, head: Tree, documents: Sequence[SuiteDocument], base: Tree, world: World
) -> Suite:
    """A suite as head has it. Raises ConfigError, MC107 for a command grader that no suite of base has."""
    return matchspec.load(matchspec.read(head, path), world.executor, programs=_programs(documents, base))


def leaked_keys(data: Iterable[DataReport]) -> dict[str, tuple[str, ...]]:
    """Keys of samples that are in training data, by suite."""
    leaked: dict[str, tuple[str, ...]] = {}
    for found in data:
        for suite, keys in found.leaked.items():
            leaked[suite] = (*leaked.get(suite, ()), *keys)
    return leaked


def _programs(documents: Sequence[SuiteDocument], base: Tree) -> matchspec.TrustedPrograms:
    """What command graders may run: as base's suites name it, with base's files."""
    return matchspec.trusted(base, [entry for one in documents for entry in one.file.graders])
