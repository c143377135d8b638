"""Saying before anything is sent that a wire format has no place for something."""

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.modelref import Parameters


def refuse_parameters(parameters: Parameters, names: tuple[str, ...], spoken: str) -> None:
    """Raises CouldNotRun MC303 when any of these is set: dropped in silence, it would be judged and not in force."""
    for name in names:
        if getattr(parameters, name) is not None:
            raise cannot(f"has no parameter {name}", spoken, f"take {name} out of the model reference")


def cannot(what: str, spoken: str, hint: str) -> CouldNotRun:
    """A request that cannot be written in this format."""
    return CouldNotRun(Code.PROVIDER_REFUSED, f"{spoken} {what}", hint=hint)
