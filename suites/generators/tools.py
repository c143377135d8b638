"""The tools of the tool-call suite, and the question that wants some of them called."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from suites.generators.growing import Item

Call = tuple[str, dict[str, Any]]

_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}
_YES_OR_NO = {"type": "boolean"}
_ROOM = {"enum": ["kitchen", "bedroom", "bathroom", "hall"]}
_CURRENCY = {"enum": ["EUR", "USD", "GBP", "JPY", "CHF"]}
_TOWN = {"type": "string", "description": "Name of the town"}
_NAME = {"type": "string", "description": "Name of the person"}
_DATE = {"type": "string", "format": "date", "description": "YYYY-MM-DD"}
_TIME = {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "description": "HH:MM, on a 24-hour clock"}


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _tool(name: str, description: str, properties: dict[str, Any], required: Sequence[str]) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {"name": name, "description": description, "parameters": parameters}


_LISTED = (
    _tool("get_weather", "The weather of a town now, or on a day.", {"town": _TOWN, "date": _DATE}, ["town"]),
    _tool("get_time", "The local time in a town.", {"town": _TOWN}, ["town"]),
    _tool(
        "set_timer",
        "Starts a timer. Leave out the label when none is given.",
        {"seconds": {"type": "integer", "minimum": 1}, "label": _TEXT},
        ["seconds"],
    ),
    _tool("cancel_timer", "Stops the timer with this label.", {"label": _TEXT}, ["label"]),
    _tool("set_alarm", "Rings once, today or tomorrow, at this time.", {"time": _TIME}, ["time"]),
    _tool(
        "send_message",
        "Sends a text to somebody, word for word.",
        {"to": _NAME, "text": _TEXT, "urgent": {"type": "boolean", "description": "Only when it is said"}},
        ["to", "text"],
    ),
    _tool("call_person", "Starts a telephone call.", {"name": _NAME}, ["name"]),
    _tool(
        "convert_currency",
        "Converts an amount of money.",
        {
            "amount": {"type": "number"},
            "from": _CURRENCY,
            "to": _CURRENCY,
        },
        ["amount", "from", "to"],
    ),
    _tool(
        "create_event",
        "Puts an appointment into the calendar. Leave out what is not said.",
        {"title": _TEXT, "date": _DATE, "time": _TIME, "people": {"type": "array", "items": _TEXT}},
        ["title", "date"],
    ),
    _tool("delete_event", "Removes the appointment with this number.", {"id": _COUNT}, ["id"]),
    _tool(
        "move_event", "Moves an appointment to another day.", {"id": _COUNT, "date": _DATE}, ["id", "date"]
    ),
    _tool(
        "search_flats",
        "Looks for flats to rent. Leave out filters that are not asked for.",
        {
            "town": _TOWN,
            "max_rent": _COUNT,
            "min_rooms": _COUNT,
            "features": {
                "type": "array",
                "items": {"enum": ["balcony", "garden", "lift", "parking"]},
                "description": "In the order of the request",
            },
        },
        ["town"],
    ),
    _tool(
        "set_light",
        "Switches or dims the light of a room. Brightness in percent, only when it is said.",
        {"room": _ROOM, "on": _YES_OR_NO, "brightness": _COUNT},
        ["room", "on"],
    ),
    _tool(
        "set_heating",
        "Sets the heating of a room.",
        {"room": _ROOM, "celsius": {"type": "number"}},
        ["room", "celsius"],
    ),
    _tool(
        "add_to_list",
        "Puts one thing on the shopping list.",
        {"thing": _TEXT, "count": _COUNT},
        ["thing", "count"],
    ),
    _tool("remove_from_list", "Takes a thing off the shopping list.", {"thing": _TEXT}, ["thing"]),
    _tool("track_parcel", "Where a parcel is.", {"number": _TEXT}, ["number"]),
    _tool(
        "refund_order",
        "Pays an order back, wholly or in part.",
        {"order": _TEXT, "cents": {"type": "integer", "description": "Leave out for all of it"}},
        ["order"],
    ),
    _tool(
        "book_train",
        "Books seats on a train.",
        {
            "from": _TOWN,
            "to": _TOWN,
            "date": _DATE,
            "seats": _COUNT,
            "options": {
                "type": "object",
                "properties": {"class": {"enum": ["first", "second"]}, "bicycle": _YES_OR_NO},
                "additionalProperties": False,
                "description": "Only what is asked for",
            },
        },
        ["from", "to", "date", "seats"],
    ),
    _tool(
        "play_music",
        "Plays music.",
        {"artist": _TEXT, "shuffle": {"type": "boolean", "description": "Only when it is said"}},
        ["artist"],
    ),
    _tool(
        "translate",
        "Translates a text.",
        {"text": _TEXT, "language": {"enum": ["de", "es", "fr", "it", "pt"]}},
        ["text", "language"],
    ),
    _tool(
        "run_query",
        "Counts rows of a table that fit all conditions.",
        {
            "table": {"enum": ["orders", "customers", "parcels"]},
            "conditions": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "column": _TEXT,
                        "operator": {"enum": ["=", "<", ">"]},
                        "value": {"type": ["number", "string"]},
                    },
                    "required": ["column", "operator", "value"],
                    "additionalProperties": False,
                },
                "description": "In the order of the request",
            },
        },
        ["table", "conditions"],
    ),
)
TOOLS = {tool["name"]: tool for tool in _LISTED}


def wanted(rng: Random, level: int, request: str, calls: Sequence[Call], near: Sequence[str] = ()) -> Item:
    """A request, the calls that it needs, and among the tools on offer those and some more: `near` ones at least."""
    needed = list(dict.fromkeys([*(name for name, _ in calls), *near]))
    others = [name for name in TOOLS if name not in needed]
    offered = needed + rng.sample(others, (1, 3, 6)[level])
    rng.shuffle(offered)
    expected = [{"name": name, "arguments": arguments} for name, arguments in calls]
    return Item(request, expected, {"tools": [TOOLS[name] for name in offered]})


def some_day(rng: Random) -> date:
    return date(2027, 1, 1) + timedelta(days=rng.randrange(700))


def in_words(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
