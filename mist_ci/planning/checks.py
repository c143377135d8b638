"""Before anything runs: every path of the policy leads to a plain file, and to one that is there.

A path that matches nothing would leave its gate open for ever, and a link would let content change under a
name that never does.
"""

from collections.abc import Mapping, Sequence

from mist_ci.errors import Code, ConfigError, CouldNotRun, Where
from mist_ci.models.config import Dataset, Gate, Policy
from mist_ci.models.plan import SuiteDocument
from mist_ci.parsing.document import nearest
from mist_ci.parsing.glob import matches, reaches_below
from mist_ci.parsing.safe_yaml import Document, Path
from mist_ci.planning.policy import is_own_target
from mist_ci.ports.files import Tree


def check_paths(policy: Policy, gate: Gate, source: Document, trees: Mapping[str, Tree]) -> None:
    """References, data and suites of a gate. Raises ConfigError, or CouldNotRun MC305 for data."""
    _refuse_irregular(policy, gate, trees["head"])
    everywhere = {path for tree in trees.values() for path in tree.paths()}
    for name, path in policy.guarded_models(gate).items():
        if path not in everywhere:
            raise _matches_nothing(
                f"{path} is neither on the base branch nor at head", source, ("models", name)
            )
    for name, dataset in guarded_datasets(policy, gate).items():
        if dataset.path is not None and not any(matches(dataset.path, path) for path in everywhere):
            message = f"no file on the base branch or at head matches {dataset.path!r}"
            raise _matches_nothing(message, source, ("datasets", name, "path"))


def _matches_nothing(message: str, source: Document, path: Path) -> ConfigError:
    hint = "correct the path in the policy: as it is, nothing would ever be checked"
    return ConfigError(Code.FILE_MISSING, message, where=source.where(path), hint=hint)


def guarded_datasets(policy: Policy, gate: Gate) -> dict[str, Dataset]:
    """The data sets of the models that a gate guards, and those of no model."""
    guarded = policy.guarded_models(gate)
    return {
        name: dataset
        for name, dataset in policy.datasets.items()
        if dataset.model is None or dataset.model in guarded
    }


def _refuse_irregular(policy: Policy, gate: Gate, head: Tree) -> None:
    """A trainer follows a link and opens a file of any name: what cannot be validated must not look valid."""
    data = [dataset.path for dataset in guarded_datasets(policy, gate).values() if dataset.path is not None]
    other = [*policy.suite_files, *policy.guarded_models(gate).values()]
    for path in head.irregular():
        hint = "commit the file itself, not a link or a submodule, under a plain name"
        if any(matches(pattern, path) or reaches_below(pattern, path) for pattern in data):
            message = "training data that is no regular file with a plain name cannot be validated"
            raise CouldNotRun(Code.DATA_UNVERIFIED, message, where=Where(path), hint=hint)
        if any(matches(pattern, path) or reaches_below(pattern, path) for pattern in other):
            message = "a link, a submodule or an odd name where the policy expects a file"
            raise ConfigError(Code.UNSAFE_PATH, message, where=Where(path), hint=hint)


def check_required(gate: Gate, gate_name: str, source: Document, suites: Sequence[SuiteDocument]) -> None:
    """Every suite that the gate requires exists. Raises ConfigError MC106."""
    names = [suite.file.name for suite in suites]
    for index, name in enumerate(gate.require):
        if name not in names:
            where = source.where(("gates", gate_name, "require", index))
            hint = nearest(name, names) or "no suite was found: check `suites:`"
            raise ConfigError(Code.UNKNOWN_NAME, f"no suite is named {name!r}", where=where, hint=hint)


def check_all_required(policy: Policy, source: Document, suites: Sequence[SuiteDocument]) -> None:
    """The same for every gate of a policy. Raises ConfigError MC106."""
    for name, gate in policy.gates.items():
        check_required(gate, name, source, suites)


def check_baseline(gate: Gate, gate_name: str, source: Document, base: Tree) -> None:
    """References that are named must be there: without them nothing would be compared. Raises MC101."""
    named = {
        "compare_to": (None if gate.compare_to == "base" else gate.compare_to, "write `compare_to: base`"),
        "anchor": (None if gate.anchor_ref else gate.anchor, "name a full ref, such as refs/tags/released"),
    }
    for key, (path, otherwise) in named.items():
        if path is not None and not base.exists(path):
            where = source.where(("gates", gate_name, key))
            hint = f"name a model reference on the base branch, or {otherwise}"
            raise ConfigError(Code.FILE_MISSING, f"{path} is not in {base.label}", where=where, hint=hint)


def check_head(policy: Policy, source: Document, head: Tree, suites: Sequence[SuiteDocument]) -> None:
    """Head's own policy, suites and references fit together: else every change after the merge would fail."""
    for name, gate in policy.gates.items():
        check_paths(policy, gate, source, {"head": head})
        check_required(gate, name, source, suites)
        check_baseline(gate, name, source, head)
    for name, dataset in policy.datasets.items():
        _check_known(name, dataset, source, head)


def _check_known(name: str, dataset: Dataset, source: Document, head: Tree) -> None:
    """Files that say how data is judged are read from the base branch: there they will have to be."""
    own = [(("targets", index), one) for index, one in enumerate(dataset.targets) if is_own_target(one)]
    for key, path in [*own, (("baseline",), dataset.baseline)]:
        if path is not None and not head.exists(path):
            where = source.where(("datasets", name, *key))
            hint = "commit it with this change: it is read from the base branch"
            raise ConfigError(Code.FILE_MISSING, f"{path} is not in {head.label}", where=where, hint=hint)
