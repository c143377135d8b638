"""alpaca: `{"instruction", "input"?, "output", "system"?, "history"?}`; for preferences `chosen` and `rejected`."""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats.format import Format, has, one_text
from mist_ci.schemaflux.message import Message, Object, Side
from mist_ci.schemaflux.shape import FLAG, TEXT, TEXTS, ListOf, Record, each


def messages(row: Object, /) -> Iterator[Message]:
    """System prompt, earlier turns, and the instruction with its input below."""
    yield from one_text("system", "system", row.get("system") or None)
    history = row.get("history")
    for number, pair in enumerate(history if isinstance(history, list) else []):
        said = zip(("user", "assistant"), pair if isinstance(pair, list) else [], strict=False)
        for index, (role, text) in enumerate(said):
            yield from one_text(f"history[{number}][{index}]", role, text)
    given = [text for key in ("instruction", "input") if isinstance(text := row.get(key), str) and text]
    yield from one_text("instruction", "user", "\n".join(given) if has(row, "instruction") else None)
    yield from one_text("output", "assistant", None if tuple(sides(row)) else row.get("output"))


def sides(row: Object, /) -> Iterator[Side]:
    """Both outputs of a preference."""
    for name in ("chosen", "rejected"):
        if row.get(name) is not None:
            yield Side(name, name, tuple(one_text(name, "assistant", row[name])))


FORMAT = Format(
    DataFormat.ALPACA,
    title="Alpaca",
    evidence="instruction and output",
    shape=Record(
        {"instruction": TEXT, "output": TEXT},
        {
            "kto_tag": FLAG,
            "history": ListOf(TEXTS),
            **each(("input", "system", "chosen", "rejected"), TEXT),
        },
        unless={"output": ("chosen", "rejected")},
        meant={"response": "output", "answer": "output", "context": "input"},
    ),
    looks_like=lambda row: has(row, "instruction"),
    messages=messages,
    sides=sides,
    label=lambda row: row.get("kto_tag"),
    example={"instruction": "Translate to French.", "input": "a coffee", "output": "un café"},
    taken_by="LLaMA-Factory, axolotl (`alpaca`), torchtune, unsloth",
)
