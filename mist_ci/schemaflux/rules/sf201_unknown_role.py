"""A role that the format does not know.

What it finds: a role other than system, developer, user, assistant, tool or function. The roles of
ShareGPT and Gemini, capital letters and stray spaces are recognised.

Why it matters: providers reject the file. Chat templates raise, or leave the message out.

What to do: rename the role as the hint says.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.message import ROLES
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
}


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per row, however many messages have such a role."""
    found: dict[str, str] = {}
    for message in row.said:
        if message.role is not None and message.role not in ROLES:
            found.setdefault(message.role, message.at_role)
    if found:
        shown = ", ".join(quote(role) for role in list(found)[:4])
        where = next(iter(found.values()))
        yield Problem(f"unknown role {shown}{_origin(found)}", _hint(list(found)), field=where)


def _origin(found: dict[str, str]) -> str:
    origins = {_ALIASES[role][1] for role in found if role in _ALIASES} - {""}
    return f" ({' and '.join(sorted(origins))}; this file is openai-chat)" if origins else ""


def _hint(roles: list[str]) -> str:
    renames = [f"{quote(role)} → {quote(new)}" for role in roles if (new := _meant(role))]
    return f"rename {', '.join(renames[:4])}" if renames else f"use one of {', '.join(ROLES[:5])}"


def _meant(role: str) -> str | None:
    plain = role.strip().lower()
    return plain if plain in ROLES else _ALIASES.get(plain, (None, ""))[0]
