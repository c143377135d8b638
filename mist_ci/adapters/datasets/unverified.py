"""The one error of this package: the data is not there, or is not what was promised."""

from mist_ci.errors import Code, CouldNotRun, Where


def unverified(label: str, reason: str, hint: str) -> CouldNotRun:
    """CouldNotRun MC305 about one file or object of a data set."""
    return CouldNotRun(Code.DATA_UNVERIFIED, reason, where=Where(label), hint=hint)
