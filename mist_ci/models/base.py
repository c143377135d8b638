"""What every document and message has in common: frozen, strict, and no key goes unnoticed."""

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Frozen and strict; unknown keys are errors (a misspelt key must never switch a check off)."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", protected_namespaces=(), defer_build=True
    )


def inside_the_tree(value: str) -> str:
    """The value, which is a TreePath. Raises ValueError."""
    path = PurePosixPath(value)
    if not value or path.is_absolute() or ".." in path.parts or "\\" in value or not value.isprintable():
        raise ValueError("must be a relative path inside the repository, with '/' and without '..'")
    if str(path) != value:
        raise ValueError(f"must be written plainly, as {str(path)!r}: nothing would ever match it")
    return value


TreePath = Annotated[str, AfterValidator(inside_the_tree)]
"""A path inside a git tree: relative, with `/`, without `..` or control characters."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A name people choose: letters, digits, dot, dash, underscore; at most 64 characters."""

Fraction = Annotated[float, Field(ge=0, le=1)]
"""A share or a score in [0, 1]; margins of 0.05 are five points."""

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
"""`sha256:` and 64 lowercase hex digits."""
