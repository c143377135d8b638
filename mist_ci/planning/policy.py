"""Reading and linting the policy and the model references."""

import re
from collections.abc import Mapping

from mist_ci.errors import Code, ConfigError, UsageError, Where
from mist_ci.models.config import Dataset, Policy
from mist_ci.models.known_names import SHIPPED_TARGETS, VERIFY
from mist_ci.models.modelref import ModelReference
from mist_ci.parsing import document, safe_yaml
from mist_ci.parsing.safe_yaml import Document, Path
from mist_ci.planning.provider_files import with_files
from mist_ci.ports.files import Tree

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def read_policy(tree: Tree, path: str) -> Policy | None:
    """mist.yml of a tree, linted; None when the tree has none. Raises ConfigError."""
    if not tree.exists(path):
        return None
    policy, source = document.parse(Policy, tree.read(path), path)
    _resolve_names(policy, source)
    return with_files(policy, source, tree)


def gates_of_a_broken_policy(tree: Tree, path: str) -> tuple[str, ...]:
    """The gates that a policy with errors still names: their statuses have to say error, or they never come.

    `("policy",)` when not even the names can be read.
    """
    try:
        value = safe_yaml.load(tree.read(path), path).value
    except ConfigError:
        return ("policy",)
    gates = value.get("gates") if isinstance(value, dict) else None
    names = tuple(name for name in gates if _NAME.fullmatch(name)) if isinstance(gates, dict) else ()
    return names or ("policy",)


def read_reference(tree: Tree, path: str, policy: Policy) -> ModelReference:
    """A model reference whose provider the policy knows. Raises ConfigError."""
    reference, source = document.parse(ModelReference, tree.read(path), path)
    _known(reference.provider, policy.providers, "provider", source, ("provider",))
    return reference


def no_policy(path: str, base: Tree) -> UsageError:
    """The error for a policy that is neither on the base branch nor at head: nothing would ever be gated."""
    names = [name for name in base.paths() if name.endswith((".yml", ".yaml"))]
    hint = document.nearest(path, names) if names else "`mist-ci init` writes one; --config names another"
    return UsageError(
        Code.FILE_MISSING, "neither the base branch nor head has this policy", where=Where(path), hint=hint
    )


def _resolve_names(policy: Policy, source: Document) -> None:
    """Every name that is used must be defined in the same file."""
    for name, dataset in policy.datasets.items():
        _check_place(name, dataset, source)
        for index, target in enumerate(dataset.targets):
            if not is_own_target(target):
                _check_target(target, source, ("datasets", name, "targets", index))
        if dataset.model is not None:
            _known(dataset.model, policy.models, "model", source, ("datasets", name, "model"))
    for name, gate in policy.gates.items():
        if name.casefold() == VERIFY:
            message = f"a gate cannot be named {name!r}: mist/{name} says what became of a push"
            raise ConfigError(
                Code.WRONG_VALUE, message, where=source.where(("gates", name)), hint="rename it"
            )
        for index, model in enumerate(gate.models):
            _known(model, policy.models, "model", source, ("gates", name, "models", index))
    for index, waiver in enumerate(policy.waivers):
        _known(waiver.gate, policy.gates, "gate", source, ("waivers", index, "gate"))


def is_own_target(name: str) -> bool:
    """True for a file of the repository, False for the name of a target that ships."""
    return name.endswith((".yaml", ".yml"))


def _check_target(name: str, source: Document, path: Path) -> None:
    if name not in SHIPPED_TARGETS:
        close = document.nearest(name, list(SHIPPED_TARGETS))
        hint = f"{close}; `mist-ci targets` lists them, and a file of your own ends in .yaml"
        raise ConfigError(
            Code.UNKNOWN_NAME, f"no target is named {name!r}", where=source.where(path), hint=hint
        )


def _check_place(name: str, dataset: Dataset, source: Document) -> None:
    """A data set is files of the repository, or one object that is named with its checksum."""
    at: Path = ("datasets", name)
    if dataset.path is None and dataset.uri is None:
        hint = "name files of the repository with `path`, or an object with `uri` and `sha256`"
        raise ConfigError(
            Code.MISSING_KEY, "the key 'path' is missing", where=source.where((*at, "path")), hint=hint
        )
    if dataset.uri is not None and dataset.sha256 is None:
        hint = "what arrives is compared with it; `sha256sum FILE` prints it"
        message = "the key 'sha256' is missing: without it, data at an address may change unseen"
        raise ConfigError(Code.MISSING_KEY, message, where=source.where((*at, "uri")), hint=hint)
    path, uri, sha256, lfs = dataset.place
    second = {"uri": uri and path, "sha256": sha256 and path, "lfs": lfs and uri}
    if key := next((key for key, clash in second.items() if clash), None):
        message = f"{key!r} does not go with {'uri' if key == 'lfs' else 'path'!r}"
        hint = "a data set has `path`, perhaps with `lfs: true`; or it has `uri` and `sha256`"
        raise ConfigError(Code.WRONG_VALUE, message, where=source.where((*at, key)), hint=hint)


def _known(name: str, names: Mapping[str, object], kind: str, source: Document, path: Path) -> None:
    if name not in names:
        hint = document.nearest(name, list(names)) or f"define it in mist.yml under {kind}s"
        raise ConfigError(
            Code.UNKNOWN_NAME, f"no {kind} is named {name!r}", where=source.where(path), hint=hint
        )
