"""A file of the team's own that a command writes beside the policy, to be looked at and committed."""

from pathlib import Path

from mist_ci.errors import Code, CouldNotRun, Where


def write_beside(target: Path, text: str) -> None:
    """Written next to its place and renamed: whoever stops it half way keeps the old one. Raises CouldNotRun MC309."""
    beside = target.with_name(f".{target.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CouldNotRun(Code.CANNOT_WRITE, reason, where=Where(str(target))) from None
