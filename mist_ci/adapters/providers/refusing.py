"""Saying before anything is sent that a wire format has no place for something."""

from urllib.parse import quote

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.modelref import Parameters


def refuse_parameters(parameters: Parameters, names: tuple[str, ...], spoken: str) -> None:
    """Raises CouldNotRun MC303 when any of these is set: dropped in silence, it would be judged and not in force."""
    for name in names:
        if getattr(parameters, name) is not None:
            raise cannot(f"has no parameter {name}", spoken, f"take {name} out of the model reference")


def model_in_path(model: str, spoken: str, *, parts: bool = False) -> str:
    """The model's name as a part of an address, or as several `parts` with a slash between them.

    A pull request chooses the name, and the policy the address: raises CouldNotRun MC303 for one that leads elsewhere.
    """
    steps = model.split("/") if parts else [model]
    if not {"", ".", ".."}.isdisjoint(steps):
        raise cannot(f"has no model {model!r}", spoken, "write the model's name as its vendor lists it")
    return "/".join(quote(step, safe="") for step in steps)


def cannot(what: str, spoken: str, hint: str) -> CouldNotRun:
    """A request that cannot be written in this format."""
    return CouldNotRun(Code.PROVIDER_REFUSED, f"{spoken} {what}", hint=hint)
