"""The anchor of a gate: which commit has the reference that head is held against as well."""

from collections.abc import Mapping, Sequence

from mist_ci.errors import Code, CouldNotRun, UsageError, Where
from mist_ci.models.config import Policy
from mist_ci.models.plan import Change
from mist_ci.ports.files import Files


def anchor_commit(
    policy: Policy,
    gate_name: str,
    config: str,
    changes: Sequence[Change],
    known: Mapping[str, str],
    files: Files,
) -> str | None:
    """None where no ref is the anchor, or no model moves: a better policy, too, needs no anchor then.

    `known` has commits of refs that the clone itself does not have. Raises CouldNotRun MC307 where nobody has it.
    """
    gate = policy.gates[gate_name]
    moved = {change.path for change in changes} & set(policy.guarded_models(gate).values())
    if (ref := gate.anchor_ref) is None or not moved:
        return None
    try:
        return known.get(ref) or files.commit(ref)
    except UsageError:
        message = f"the anchor of gate {gate_name} is {ref}, and there is no such ref"
        hint = "create the tag or branch, or fetch it here; or name another anchor in the policy"
        raise CouldNotRun(Code.NOT_COMPARABLE, message, where=Where(config), hint=hint) from None
