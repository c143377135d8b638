"""A picture stands in a message of a role that may not show any.

What it finds: a picture in a message of the assistant (or of another role) where the target takes pictures from the
user only, and any picture where the target takes none.

Why it matters: Together, Azure, OpenAI and Amazon Nova reject the row.

What to do: move the picture into the message of the user before it.
"""

from collections.abc import Iterator
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.images import images
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import listed, problem, when, when_false
from mist_ci.schemaflux.trait import Trait

_PICTURE: JsonValue = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def _says(text: str) -> JsonValue:
    return {"type": "text", "text": text}


META = RuleMeta(
    code="SF402",
    name="image-role",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.PARTS,
    target="together",
    bad=rows(
        {
            "messages": [
                {"role": "user", "content": [_says("Draw a dot.")]},
                {"role": "assistant", "content": [_says("Here:"), _PICTURE]},
            ]
        }
    ),
    good=rows(
        {
            "messages": [
                {"role": "user", "content": [_says("What is this?"), _PICTURE]},
                {"role": "assistant", "content": [_says("A dot.")]},
            ]
        }
    ),
)


def facts(target: Target, /) -> tuple[Fact[Any], ...]:
    """Who may show pictures, if anybody."""
    return (*when_false(target.images.allowed), *when(target.images.roles))


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row: the first such picture."""
    for fact in when_false(target.images.allowed):
        for image in images(row):
            yield problem(
                fact, f"{target.title} takes no pictures", "leave the row out for this target", image.field
            )
            return
    for roles in when(target.images.roles):
        for image in images(row):
            role = image.message.role
            if role is not None and role not in roles.value:
                yield problem(
                    roles,
                    f"a picture in a message of the {role}; {target.title} takes them from {listed(roles.value)} only",
                    "move it into the message of the user before it",
                    image.field,
                    permits=lambda value, role=role: role in value,  # type: ignore[misc]
                )
                return
