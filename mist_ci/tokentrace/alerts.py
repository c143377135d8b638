"""Alerts: a budget that is nearly used up, and one that is; each is told once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from mist_ci.models.figures import count
from mist_ci.models.message import TraceAlert

WARN_FROM = Fraction(4, 5)
"""Of a budget: from here on it is nearly used up."""
Unit = Literal["usd", "tokens", "seconds"]
Amount = Decimal | int | float


@dataclass(frozen=True, slots=True)
class Gauge:
    """A budget as numbers: what of it is used, and how much it is.

    `metric` is the budget's name in the policy, with what it is of where there are several: `eval_usd`,
    `eval_usd of 2026-11`. Alerts of one metric and level are one alert.
    """

    metric: str
    value: Amount
    threshold: Amount
    unit: Unit = "usd"
    is_stopped: bool = False
    """What is left was not enough to go on."""

    @property
    def alert(self) -> TraceAlert | None:
        """Critical when nothing is left, or not enough; a warning from 80%; None below."""
        used, whole = Fraction(self.value), Fraction(self.threshold)
        told = f"{self.metric}: {_told(self.value, self.unit)} of {_told(self.threshold, self.unit)}"
        if used >= whole:
            return self._alert("critical", f"{told} are used up" if used == whole else f"{told} are passed")
        if self.is_stopped:
            return self._alert("critical", f"{told} are used, and what is left is not enough to go on")
        if used < whole * WARN_FROM:
            return None
        return self._alert("warning", f"{told} are used ({float(used / whole):.0%})")

    def _alert(self, level: Literal["warning", "critical"], message: str) -> TraceAlert:
        value, threshold = float(self.value), float(self.threshold)
        return TraceAlert(level=level, metric=self.metric, value=value, threshold=threshold, message=message)


@dataclass(slots=True)
class Alarm:
    """Remembers what it has told, so that each budget has one warning and one critical alert at most."""

    _told: set[tuple[str, str]] = field(default_factory=set)

    def alerts(self, gauges: Iterable[Gauge]) -> tuple[TraceAlert, ...]:
        """Those that are new. Where a budget was told to be used up, it is not nearly used up any more."""
        new = []
        for gauge in gauges:
            alert = gauge.alert
            if alert is None or {(alert.metric, alert.level), (alert.metric, "critical")} & self._told:
                continue
            self._told.add((alert.metric, alert.level))
            new.append(alert)
        return tuple(new)


def _told(amount: Amount, unit: Unit) -> str:
    """`$0.8125`, `12,345 tokens`, `90.5 s`."""
    match unit:
        case "usd":
            return f"${amount:.4f}"
        case "tokens":
            return count(int(amount), "token")
        case _:
            return f"{float(amount):,.1f} s"
