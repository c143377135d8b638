"""Sixty clean rows in each shape of training data."""

import base64
import random
import struct
import zlib

from benchmarks.data.bank import PAIRS, ROWS, Pair
from benchmarks.data.case import Row, Rows

SYSTEM = "You answer briefly and you say so when you do not know."
FOLLOW_UP = "And in half as many words?"
SEED = 20261126


def _pairs() -> list[Pair]:
    """The first ROWS pairs, shuffled, so that no kind of question stands in a block."""
    pairs = list(PAIRS[:ROWS])
    random.Random(SEED).shuffle(pairs)
    return pairs


def _other(index: int) -> str:
    """The answer to another question: what a worse model may say."""
    pairs = _pairs()
    return pairs[(index + 7) % len(pairs)].answer


def spare(index: int = 0) -> Pair:
    """A pair that no clean row uses."""
    return PAIRS[ROWS + index]


def turn(role: str, content: object, **more: object) -> Row:
    """One message."""
    return {"role": role, "content": content, **more}


def _shorter(answer: str) -> str:
    words = answer.split()
    return f"In short: {' '.join(words[: max(1, len(words) // 2)]).rstrip(',;:')}."


def _turns(index: int, pair: Pair) -> Rows:
    turns = [turn("system", SYSTEM)] if index % 3 == 0 else []
    turns += [turn("user", pair.question), turn("assistant", pair.answer)]
    if index % 5 == 0:
        turns += [turn("user", FOLLOW_UP), turn("assistant", _shorter(pair.answer))]
    return turns


def chat() -> Rows:
    """openai-chat: every third row with a system message, every fifth with a second exchange."""
    return [{"messages": _turns(index, pair)} for index, pair in enumerate(_pairs())]


def chat_one_turn() -> Rows:
    """openai-chat: one question and one answer."""
    return [{"messages": [turn("user", one.question), turn("assistant", one.answer)]} for one in _pairs()]


def weighted() -> Rows:
    """openai-chat with two exchanges, of which only the last is trained."""
    return [
        {
            "messages": [
                turn("user", pair.question),
                turn("assistant", pair.answer, weight=0),
                turn("user", FOLLOW_UP),
                turn("assistant", _shorter(pair.answer), weight=1),
            ]
        }
        for pair in _pairs()
    ]


def reasoning(key: str = "reasoning_content") -> Rows:
    """openai-chat whose answers come with what was thought before."""
    return [
        {
            "messages": [
                turn("user", pair.question),
                turn("assistant", pair.answer, **{key: f"The question is about: {pair.question[:40]}"}),
            ]
        }
        for pair in _pairs()
    ]


def png(index: int) -> str:
    """A data URI of a real PNG, 2 × 2 pixels of one colour."""
    colour = bytes(((index * 37) % 256, (index * 91) % 256, (index * 53) % 256))
    pixels = zlib.compress(b"".join(b"\0" + colour * 2 for _ in range(2)))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    image = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(image).decode()


def image(index: int) -> Row:
    """A content part that is a picture."""
    return {"type": "image_url", "image_url": {"url": png(index)}}


def pictures() -> Rows:
    """openai-chat whose questions come with a picture."""
    return [
        {
            "messages": [
                turn("user", [{"type": "text", "text": pair.question}, image(index)]),
                turn("assistant", [{"type": "text", "text": pair.answer}]),
            ]
        }
        for index, pair in enumerate(_pairs())
    ]


def openai_dpo() -> Rows:
    """openai-dpo: a prompt, one answer that is wanted and one that is not."""
    return [
        {
            "input": {"messages": [turn("user", pair.question)]},
            "preferred_output": [turn("assistant", pair.answer)],
            "non_preferred_output": [turn("assistant", _other(index))],
        }
        for index, pair in enumerate(_pairs())
    ]


def preference() -> Rows:
    """TRL: prompt, chosen and rejected as texts."""
    return [
        {"prompt": pair.question, "chosen": pair.answer, "rejected": _other(index)}
        for index, pair in enumerate(_pairs())
    ]


def conversational_preference() -> Rows:
    """TRL: the same as lists of messages."""
    return [
        {
            "prompt": [turn("user", row["prompt"])],
            "chosen": [turn("assistant", row["chosen"])],
            "rejected": [turn("assistant", row["rejected"])],
        }
        for row in preference()
    ]


def kto() -> Rows:
    """TRL: a prompt, a completion and whether it is wanted."""
    return [
        {
            "prompt": pair.question,
            "completion": pair.answer if index % 2 else _other(index),
            "label": bool(index % 2),
        }
        for index, pair in enumerate(_pairs())
    ]


def prompt_completion() -> Rows:
    """TRL: a prompt and its completion."""
    return [{"prompt": pair.question, "completion": pair.answer} for pair in _pairs()]


def plain_text() -> Rows:
    """One text a row."""
    return [{"text": f"{pair.question}\n\n{pair.answer}"} for pair in _pairs()]


def alpaca() -> Rows:
    """instruction, input (mostly empty) and output."""
    return [{"instruction": pair.question, "input": "", "output": pair.answer} for pair in _pairs()]


def sharegpt() -> Rows:
    """Conversations of human and gpt."""
    names = {"system": "system", "user": "human", "assistant": "gpt"}
    return [
        {"conversations": [{"from": names[one["role"]], "value": one["content"]} for one in row["messages"]]}
        for row in chat()
    ]


def together() -> Rows:
    """openai-chat with a weight of the row."""
    return [{**row, "weight": 0.5 if index % 2 else 1.0} for index, row in enumerate(chat())]


def mistral() -> Rows:
    """Interactions whose system prompt stands beside them."""
    return [{"system_prompt": SYSTEM, "interactions": row["messages"]} for row in chat_one_turn()]


def nova() -> Rows:
    """Amazon Nova, converse."""
    return [
        {
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{"text": SYSTEM}],
            "messages": [turn("user", [{"text": one.question}]), turn("assistant", [{"text": one.answer}])],
        }
        for one in _pairs()
    ]


def vertex() -> Rows:
    """Gemini."""
    return [
        {
            "systemInstruction": {"role": "system", "parts": [{"text": SYSTEM}]},
            "contents": [
                {"role": "user", "parts": [{"text": one.question}]},
                {"role": "model", "parts": [{"text": one.answer}]},
            ],
        }
        for one in _pairs()
    ]


def axolotl() -> Rows:
    """chat_template with a switch on each turn."""
    return [
        {"messages": [{**one, "training": one["role"] == "assistant"} for one in row["messages"]]}
        for row in chat()
    ]
