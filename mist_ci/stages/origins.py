"""Where what a run judges comes from: what changed, and which commit holds each model reference."""

from collections.abc import Collection, Mapping

from mist_ci.errors import Code, CouldNotRun, UsageError, Where
from mist_ci.models.attempt import Side
from mist_ci.models.config import Policy
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import Change, Event
from mist_ci.ports.files import Files
from mist_ci.tokentrace import Origin


def anchor_commit(
    policy: Policy,
    gate_name: str,
    config: str,
    changed: Collection[str],
    anchors: Mapping[str, str],
    files: Files,
) -> str | None:
    """The anchor's commit, where a model moves: what moves none, a better policy too, needs no anchor.

    `anchors` holds commits of refs that a clone may not have. Raises CouldNotRun MC301 where the ref is nowhere.
    """
    gate = policy.gates[gate_name]
    moved = set(changed) & set(policy.guarded_models(gate).values())
    if (ref := gate.anchor_ref) is None or not moved:
        return None
    try:
        return anchors.get(ref) or files.commit(ref)
    except UsageError:
        message = f"the anchor of gate {gate_name} is {ref}, and there is no such ref"
        hint = "create the tag or branch, or fetch it here; or name another anchor in the policy"
        raise CouldNotRun(Code.NOT_COMPARABLE, message, where=Where(config), hint=hint) from None


def origins_of(event: Event, sides: Mapping[Side, ModelReference], anchor: str | None) -> dict[Side, Origin]:
    """The commit of each side's reference, and the data that it says it was trained on.

    An anchor without a commit of its own is in base's policy.
    """
    commits = {Side.BASE: event.base, Side.HEAD: event.head, Side.ANCHOR: anchor or event.base}
    return {side: Origin.of(one, commits[side]) for side, one in sides.items()}


def changes_of(event: Event, files: Files) -> tuple[Change, ...]:
    """What differs between head and any of its merge bases, sorted by path."""
    bases = (event.merge_base, *event.other_merge_bases)
    found = {one.path: one for base in bases for one in files.changes(base, event.head)}
    return tuple(found[path] for path in sorted(found))
