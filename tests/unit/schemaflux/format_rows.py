"""Rows of every format: one conversation in all of them, what each has of its own, and rows with one defect."""

import json
from dataclasses import dataclass

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue

F = DataFormat
CALL_ARGUMENTS: dict[str, JsonValue] = {"city": "Oslo"}
PARAMETERS: JsonValue = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL: JsonValue = {
    "type": "function",
    "function": {"name": "weather", "description": "The weather.", "parameters": PARAMETERS},
}


def openai_messages(**of_answer: JsonValue) -> list[JsonValue]:
    function: JsonValue = {"name": "weather", "arguments": json.dumps(CALL_ARGUMENTS)}
    return [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather in Oslo?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "abcdefghi", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "abcdefghi", "name": "weather", "content": '{"sky":"rain"}'},
        {"role": "assistant", "content": "It rains.", **of_answer},
    ]


PROMPT: list[JsonValue] = [{"role": "user", "content": "What is 2+2?"}]
ANSWER: list[JsonValue] = [{"role": "assistant", "content": "4"}]
OTHER_ANSWER: list[JsonValue] = [{"role": "assistant", "content": "5"}]
CONVERSE_TOOL: JsonValue = {
    "toolSpec": {"name": "weather", "description": "The weather.", "inputSchema": {"json": PARAMETERS}}
}

TALKS: dict[DataFormat, JsonValue] = {
    F.OPENAI_CHAT: {"messages": openai_messages(), "tools": [TOOL], "parallel_tool_calls": True},
    F.TOGETHER: {"messages": openai_messages(reasoning="Hm."), "tools": [TOOL], "weight": 0.5},
    F.MISTRAL: {
        "system_prompt": "Be brief.",
        "interactions": [*openai_messages()[1:4], {"role": "assistant", "text": "It rains.", "weight": 1}],
        "available_tools": [TOOL],
    },
    F.AXOLOTL_CHAT: {"messages": openai_messages(training=True), "tools": [TOOL]},
    F.PROMPT_COMPLETION: {
        "prompt": openai_messages()[:4],
        "completion": openai_messages()[4:],
        "tools": [TOOL],
        "chat_template_kwargs": {"enable_thinking": False},
    },
    F.SHAREGPT: {
        "system": "Be brief.",
        "conversations": [
            {"from": "human", "value": "Weather in Oslo?"},
            {"from": "function_call", "value": '{"name": "weather", "arguments": {"city": "Oslo"}}'},
            {"from": "observation", "value": '{"sky":"rain"}'},
            {"from": "gpt", "value": "It rains."},
        ],
        "tools": json.dumps([TOOL]),
    },
    F.BEDROCK_NOVA: {
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{"text": "Be brief."}],
        "toolConfig": {"tools": [CONVERSE_TOOL]},
        "messages": [
            {"role": "user", "content": [{"text": "Weather in Oslo?"}]},
            {
                "role": "assistant",
                "content": [
                    {"reasoningContent": {"reasoningText": {"text": "Hm."}}},
                    {"toolUse": {"toolUseId": "a", "name": "weather", "input": CALL_ARGUMENTS}},
                ],
            },
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "a", "content": [{"text": '{"sky":"rain"}'}]}}],
            },
            {"role": "assistant", "content": [{"text": "It rains."}]},
        ],
    },
    F.VERTEX: {
        "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Weather in Oslo?"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": CALL_ARGUMENTS}}]},
            {
                "role": "user",
                "parts": [{"functionResponse": {"name": "weather", "response": {"sky": "rain"}}}],
            },
            {"role": "model", "parts": [{"text": "It rains."}]},
        ],
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "weather", "description": "The weather.", "parameters": PARAMETERS}
                ]
            }
        ],
    },
}
"""The same conversation in every format that can hold it."""

RICH: dict[str, tuple[DataFormat, JsonValue]] = {
    **{f"talk {name}": (name, row) for name, row in TALKS.items()},
    "rft": (F.OPENAI_CHAT, {"messages": [*openai_messages()[:2], *ANSWER], "reference_answer": {"a": 1}}),
    "openai-dpo": (
        F.OPENAI_DPO,
        {
            "input": {"messages": PROMPT, "tools": [TOOL], "parallel_tool_calls": True},
            "preferred_output": ANSWER,
            "non_preferred_output": OTHER_ANSWER,
        },
    ),
    "text": (F.TEXT, {"text": "Some text.", "meta": {"source": "x"}}),
    "prompt-completion": (F.PROMPT_COMPLETION, {"prompt": "2+2?", "completion": " 4", "id": 3}),
    "parts": (
        F.PROMPT_COMPLETION,
        {"prompt": [{"type": "text", "text": "2+2?"}], "completion": [{"type": "text", "text": "4"}]},
    ),
    "preference": (F.PREFERENCE, {"prompt": "2+2?", "chosen": "4", "rejected": "5"}),
    "preference in messages": (
        F.PREFERENCE,
        {"prompt": PROMPT, "chosen": ANSWER, "rejected": OTHER_ANSWER, "tools": json.dumps([TOOL])},
    ),
    "implicit prompt": (
        F.PREFERENCE,
        {"chosen": [*PROMPT, *ANSWER], "rejected": [*PROMPT, *OTHER_ANSWER], "score_chosen": 2.0},
    ),
    "prompt repeated on both sides": (
        F.PREFERENCE,
        {"prompt": "What is 2+2?", "chosen": [*PROMPT, *ANSWER], "rejected": [*PROMPT, *OTHER_ANSWER]},
    ),
    "kto": (F.KTO, {"prompt": PROMPT, "completion": ANSWER, "label": True}),
    "alpaca": (
        F.ALPACA,
        {
            "instruction": "Add.",
            "input": "2 and 2",
            "output": "4",
            "system": "",
            "history": [["1 and 1", "2"]],
            "text": "whole",
        },
    ),
    "alpaca preference": (
        F.ALPACA,
        {"instruction": "Add.", "input": "2 and 2", "chosen": "4", "rejected": "5"},
    ),
    "sharegpt preference": (
        F.SHAREGPT,
        {
            "conversations": [{"from": "human", "value": "2+2?"}],
            "chosen": {"from": "gpt", "value": "4"},
            "rejected": {"from": "gpt", "value": "5"},
        },
    ),
    "together completion": (
        F.TOGETHER,
        {"prompt": [{"type": "text", "text": "2+2?"}], "completion": "4", "weight": 2},
    ),
    "mistral tools": (F.MISTRAL, {"messages": openai_messages(), "tools": [TOOL], "only_last": True}),
    "nova with an image": (
        F.BEDROCK_NOVA,
        {
            "schemaVersion": "bedrock-conversation-2024",
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"text": "What is this?"},
                        {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://b/a.png"}}}},
                    ],
                },
                {"role": "assistant", "content": [{"text": "A cat."}]},
            ],
        },
    ),
    "nova preference": (
        F.BEDROCK_NOVA,
        {
            "schemaVersion": "bedrock-conversation-2024",
            "messages": [
                {"role": "user", "content": [{"text": "2+2?"}]},
                {
                    "role": "assistant",
                    "candidates": [
                        {"content": [{"text": "5"}], "preferenceLabel": "non-preferred"},
                        {"content": [{"text": "4"}], "preferenceLabel": "preferred"},
                    ],
                },
            ],
        },
    ),
    "vertex with a file": (
        F.VERTEX,
        {
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        {"fileData": {"mimeType": "image/png", "fileUri": "gs://b/a.png"}},
                        {"text": "What is this?"},
                    ],
                },
                {"role": "model", "parts": [{"text": "A cat."}]},
            ]
        },
    ),
    "vertex preference": (
        F.VERTEX,
        {
            "system_instruction": {"parts": [{"text": "Be brief."}]},
            "contents": [{"role": "user", "parts": [{"text": "2+2?"}]}],
            "completions": [
                {"score": 1, "completion": {"role": "model", "parts": [{"text": "4"}]}},
                {"score": 0.0, "completion": {"role": "model", "parts": [{"text": "5"}]}},
            ],
        },
    ),
    "axolotl segments": (
        F.AXOLOTL_CHAT,
        {"segments": [{"label": False, "text": "2+2="}, {"label": True, "text": "4"}]},
    ),
    "classification": (F.CLASSIFICATION, {"sentence": "Money back!", "intent": "refund", "id": "7"}),
    "labels that are numbers": (F.CLASSIFICATION, {"text": "Money back!", "label": 3}),
    "nulls of a table": (
        F.OPENAI_CHAT,
        {"messages": openai_messages(), "tools": [TOOL], "text": None, "functions": None},
    ),
}


@dataclass(frozen=True)
class Defect:
    data_format: DataFormat
    row: JsonValue
    code: str
    field: str | None
    hint: str


DEFECTS: dict[str, Defect] = {
    "sharegpt with openai's keys": Defect(
        F.SHAREGPT,
        {"conversations": [{"role": "user", "content": "a"}, {"from": "gpt", "value": "b"}]},
        "SF104",
        "conversations[0].from",
        "rename role to from and content to value",
    ),
    "sharegpt role": Defect(
        F.SHAREGPT,
        {"conversations": [{"from": "Human", "value": "a"}, {"from": "gpt", "value": "b"}]},
        "SF201",
        "conversations[0].from",
        '"Human" → "human"',
    ),
    "openai's role at Google": Defect(
        F.VERTEX,
        {
            "contents": [
                {"role": "user", "parts": [{"text": "a"}]},
                {"role": "assistant", "parts": [{"text": "b"}]},
            ]
        },
        "SF201",
        "contents[1].role",
        '"assistant" → "model"',
    ),
    "system message at Amazon": Defect(
        F.BEDROCK_NOVA,
        {
            "schemaVersion": "bedrock-conversation-2024",
            "messages": [
                {"role": "system", "content": [{"text": "a"}]},
                {"role": "user", "content": [{"text": "a"}]},
                {"role": "assistant", "content": [{"text": "b"}]},
            ],
        },
        "SF201",
        "messages[0].role",
        "user, assistant",
    ),
    "content as text at Amazon": Defect(
        F.BEDROCK_NOVA,
        {
            "schemaVersion": "bedrock-conversation-2024",
            "messages": [
                {"role": "user", "content": "a"},
                {"role": "assistant", "content": [{"text": "b"}]},
            ],
        },
        "SF105",
        "messages[0].content",
        "list of parts",
    ),
    "no version": Defect(
        F.BEDROCK_NOVA,
        {
            "messages": [
                {"role": "user", "content": [{"text": "a"}]},
                {"role": "assistant", "content": [{"text": "b"}]},
            ]
        },
        "SF104",
        "schemaVersion",
        'add "schemaVersion"',
    ),
    "openai's misprint": Defect(
        F.OPENAI_DPO,
        {
            "input": {"messages": PROMPT},
            "preferred_completion": ANSWER,
            "non_preferred_output": OTHER_ANSWER,
        },
        "SF104",
        "preferred_output",
        "rename preferred_completion to preferred_output",
    ),
    "an output that is an object": Defect(
        F.ALPACA, {"instruction": "a", "output": {"b": 1}}, "SF105", "output", "as a string"
    ),
    "an output that is missing": Defect(
        F.ALPACA, {"instruction": "a", "response": "b"}, "SF104", "output", "rename response to output"
    ),
    "a verdict in quotes": Defect(
        F.KTO, {"prompt": "a", "completion": "b", "label": "true"}, "SF105", "label", "without quotes"
    ),
    "an empty side": Defect(F.PREFERENCE, {"chosen": [], "rejected": ANSWER}, "SF108", "chosen", "remove"),
    "an empty completion": Defect(
        F.PROMPT_COMPLETION, {"prompt": "a", "completion": " "}, "SF212", "completion", "fill in"
    ),
    "an empty text": Defect(F.TEXT, {"text": ""}, "SF212", "text", "fill in"),
    "an answer in words beside one in messages": Defect(
        F.PREFERENCE,
        {"prompt": PROMPT, "chosen": ANSWER, "rejected": "5"},
        "SF105",
        "rejected",
        "make it a list of messages",
    ),
    "a completion in words beside a prompt in messages": Defect(
        F.PROMPT_COMPLETION,
        {"prompt": PROMPT, "completion": "4"},
        "SF105",
        "completion",
        "make it a list of messages",
    ),
    "a tool without a name": Defect(
        F.OPENAI_CHAT,
        {"messages": [*PROMPT, *ANSWER], "tools": [{"type": "function", "function": {"parameters": {}}}]},
        "SF308",
        "tools[0].function.name",
        "",
    ),
    "arguments that Google's schema forbids": Defect(
        F.VERTEX,
        {
            "contents": [
                {"role": "user", "parts": [{"text": "a"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": 3}}}]},
            ],
            "tools": [
                {
                    "function_declarations": [
                        {
                            "name": "weather",
                            "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}},
                        }
                    ]
                }
            ],
        },
        "SF304",
        "contents[1].parts[0].functionCall.args",
        "correct the arguments",
    ),
    "a label that is a list": Defect(
        F.CLASSIFICATION, {"text": "a", "label": ["b"]}, "SF105", "label", "as a string"
    ),
    "a call that is no JSON": Defect(
        F.SHAREGPT,
        {
            "conversations": [
                {"from": "human", "value": "a"},
                {"from": "function_call", "value": "weather()"},
            ]
        },
        "SF301",
        "conversations[1].value",
        "json.dumps",
    ),
    "a weight in quotes": Defect(
        F.TOGETHER, {"messages": [*PROMPT, *ANSWER], "weight": "2"}, "SF105", "weight", "a number"
    ),
    "a part that says nothing": Defect(
        F.VERTEX,
        {
            "contents": [
                {"role": "user", "parts": [{"txt": "a"}]},
                {"role": "model", "parts": [{"text": "b"}]},
            ]
        },
        "SF104",
        "contents[0].parts[0].text",
        'did you mean "text"',
    ),
    "text and messages": Defect(
        F.OPENAI_CHAT, {"messages": [*PROMPT, *ANSWER], "text": "a"}, "SF102", "text", "raw_text"
    ),
}
