"""Conversations in which tools are called, in the shapes of OpenAI, Amazon Nova and Vertex."""

import json
import random

from benchmarks.data.case import Row, Rows
from benchmarks.data.shapes import SEED, turn

_CITIES = (
    "Oslo", "Porto", "Kyoto", "Lima", "Accra", "Quebec", "Turin", "Dakar", "Hanoi", "Perth",
    "Bergen", "Sofia", "Cusco", "Davos", "Malmö", "Ghent", "Osaka", "Nantes", "Leeds", "Izmir",
)  # fmt: skip


def _tool(name: str, description: str, **properties: str) -> Row:
    fields = {key: {"type": kind} for key, kind in properties.items()}
    parameters = {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


TOOLS: Rows = [
    _tool("get_weather", "The weather of one day.", city="string", day="string"),
    _tool("find_train", "The next train.", origin="string", destination="string", hour="integer"),
    _tool("convert_money", "An amount in another currency.", amount="number", currency="string"),
]

_ASKS = (
    ("get_weather", "Do I need an umbrella in {city} on {day}?", "In {city} it will be {state} on {day}, {t} degrees."),
    ("get_weather", "How warm does it get around {city} this {day}?", "Up to {t} degrees on {day}, and {state}."),
    ("find_train", "I have to leave {city} for {other} after {hour} o'clock.", "Take the {hour}:{m} to {other}."),
    ("find_train", "When is the first connection {city} – {other} past {hour}?", "It starts at {hour}:{m}, track {t}."),
    ("convert_money", "What are {amount} euros in {money}?", "{amount} euros are {sum} {money} today."),
    ("convert_money", "My hotel in {city} costs {amount} euros. In {money}?", "That is about {sum} {money} a night."),
)  # fmt: skip


def _facts(chance: random.Random, index: int) -> dict[str, object]:
    city, other = chance.sample(_CITIES, 2)
    amount = 100 + 7 * index
    return {
        "city": city, "other": other, "day": chance.choice(("Monday", "Tuesday", "Friday", "Sunday")),
        "hour": chance.randint(8, 20), "m": chance.randint(10, 59), "t": chance.randint(3, 19),
        "state": chance.choice(("cloudy", "dry", "rainy", "sunny", "windy")), "amount": amount,
        "money": chance.choice(("CHF", "JPY", "NOK", "USD")), "sum": round(amount * chance.uniform(0.9, 160), 2),
    }  # fmt: skip


def _arguments(name: str, facts: dict[str, object]) -> Row:
    if name == "get_weather":
        return {"city": facts["city"], "day": facts["day"]}
    if name == "find_train":
        return {"origin": facts["city"], "destination": facts["other"], "hour": facts["hour"]}
    return {"amount": facts["amount"], "currency": facts["money"]}


def _result(name: str, facts: dict[str, object]) -> Row:
    if name == "get_weather":
        return {"sky": facts["state"], "celsius": facts["t"]}
    if name == "find_train":
        return {"departure": f"{facts['hour']}:{facts['m']}", "track": facts["t"]}
    return {"amount": facts["sum"]}


def call(identity: str, name: str, arguments: object) -> Row:
    """A tool call as OpenAI writes it."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": text}}


def _scenes() -> list[tuple[str, str, Row, Row, str]]:
    """Question, tool, arguments, result and answer; sixty of them."""
    chance = random.Random(SEED)
    scenes = []
    for index in range(60):
        name, ask, answer = _ASKS[index % len(_ASKS)]
        facts = _facts(chance, index)
        arguments, result = _arguments(name, facts), _result(name, facts)
        scenes.append((ask.format(**facts), name, arguments, result, answer.format(**facts)))
    return scenes


def tools(prefix: str = "call_") -> Rows:
    """openai-chat: a question, a call, its result, the answer. Ids are `prefix` and four digits."""
    rows = []
    for index, (ask, name, arguments, result, answer) in enumerate(_scenes()):
        identity = f"{prefix}{index:04}"
        turns = [
            turn("user", ask),
            {"role": "assistant", "content": None, "tool_calls": [call(identity, name, arguments)]},
            turn("tool", json.dumps(result), tool_call_id=identity),
            turn("assistant", answer),
        ]
        rows.append({"messages": turns, "tools": TOOLS})
    return rows


def calls_last() -> Rows:
    """openai-chat that ends with the call: the result is not trained on."""
    return [{**row, "messages": row["messages"][:2]} for row in tools()]


def parallel() -> Rows:
    """openai-chat with two calls at once."""
    rows = []
    for row in tools():
        ask, asking, told, answer = row["messages"]
        first = asking["tool_calls"][0]
        second = call(first["id"] + "b", "get_weather", {"city": "Riga", "day": "Monday"})
        more = turn("tool", '{"sky": "dry", "celsius": 9}', tool_call_id=second["id"])
        asking = {**asking, "tool_calls": [first, second]}
        rows.append({"messages": [ask, asking, told, more, answer], "tools": TOOLS})
    return rows


def nova_tools() -> Rows:
    """Amazon Nova with toolUse and toolResult."""
    specs = [
        {
            "toolSpec": {
                "name": one["function"]["name"],
                "description": one["function"]["description"],
                "inputSchema": {"json": one["function"]["parameters"]},
            }
        }
        for one in TOOLS
    ]
    rows = []
    for index, (ask, name, arguments, result, answer) in enumerate(_scenes()):
        identity = f"use{index:04}"
        use = {"toolUse": {"toolUseId": identity, "name": name, "input": arguments}}
        told = {"toolResult": {"toolUseId": identity, "content": [{"json": result}]}}
        turns = [turn("user", [{"text": ask}]), turn("assistant", [use])]
        turns += [turn("user", [told]), turn("assistant", [{"text": answer}])]
        rows.append(
            {
                "schemaVersion": "bedrock-conversation-2024",
                "toolConfig": {"tools": specs},
                "messages": turns,
            }
        )
    return rows


def vertex_tools() -> Rows:
    """Gemini with functionCall and functionResponse."""
    declared = [{"functionDeclarations": [one["function"] for one in TOOLS]}]
    rows = []
    for ask, name, arguments, result, answer in _scenes():
        turns = [
            {"role": "user", "parts": [{"text": ask}]},
            {"role": "model", "parts": [{"functionCall": {"name": name, "args": arguments}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": name, "response": result}}]},
            {"role": "model", "parts": [{"text": answer}]},
        ]
        rows.append({"contents": turns, "tools": declared})
    return rows


def mistral_tools() -> Rows:
    """Mistral: ids of nine letters and digits."""
    return tools("abcde")


def sharegpt_tools() -> Rows:
    """ShareGPT with function_call and observation; the tools are JSON in a string."""
    rows = []
    for ask, name, arguments, result, answer in _scenes():
        turns = [
            {"from": "human", "value": ask},
            {"from": "function_call", "value": json.dumps({"name": name, "arguments": arguments})},
            {"from": "observation", "value": json.dumps(result)},
            {"from": "gpt", "value": answer},
        ]
        rows.append({"conversations": turns, "tools": json.dumps([one["function"] for one in TOOLS])})
    return rows
