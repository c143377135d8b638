"""Defects of tool calls: SF3xx, in OpenAI's shape, Amazon Nova's, Gemini's and ShareGPT's."""

import json

from benchmarks.data import calling
from benchmarks.data.case import Case, Rows, spoiled
from benchmarks.data.edit import alter, both, drop, everywhere, insert, put
from mist_ci.models.data_format import DataFormat as F

CALL = "messages.1.tool_calls.0"
FUNCTION = f"{CALL}.function"
WEATHER, TRAIN, MONEY = 24, 26, 28
"""Rows that call get_weather, find_train and convert_money."""


def cases() -> list[Case]:
    """All of them."""
    return [*_arguments(), *_names(), *_pairs(), *_declarations(), *_others(), *_targets()]


def _arguments() -> list[Case]:
    rows = calling.tools()
    at = WEATHER

    return [
        spoiled("arguments-not-json", rows,
            put(f"{FUNCTION}.arguments", "{'city': 'Oslo', 'day': 'Monday'}", at=at), "arguments are a Python dict",
            "SF301", consequence="mis-trained", core=True),
        spoiled("arguments-cut", rows, alter(f"{FUNCTION}.arguments", lambda text: text[:-4], at=at),
            "arguments are cut off", "SF301", consequence="mis-trained"),
        spoiled("arguments-are-list", rows, put(f"{FUNCTION}.arguments", '["Oslo", "Monday"]', at=at),
            "arguments are a list", "SF301", "SF304", "SF302", consequence="mis-trained"),
        spoiled("argument-missing", rows, put(f"{FUNCTION}.arguments", '{"city": "Oslo"}', at=at),
            "an argument that the tool requires is missing", "SF304", consequence="mis-trained", core=True),
        spoiled("argument-type", rows, put(f"{FUNCTION}.arguments", '{"city": "Oslo", "day": 1}', at=at),
            "an argument has the wrong type", "SF304", consequence="mis-trained"),
        spoiled("argument-extra", rows,
            put(f"{FUNCTION}.arguments", '{"city": "Oslo", "day": "Monday", "unit": "C"}', at=at),
            "an argument that the tool does not have", "SF304", consequence="mis-trained"),
        spoiled("argument-null", rows,
            put(f"{FUNCTION}.arguments", '{"city": "Oslo", "day": "Monday", "hour": null}', at=at),
            "an argument of another tool is null: Arrow was here", "SF314", "SF304", consequence="mis-trained"),
    ]  # fmt: skip


def _names() -> list[Case]:
    rows = calling.tools()
    return [
        spoiled("undeclared-tool", rows, put(f"{FUNCTION}.name", "get_forecast", at=WEATHER),
            "a tool that is not declared", "SF303", consequence="mis-trained", core=True),
        spoiled("no-function-name", rows, drop(f"{FUNCTION}.name", at=WEATHER), "the function has no name", "SF104",
            "SF308", core=True),
        spoiled("bad-function-name", rows,
            both(put(f"{FUNCTION}.name", "find train", at=TRAIN), put("tools.1.function.name", "find train", at=TRAIN)),
            "a function name with a space", "SF308"),
        spoiled("long-function-name", rows,
            both(put(f"{FUNCTION}.name", "a" * 65, at=TRAIN), put("tools.1.function.name", "a" * 65, at=TRAIN)),
            "a function name of 65 characters", "SF321", "SF308", targets=("azure",)),
        spoiled("no-function", rows, drop(FUNCTION, at=WEATHER), "a call without a function", "SF104"),
        spoiled("call-type", rows, put(f"{CALL}.type", "tool", at=WEATHER), "a call of an unknown type", "SF105",
            "SF104", "SF308", "SF107", "SF201"),
        spoiled("tool-calls-is-object", rows, alter("messages.1.tool_calls", lambda calls: calls[0], at=WEATHER),
            "tool_calls is an object", "SF105"),
    ]  # fmt: skip


def _twice(rows: Rows) -> None:
    rows[WEATHER]["messages"].insert(3, dict(rows[WEATHER]["messages"][2]))


def _pairs() -> list[Case]:
    rows = calling.tools()
    many = calling.parallel()

    def same_ids(rows: Rows) -> None:
        first, second = rows[WEATHER]["messages"][1]["tool_calls"]
        second["id"] = first["id"]
        rows[WEATHER]["messages"][3]["tool_call_id"] = first["id"]

    return [
        spoiled("unanswered-call", rows, drop("messages.2", at=WEATHER), "a call without a result", "SF305",
            core=True),
        spoiled("one-of-two-unanswered", many, drop("messages.3", at=WEATHER), "one of two calls has no result",
            "SF305"),
        spoiled("orphan-result", rows, drop("messages.2.tool_call_id", at=WEATHER), "a result without an id",
            "SF306", "SF104", core=True),
        spoiled("unknown-result-id", rows, put("messages.2.tool_call_id", "call_9999", at=WEATHER),
            "a result to a call that nobody made", "SF306", core=True),
        spoiled("result-twice", rows, _twice, "a call is answered twice", "SF306", "SF305"),
        spoiled("duplicate-call-id", many, same_ids, "two calls with one id", "SF315", "SF305", "SF306", "SF307",
            core=True),
        spoiled("result-before-call", rows,
            lambda rows: rows[WEATHER]["messages"].insert(1, rows[WEATHER]["messages"].pop(2)),
            "the result stands before the call", "SF306"),
        spoiled("result-is-object", rows, put("messages.2.content", {"sky": "dry"}, at=WEATHER),
            "a result is an object", "SF105"),
    ]  # fmt: skip


def _many(tools: Rows) -> Rows:
    """130 tools."""
    function = tools[0]["function"]
    named = ({**function, "name": f"tool_{number}"} for number in range(127))
    return [*tools, *({"type": "function", "function": one} for one in named)]


def _declarations() -> list[Case]:
    rows = calling.tools()
    tools = "tools.0.function"
    legacy = [{"name": "get_weather", "parameters": {"type": "object", "properties": {}}}]
    return [
        spoiled("bad-schema", rows, put(f"{tools}.parameters.properties.city.type", "text", at=WEATHER),
            "a tool's schema is none: there is no type text", "SF316", "SF309"),
        spoiled("schema-is-text", rows, put(f"{tools}.parameters", "city, day", at=WEATHER),
            "a tool's schema is a string", "SF316", "SF309", "SF105"),
        spoiled("tool-twice", rows, alter("tools", lambda tools: [*tools, tools[0]], at=WEATHER),
            "a tool is declared twice", "SF308", "SF309"),
        spoiled("tool-no-name", rows, drop("tools.2.function.name", at=WEATHER), "a declared tool has no name",
            "SF309", "SF104", "SF308"),
        spoiled("too-many-tools", rows, alter("tools", _many, at=WEATHER),
            "130 tools, where the provider takes 128", "SF309", targets=("azure",)),
        spoiled("functions-and-tools", rows, put("functions", legacy, at=WEATHER),
            "the older `functions` beside `tools`", "SF312", "SF106"),
    ]  # fmt: skip


def _others() -> list[Case]:
    nova, vertex, sharegpt = calling.nova_tools(), calling.vertex_tools(), calling.sharegpt_tools()
    use = "messages.1.content.0.toolUse"
    return [
        spoiled("nova-undeclared-tool", nova, put(f"{use}.name", "get_forecast", at=WEATHER),
            "a tool that is not declared", "SF303", form=F.BEDROCK_NOVA),
        spoiled("nova-unknown-result", nova,
            put("messages.2.content.0.toolResult.toolUseId", "use9999", at=WEATHER),
            "a result to a call that nobody made", "SF306", form=F.BEDROCK_NOVA),
        spoiled("nova-argument-missing", nova, drop(f"{use}.input.day", at=WEATHER),
            "a required argument is missing", "SF304", form=F.BEDROCK_NOVA, consequence="mis-trained"),
        spoiled("nova-input-is-text", nova, alter(f"{use}.input", json.dumps, at=WEATHER),
            "the input is JSON in a string", "SF302", "SF105", "SF304", form=F.BEDROCK_NOVA),
        spoiled("vertex-undeclared-tool", vertex,
            put("contents.1.parts.0.functionCall.name", "get_forecast", at=WEATHER), "a tool that is not declared",
            "SF303", form=F.VERTEX, consequence="mis-trained"),
        spoiled("vertex-argument-type", vertex, put("contents.1.parts.0.functionCall.args.day", 1, at=WEATHER),
            "an argument has the wrong type", "SF304", form=F.VERTEX, consequence="mis-trained"),
        spoiled("sharegpt-call-not-json", sharegpt, put("conversations.1.value", "get_weather(Oslo)", at=WEATHER),
            "a function call is not JSON", "SF301", form=F.SHAREGPT, consequence="mis-trained"),
        spoiled("sharegpt-undeclared-tool", sharegpt,
            alter("conversations.1.value", lambda text: text.replace("get_weather", "get_forecast"), at=WEATHER),
            "a tool that is not declared", "SF303", form=F.SHAREGPT, consequence="mis-trained"),
    ]  # fmt: skip


def _targets() -> list[Case]:
    rows, mistral = calling.tools(), calling.mistral_tools()
    objects = everywhere(lambda at: alter(f"{FUNCTION}.arguments", json.loads, at=at))
    more = {"role": "user", "content": [{"text": "And?"}]}
    long_id = "call_0024_weather"
    return [
        spoiled("arguments-object-together", rows, objects, "arguments are objects, the provider wants strings",
            "SF302", targets=("together",)),
        spoiled("arguments-object-azure", rows, objects, "arguments are objects, the provider wants strings",
            "SF302", targets=("azure",)),
        spoiled("call-id-mistral", mistral,
            both(put(f"{CALL}.id", long_id, at=WEATHER), put("messages.2.tool_call_id", long_id, at=WEATHER)),
            "an id that is not nine letters and digits", "SF307", targets=("mistral",)),
        spoiled("text-beside-call-mistral", mistral, put("messages.1.content", "Let me look that up.", at=WEATHER),
            "text beside a call, which older tokenizers refuse", "SF310", targets=("mistral",)),
        spoiled("no-description-mistral", mistral, drop("tools.0.function.description", at=WEATHER),
            "a tool without a description", "SF309", "SF104", targets=("mistral",)),
        spoiled("unanswered-call-mistral", mistral, drop("messages.2", at=WEATHER), "a call without a result",
            "SF305", targets=("mistral",)),
        spoiled("no-description-nova", calling.nova_tools(),
            put("toolConfig.tools.0.toolSpec.description", "", at=MONEY), "a tool with an empty description",
            "SF309", "SF104", form=F.BEDROCK_NOVA, targets=("bedrock-nova",)),
        spoiled("nova-unanswered-call", calling.nova_tools(),
            both(drop("messages.2", at=TRAIN), insert("messages.2", more, at=TRAIN)), "a call without a result",
            "SF305", form=F.BEDROCK_NOVA, targets=("bedrock-nova",)),
    ]  # fmt: skip
