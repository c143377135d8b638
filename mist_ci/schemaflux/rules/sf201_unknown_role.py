"""A role that the format does not know.

What it finds: in openai-chat, a role other than system, developer, user, assistant, tool or function; in every
other format, a role that is not one of its own, such as `assistant` for Gemini, whose word is `model`. The
roles of other formats, capital letters and stray spaces are recognised.

Why it matters: providers reject the file. Chat templates raise, or leave the message out.

What to do: rename the role as the hint says.
"""

from collections.abc import Iterator, Mapping

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux import formats
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF201",
    name="unknown-role",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows(chat(("human", "What is 2+2?"), ("gpt", "4"))),
    good=GOOD,
)
_ALIASES = {
    "human": ("user", "ShareGPT"),
    "gpt": ("assistant", "ShareGPT"),
    "chatgpt": ("assistant", "ShareGPT"),
    "observation": ("tool", "ShareGPT"),
    "function_call": ("assistant", "ShareGPT"),
    "model": ("assistant", "Gemini"),
    "bot": ("assistant", ""),
    "ai": ("assistant", ""),
    "developer": ("system", ""),
}
"""Roles of elsewhere: what they are canonically, and where they come from."""


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per row, however many messages have such a role."""
    if row.plain is not None or not row.unknown_roles:
        return
    found = row.unknown_roles
    shown = ", ".join(quote(role) for role in list(found)[:4])
    roles = formats.of(row.other_format or row.format).roles
    yield Problem(
        f"unknown role {shown}{_origin(found, row)}",
        _hint(list(found), roles),
        field=next(iter(found.values())),
    )


def _origin(found: dict[str, str], row: Row) -> str:
    origins = {_ALIASES[role][1] for role in found if role in _ALIASES} - {""}
    return f" ({' and '.join(sorted(origins))}; this file is {row.format})" if origins else ""


def _hint(found: list[str], roles: Mapping[str, str]) -> str:
    renames = [f"{quote(role)} → {quote(new)}" for role in found if (new := meant(role, roles))]
    return f"rename {', '.join(renames[:4])}" if renames else f"use one of {', '.join(list(roles)[:5])}"


def meant(role: str, roles: Mapping[str, str]) -> str | None:
    """What the format calls the speaker that is meant: the first of its words for it."""
    plain = role.strip().lower()
    if plain in roles:
        return plain
    canonical = _ALIASES.get(plain, (plain, ""))[0]
    return next((word for word, meaning in roles.items() if meaning == canonical), None)
