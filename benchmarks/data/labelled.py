"""Classification: messages to a shop, and the desk that should get them."""

import random
from itertools import product

from benchmarks.data.case import Row, Rows
from benchmarks.data.shapes import SEED, turn

TASK = "Name the desk for this message: billing, shipping, account or technical."
_WORDS = {
    "billing": (
        ("the invoice for March", "my last payment", "the refund for the lamp", "the receipt from Tuesday", "a fee"),
        ("was charged twice", "shows the wrong tax", "has not reached my bank", "is higher than agreed"),
    ),
    "shipping": (
        ("the parcel with the chair", "my delivery", "the courier's van", "the package from Porto", "a box"),
        ("arrived broken", "has been in transit for nine days", "went to the neighbour", "never left the warehouse"),
    ),
    "account": (
        ("my password", "the login page", "my user name", "the profile of my daughter", "the two-step code"),
        ("is not accepted any more", "has to be changed", "was locked overnight", "belongs to an old address"),
    ),
    "technical": (
        ("the app on my tablet", "the search field", "the checkout button", "the newest update", "dark mode"),
        ("crashes after a second", "stays grey whatever I press", "turns the screen white", "freezes the browser"),
    ),
}  # fmt: skip
_OPENINGS = ("Hello,", "Good morning,", "Hi there,", "Please help:", "Second try:")
_CLOSINGS = (
    "What can I do?",
    "Please look into it.",
    "Could somebody call that up?",
    "This is urgent.",
    "Thank you!",
)
LABELS = tuple(_WORDS)


def messages() -> list[tuple[str, str]]:
    """Eighty different messages with their label, in a seeded order."""
    rows = [
        (f"{_OPENINGS[(a + b) % 5]} {thing} {trouble}. {_CLOSINGS[(2 * a + b) % 5]}", label)
        for label, (things, troubles) in _WORDS.items()
        for (a, thing), (b, trouble) in product(enumerate(things), enumerate(troubles))
    ]
    random.Random(SEED).shuffle(rows)
    return rows


def classification() -> Rows:
    """Text and label."""
    return [{"text": text, "label": label} for text, label in messages()]


def as_chat() -> Rows:
    """openai-chat whose answers are labels."""
    return [
        {"messages": [turn("system", TASK), turn("user", text), turn("assistant", label)]}
        for text, label in messages()
    ]


def as_chat_row(text: str, label: str) -> Row:
    """One more row of `as_chat`."""
    return {"messages": [turn("system", TASK), turn("user", text), turn("assistant", label)]}
