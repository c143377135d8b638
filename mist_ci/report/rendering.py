"""Jinja for our own templates, safe by default: whatever is not marked as safe comes out as inert text."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from mist_ci.models import figures
from mist_ci.report.text import code_span, table_text

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment


def _inert(value: object) -> Markup:
    """What every `{{ … }}` goes through."""
    return value if isinstance(value, Markup) else Markup(table_text(str(value), limit=1000))  # noqa: S704


def _written(value: object) -> str:
    """Lists and mappings as JSON: what is expected is read beside what models wrote."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | tuple) else str(value)


def _safe(function: Callable[..., str]) -> Callable[..., Markup]:
    """A filter whose result is safe Markdown by construction."""
    return lambda *values, **options: Markup(function(*values, **options))  # noqa: S704


@cache
def environment() -> "ImmutableSandboxedEnvironment":
    """The one environment of this room. Filters: code, words, iso (a day), and the formats of `figures`."""
    # Whoever renders nothing does not wait for Jinja.
    from jinja2 import PackageLoader, StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    made = ImmutableSandboxedEnvironment(
        loader=PackageLoader("mist_ci.report"),
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,  # so that macros return Markup; `finalize` has escaped for Markdown before that
    )
    made.filters |= {
        "code": _safe(lambda value, limit=120: code_span(_written(value), limit)),
        "words": _safe(lambda value, limit: table_text(str(value), limit)),
        "iso": _safe(lambda value: date.fromisoformat(value).isoformat()),
        "points": _safe(figures.points),
        "percent": _safe(figures.percent),
        "delta": _safe(figures.delta),
        "are": _safe(figures.are),
        "count": _safe(figures.count),
        "money": _safe(figures.money),
        "seconds": _safe(figures.seconds),
    }
    made.globals.clear()
    return made


def render(template: str, context: Mapping[str, object]) -> str:
    """A template of this package filled with plain values (dicts, lists, text, numbers)."""
    return environment().get_template(template).render(context)
