"""Data sets whose data is elsewhere at head: the policy says so, so the policy's change brings data with it.

How data is judged takes effect after the merge, like all of the policy. Which data there is does not: a new
`sha256` *is* the new data, and after the merge nobody would look at what came with it.
"""

from collections.abc import Mapping

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.address import place_of
from mist_ci.models.config import Dataset, Gate, Policy
from mist_ci.models.plan import ChangeKind
from mist_ci.parsing import safe_yaml
from mist_ci.planning.checks import guarded_datasets
from mist_ci.planning.policy import read_policy
from mist_ci.ports.files import Tree


def moved_data(
    policy: Policy, policy_path: str, gate: Gate, changed: Mapping[str, ChangeKind], head: Tree
) -> tuple[dict[str, Dataset], list[str]]:
    """Name → data set as base judges it, with its data where head has it; and what has to be said.

    Only where an address is involved: other files of the repository under another pattern are a change of policy.
    Raises CouldNotRun MC305 for a place that base does not name, since head must not choose where requests go.
    """
    new = read_policy(head, policy_path) if policy_path in changed else None
    if new is None:
        return {}, []
    moved = {
        name: dataset.placed_as(new.datasets[name])
        for name, dataset in guarded_datasets(policy, gate).items()
        if name in new.datasets and _has_moved(dataset, new.datasets[name])
    }
    known = places(policy)
    for name, dataset in moved.items():
        if dataset.uri is not None and place_of(dataset.uri) not in known:
            source = safe_yaml.load(head.read(policy_path), policy_path)
            message = f"head moves the data to {place_of(dataset.uri)}, which the base branch's policy does not name"
            hint = "first add it to `data_hosts`, with a change of its own"
            where = source.where(("datasets", name, "uri"))
            raise CouldNotRun(Code.DATA_UNVERIFIED, message, where=where, hint=hint)
    notices = [
        f"data set {name} is new and lies outside of git: it is looked at once the policy is merged"
        for name, dataset in new.datasets.items()
        if name not in policy.datasets and dataset.uri is not None
    ]
    return moved, notices


def places(policy: Policy) -> frozenset[str]:
    """Hosts and buckets that a policy names."""
    named = (place_of(dataset.uri) for dataset in policy.datasets.values() if dataset.uri is not None)
    return frozenset({*named, *(one.lower() for one in policy.data_hosts)})


def _has_moved(before: Dataset, after: Dataset) -> bool:
    return before.place != after.place and (before.uri is not None or after.uri is not None)
