"""What an answer costs at base and at head, as the templates show it."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from markupsafe import Markup

from mist_ci.models.difference import InferenceDifference, Moved
from mist_ci.models.figures import MINUS, UNKNOWN, count, money

View = dict[str, object]
_MOVED = 0.01
"""So much of base is worth a line in a comment."""


def answers_view(model: str, found: Sequence[InferenceDifference]) -> View:
    """`answers` with a row for each figure, and `longer` where answers have another length."""
    one = next((each for each in found if each.model == model), None)
    if one is None:
        return {"answers": None, "longer": None}
    here = ", counted here" if one.are_counted else ""
    steady = [
        _row(f"tokens of a prompt{here}", one.tokens_in, _tokens),
        _row(f"tokens of an answer{here}", one.tokens_out, _tokens),
        _row("1,000 requests", one.usd_per_1000, _dollars),
    ]
    # Time is another in each run, and a comment on one commit has to stay as it is: the summary tells it.
    timed = [_row("p50 of time", one.p50_ms, _ms), _row("p95 of time", one.p95_ms, _ms)]
    samples = max(each.samples for each in _figures(one)) if any(_figures(one)) else 0
    return {
        "answers": {
            "rows": steady,
            "timed": timed if one.p50_ms else [],
            "has_moved": bool(one.prompts or one.lengths) or any(_has_moved(each) for each in _figures(one)),
            "told": [told for told in (one.prompts, one.lengths) if told],
            "samples": Markup(count(samples, "sample")),  # noqa: S704 - our own words
        },
        "longer": _longer(model, one.tokens_out),
    }


def _figures(one: InferenceDifference) -> list[Moved]:
    """Those that a comment shows, and that are known."""
    return [each for each in (one.tokens_in, one.tokens_out, one.usd_per_1000) if each is not None]


def _has_moved(figure: Moved) -> bool:
    return abs(figure.difference) >= _MOVED * figure.base and figure.difference != 0


def _longer(model: str, tokens: Moved | None) -> View | None:
    """Tokens of an answer at base and at head, where they moved by a hundredth or more."""
    if tokens is None or not tokens.base or not _has_moved(tokens):
        return None
    return {
        "model": model,
        "base": f"{tokens.base:,.1f}",
        "head": f"{tokens.head:,.1f}",
        "change": f"{tokens.head / tokens.base - 1:+.0%}".replace("-", MINUS),
    }


def _row(name: str, figure: Moved | None, shown: Callable[[float], str]) -> View:
    if figure is None:
        return {"name": Markup(name), "base": UNKNOWN, "head": UNKNOWN, "apart": UNKNOWN}  # noqa: S704
    apart = f"**{_signed(figure.difference, shown)}**"
    if figure.low is not None and figure.high is not None:
        apart += f"&nbsp;[{_signed(figure.low, shown)},&nbsp;{_signed(figure.high, shown)}]"
    return {
        "name": Markup(name),  # noqa: S704
        "base": Markup(shown(figure.base)),  # noqa: S704
        "head": Markup(shown(figure.head)),  # noqa: S704
        "apart": Markup(apart),  # noqa: S704
    }


def _signed(value: float, shown: Callable[[float], str]) -> str:
    size = shown(abs(value))
    if size == shown(0.0):
        return size
    return f"+{size}" if value > 0 else f"{MINUS}{size}"


def _tokens(tokens: float) -> str:
    return f"{tokens:,.1f}"


def _dollars(usd: float) -> str:
    return money(Decimal(repr(usd)))


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}&nbsp;ms"
