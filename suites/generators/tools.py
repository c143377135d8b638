"""The tools of the tool-call suite, and the question that wants some of them called."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from suites.generators.growing import Item

Call = tuple[str, dict[str, Any]]

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
        {"seconds": {"type": "integer", "minimum": 1}, "label": {"type": "string"}},
        ["seconds"],
    ),
    _tool("cancel_timer", "Stops the timer with this label.", {"label": {"type": "string"}}, ["label"]),
    _tool("set_alarm", "Rings once, today or tomorrow, at this time.", {"time": _TIME}, ["time"]),
    _tool(
        "send_message",
        "Sends a text to somebody, word for word.",
        {"to": _NAME, "text": {"type": "string"}, "urgent": {"type": "boolean", "description": "Only when it is said"}},
        ["to", "text"],
    ),
    _tool("call_person", "Starts a telephone call.", {"name": _NAME}, ["name"]),
    _tool(
        "convert_currency",
        "Converts an amount of money.",
        {
            "amount": {"type": "number"},
            "from": {"enum": ["EUR", "USD", "GBP", "JPY", "CHF"]},
            "to": {"enum": ["EUR", "USD", "GBP", "JPY", "CHF"]},
        },
        ["amount", "from", "to"],
    ),
    _tool(
        "create_event",
        "Puts an appointment into the calendar. Leave out what is not said.",
        {"title": {"type": "string"}, "date": _DATE, "time": _TIME, "people": {"type": "array", "items": {"type": "string"}}},
        ["title", "date"],
    ),
    _tool("delete_event", "Removes the appointment with this number.", {"id": {"type": "integer"}}, ["id"]),
    _tool("move_event", "Moves an appointment to another day.", {"id": {"type": "integer"}, "date": _DATE}, ["id", "date"]),
    _tool(
        "search_flats",
        "Looks for flats to rent. Leave out filters that are not asked for.",
        {
            "town": _TOWN,
            "max_rent": {"type": "integer"},
            "min_rooms": {"type": "integer"},
            "features": {"type": "array", "items": {"enum": ["balcony", "garden", "lift", "parking"]}, "description": "In the order of the request"},
        },
        ["town"],
    ),
    _tool(
        "set_light",
        "Switches or dims the light of a room. Brightness in percent, only when it is said.",
        {"room": {"enum": ["kitchen", "bedroom", "bathroom", "hall"]}, "on": {"type": "boolean"}, "brightness": {"type": "integer"}},
        ["room", "on"],
    ),
    _tool("set_heating", "Sets the heating of a room.", {"room": {"enum": ["kitchen", "bedroom", "bathroom", "hall"]}, "celsius": {"type": "number"}}, ["room", "celsius"]),
    _tool("add_to_list", "Puts one thing on the shopping list.", {"thing": {"type": "string"}, "count": {"type": "integer"}}, ["thing", "count"]),
    _tool("remove_from_list", "Takes a thing off the shopping list.", {"thing": {"type": "string"}}, ["thing"]),
    _tool("track_parcel", "Where a parcel is.", {"number": {"type": "string"}}, ["number"]),
    _tool("refund_order", "Pays an order back, wholly or in part.", {"order": {"type": "string"}, "cents": {"type": "integer", "description": "Leave out for all of it"}}, ["order"]),
    _tool(
        "book_train",
        "Books seats on a train.",
        {
            "from": _TOWN, "to": _TOWN, "date": _DATE, "seats": {"type": "integer"},
            "options": {"type": "object", "properties": {"class": {"enum": ["first", "second"]}, "bicycle": {"type": "boolean"}}, "additionalProperties": False, "description": "Only what is asked for"},
        },
        ["from", "to", "date", "seats"],
    ),
    _tool("play_music", "Plays music.", {"artist": {"type": "string"}, "shuffle": {"type": "boolean", "description": "Only when it is said"}}, ["artist"]),
    _tool("translate", "Translates a text.", {"text": {"type": "string"}, "language": {"enum": ["de", "es", "fr", "it", "pt"]}}, ["text", "language"]),
    _tool("run_query", "Counts rows of a table that fit all conditions.", {
        "table": {"enum": ["orders", "customers", "parcels"]},
        "conditions": {"type": "array", "items": {
            "type": "object",
            "properties": {"column": {"type": "string"}, "operator": {"enum": ["=", "<", ">"]}, "value": {"type": ["number", "string"]}},
            "required": ["column", "operator", "value"], "additionalProperties": False,
        }, "description": "In the order of the request"},
    }, ["table", "conditions"]),
)  # fmt: skip
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
