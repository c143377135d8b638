"""How much may be spent from now on: money, tokens, time."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What a budget is counted in; its value is how the names of such budgets end."""

    USD = "usd"
    TOKENS = "tokens"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Ceilings:
    """US dollars, tokens in and out together, and seconds in which calls may be started. None has no ceiling."""

    usd: Decimal | None = None
    tokens: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What a call takes, or takes at most."""

    usd: Decimal = Decimal(0)
    tokens: int = 0


UNLIMITED = Ceilings()
NOTHING = Charge()
