"""Defects of a row's shape: SF1xx."""

from benchmarks.data import calling, shapes
from benchmarks.data.case import Case, Change, Rows, array, spoiled, table
from benchmarks.data.edit import AT, add, alter, both, drop, everywhere, put, rename, replace
from benchmarks.data.labelled import classification
from mist_ci.models.data_format import DataFormat as F


def cases() -> list[Case]:
    """All of them."""
    return [*_detection(), *_chat(), *_others(), *_targets()]


def _each(change: str, name: str) -> Change:
    return everywhere(lambda at: rename(change, name, at=at))


def _detection() -> list[Case]:
    pair = shapes.spare()
    alpaca = {"instruction": pair.question, "input": "", "output": pair.answer}
    chat = {"messages": [shapes.turn("user", pair.question), shapes.turn("assistant", pair.answer)]}
    return [
        spoiled("unknown-shape", shapes.prompt_completion(), _keys("question_text", "reply_text"),
            "keys that no format has", "SF101", "SF104", form=F.PROMPT_COMPLETION),
        spoiled("two-shapes-in-a-row", shapes.chat(), put("text", "User: hello"), "a row is chat and text at once",
            "SF102", "SF106", "SF107"),
        spoiled("another-shape", shapes.chat(), add(alpaca), "one row is Alpaca, the others are chat", "SF103",
            "SF104"),
        spoiled("chat-in-alpaca", shapes.alpaca(), replace(chat), "one row is chat, the others are Alpaca", "SF103",
            "SF104", form=F.ALPACA),
        spoiled("sharegpt-in-chat", shapes.chat(), replace(shapes.sharegpt()[AT]), "one row is ShareGPT", "SF103",
            "SF104"),
    ]  # fmt: skip


def _keys(prompt: str, completion: str) -> Change:
    return both(_each("prompt", prompt), _each("completion", completion))


def _chat() -> list[Case]:
    content = shapes.chat()[AT]["messages"][0]["content"]
    return [
        spoiled("no-messages-key", shapes.chat(), replace({"id": 5}), "messages is missing", "SF104", "SF101",
            "SF103", core=True),
        spoiled("messages-typo", shapes.chat(), rename("messages", "mesages"), "messages is misspelt", "SF104",
            "SF101", "SF103"),
        spoiled("empty-messages", shapes.chat(), put("messages", []), "no messages in the list", "SF108", core=True),
        spoiled("messages-is-text", shapes.chat(), put("messages", "[]"), "messages is a string", "SF105", core=True),
        spoiled("messages-is-null", shapes.chat(), put("messages", None), "messages is null", "SF105", "SF104"),
        spoiled("message-is-text", shapes.chat(), put("messages.0", content), "a message is a string", "SF105"),
        spoiled("content-is-number", shapes.chat(), put("messages.1.content", 391), "content is a number", "SF105",
            core=True),
        spoiled("content-is-object", shapes.chat(), alter("messages.1.content", lambda text: {"text": text}),
            "content is an object", "SF105"),
        spoiled("role-is-number", shapes.chat(), put("messages.0.role", 1), "role is a number", "SF105", "SF201"),
        spoiled("no-role", shapes.chat(), drop("messages.1.role"), "role is missing", "SF104", core=True),
        spoiled("no-content", shapes.chat(), drop("messages.1.content"), "content is missing", "SF104", "SF212"),
        spoiled("content-typo", shapes.chat(), rename("messages.1.content", "contnet"), "content is misspelt",
            "SF104", "SF107"),
        spoiled("unknown-message-key", shapes.weighted(), rename("messages.3.weight", "wieght"),
            "weight is misspelt", "SF107", "SF106", consequence="mis-trained", core=True),
        spoiled("tools-key-typo", calling.tools(), rename("tools", "tool"), "tools is misspelt", "SF106", "SF107",
            "SF303", "SF104", consequence="mis-trained"),
        spoiled("tools-is-object", calling.tools(), alter("tools", lambda tools: {"tools": tools}),
            "tools is an object", "SF105", "SF309"),
        spoiled("chat-array-no-messages", shapes.chat(), drop("messages"), "an empty object in a JSON array",
            "SF104", "SF101", "SF103", write=array, extension=".json"),
        spoiled("mixed-types", _numbered(), put("id", "row-23"),
            "a column is a number in all rows but one: Arrow refuses it", "SF110", form=F.PROMPT_COMPLETION),
    ]  # fmt: skip


def _numbered() -> Rows:
    return [{"id": number, **row} for number, row in enumerate(shapes.prompt_completion())]


def _others() -> list[Case]:
    return [
        spoiled("sharegpt-no-value", shapes.sharegpt(), drop("conversations.1.value"), "value is missing", "SF104",
            form=F.SHAREGPT),
        spoiled("sharegpt-empty", shapes.sharegpt(), put("conversations", []), "no turns", "SF108", form=F.SHAREGPT),
        spoiled("sharegpt-value-is-list", shapes.sharegpt(), alter("conversations.1.value", lambda text: [text]),
            "value is a list", "SF105", form=F.SHAREGPT),
        spoiled("alpaca-output-is-object", shapes.alpaca(), alter("output", lambda text: {"answer": text}),
            "output is an object: LLaMA-Factory drops the row", "SF105", consequence="dropped", form=F.ALPACA),
        spoiled("alpaca-no-output", shapes.alpaca(), drop("output"), "output is missing", "SF104", "SF103", "SF101",
            form=F.ALPACA),
        spoiled("text-is-null", shapes.plain_text(), put("text", None), "text is null", "SF105", "SF104",
            form=F.TEXT),
        spoiled("text-is-empty", shapes.plain_text(), put("text", "  "), "text is blank", "SF212", "SF514",
            form=F.TEXT, consequence="dropped"),
        spoiled("completion-missing", shapes.prompt_completion(), drop("completion"), "completion is missing",
            "SF104", "SF103", "SF101", "SF514", form=F.PROMPT_COMPLETION),
        spoiled("prompt-is-number", shapes.prompt_completion(), put("prompt", 7), "prompt is a number", "SF105",
            "SF514", form=F.PROMPT_COMPLETION),
        spoiled("nova-content-is-text", shapes.nova(), put("messages.1.content", "Paris."),
            "content is a string, Converse wants a list", "SF105", form=F.BEDROCK_NOVA),
        spoiled("nova-no-content", shapes.nova(), drop("messages.1.content"), "content is missing", "SF104",
            form=F.BEDROCK_NOVA),
        spoiled("nova-schema-version", shapes.nova(), put("schemaVersion", "bedrock-conversion-2024"),
            "the wrong schemaVersion, as in some translations of the manual", "SF112", "SF105",
            targets=("bedrock-nova",), form=F.BEDROCK_NOVA),
        spoiled("vertex-parts-is-text", shapes.vertex(), put("contents.1.parts", "Paris."), "parts is a string",
            "SF105", form=F.VERTEX),
        spoiled("vertex-no-parts", shapes.vertex(), drop("contents.1.parts"), "parts is missing", "SF104",
            form=F.VERTEX),
        spoiled("mistral-no-interactions", shapes.mistral(), put("interactions", []), "no interactions", "SF108",
            form=F.MISTRAL),
        spoiled("axolotl-no-content", shapes.axolotl(), drop("messages.1.content"), "content is missing", "SF104",
            "SF212", form=F.AXOLOTL_CHAT),
        spoiled("dpo-no-rejected", shapes.openai_dpo(), drop("non_preferred_output"), "the worse answer is missing",
            "SF104", "SF503", "SF103", form=F.OPENAI_DPO),
        spoiled("csv-empty-text", classification(), put("text", ""), "a text is empty", "SF212", "SF104", "SF105",
            form=F.CLASSIFICATION, write=table, extension=".csv"),
        spoiled("csv-empty-label", classification(), put("label", ""), "a label is empty", "SF516", "SF104",
            "SF105", "SF212", form=F.CLASSIFICATION, write=table, extension=".csv"),
        spoiled("label-is-null", classification(), put("label", None), "a label is null", "SF105", "SF104", "SF203",
            "SF516", form=F.CLASSIFICATION),
    ]  # fmt: skip


def _targets() -> list[Case]:
    def some_have_system(rows: Rows) -> None:
        del rows[AT]["system"]

    return [
        spoiled("extra-key-together", shapes.chat(), everywhere(lambda at: put("source", f"crawl-{at}", at=at)),
            "a key that the provider refuses", "SF106", targets=("together",)),
        spoiled("optional-key-in-some", shapes.nova(), some_have_system, "some rows have `system`, others have not",
            "SF109", targets=("bedrock-nova",), form=F.BEDROCK_NOVA),
    ]  # fmt: skip
