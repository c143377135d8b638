"""Valid files: what is said about one of these is a false alarm.

Nine are `modern`: the kinds of row that the checkers of the design's first measurement refused.
"""

from functools import lru_cache

from benchmarks.data import calling, labelled, shapes, unusual
from benchmarks.data.case import Rows, ValidFile, array, gzipped, jsonl, table, zstandard
from benchmarks.data.rendering import CHATML
from mist_ci.models.data_format import DataFormat as F


@lru_cache(maxsize=1)
def valid_files() -> tuple[ValidFile, ...]:
    """Every valid file."""
    return (*_modern(), *_formats(), *_containers(), *_unusual(), *_for_targets())


def _file(
    name: str,
    rows: Rows,
    form: F = F.OPENAI_CHAT,
    *,
    targets: tuple[str, ...] = (),
    template: str | None = None,
    modern: bool = False,
) -> ValidFile:
    return ValidFile(
        name=name, format=form, extension=".jsonl", content=jsonl(rows), targets=targets, template=template,
        modern=modern,
    )  # fmt: skip


def _raw(name: str, content: bytes, extension: str, form: F = F.OPENAI_CHAT) -> ValidFile:
    return ValidFile(name=name, format=form, extension=extension, content=content)


def _modern() -> list[ValidFile]:
    return [
        _file("tools", calling.tools(), modern=True),
        _file("calls-last", calling.calls_last(), modern=True),
        _file("parallel-calls", calling.parallel(), modern=True),
        _file("pictures", shapes.pictures(), modern=True),
        _file("developer", unusual.developer(), modern=True),
        _file("weights", shapes.weighted(), modern=True),
        _file("reasoning", shapes.reasoning(), modern=True),
        _file("parts", unusual.text_parts(), modern=True),
        _file("system-and-tools", unusual.system_and_tools(), modern=True),
    ]


def _formats() -> list[ValidFile]:
    return [
        _file("chat", shapes.chat()),
        _file("chat-one-turn", shapes.chat_one_turn()),
        _file("openai-dpo", shapes.openai_dpo(), F.OPENAI_DPO),
        _file("text", shapes.plain_text(), F.TEXT),
        _file("prompt-completion", shapes.prompt_completion(), F.PROMPT_COMPLETION),
        _file("prompt-completion-talk", unusual.conversational_completion(), F.PROMPT_COMPLETION),
        _file("preference", shapes.preference(), F.PREFERENCE),
        _file("preference-talk", shapes.conversational_preference(), F.PREFERENCE),
        _file("preference-implicit", unusual.implicit_preference(), F.PREFERENCE),
        _file("kto", shapes.kto(), F.KTO),
        _file("alpaca", shapes.alpaca(), F.ALPACA),
        _file("alpaca-history", unusual.alpaca_history(), F.ALPACA),
        _file("sharegpt", shapes.sharegpt(), F.SHAREGPT),
        _file("sharegpt-tools", calling.sharegpt_tools(), F.SHAREGPT),
        _file("together", shapes.together(), F.TOGETHER),
        _file("mistral", shapes.mistral(), F.MISTRAL),
        _file("mistral-tools", calling.mistral_tools()),
        _file("nova", shapes.nova(), F.BEDROCK_NOVA),
        _file("nova-tools", calling.nova_tools(), F.BEDROCK_NOVA),
        _file("vertex", shapes.vertex(), F.VERTEX),
        _file("vertex-tools", calling.vertex_tools(), F.VERTEX),
        _file("axolotl", shapes.axolotl(), F.AXOLOTL_CHAT),
        _file("classification", labelled.classification(), F.CLASSIFICATION),
        _file("classification-chat", labelled.as_chat()),
    ]


def _containers() -> list[ValidFile]:
    chat = jsonl(shapes.chat())
    return [
        _raw("array", array(shapes.alpaca()), ".json", F.ALPACA),
        _raw("array-chat", array(shapes.chat()), ".json"),
        _raw("csv", table(labelled.classification()), ".csv", F.CLASSIFICATION),
        _raw("csv-quoted-newlines", table(unusual.long_classification()), ".csv", F.CLASSIFICATION),
        _raw("gzip", gzipped(chat), ".jsonl.gz"),
        _raw("zstd", zstandard(chat), ".jsonl.zst"),
        _raw("csv-gzip", gzipped(table(labelled.classification())), ".csv.gz", F.CLASSIFICATION),
        _raw("crlf", chat.replace(b"\n", b"\r\n"), ".jsonl"),
        _raw("no-last-newline", chat.rstrip(b"\n"), ".jsonl"),
        _raw("escapes", jsonl(shapes.chat(), ascii_only=True), ".jsonl"),
        _raw("spaced", chat.replace(b'":"', b'" : "').replace(b'},{"role', b'} , {"role'), ".jsonl"),
    ]


def _unusual() -> list[ValidFile]:
    return [
        _file("emoji", unusual.emoji()),
        _file("joined-scripts", unusual.joined_scripts()),
        _file("right-to-left", unusual.right_to_left()),
        _file("code", unusual.code()),
        _file("answers-in-json", unusual.answers_in_json()),
        _file("think-in-content", unusual.think_in_content()),
        _file("long-row", unusual.long_row()),
        _file("test-addresses", unusual.test_addresses()),
        _file("talks-of-markers", unusual.markers_explained()),
        _file("short-answers", unusual.short_answers()),
        _file("poems", unusual.poems()),
        _file("names", unusual.names()),
        _file("null-keys", unusual.null_keys()),
        _file("tables", unusual.tables()),
    ]


def _for_targets() -> list[ValidFile]:
    return [
        _file("chat-for-azure", shapes.chat(), targets=("azure",)),
        _file("chat-for-together", shapes.chat(), targets=("together",)),
        _file("chat-for-fireworks", shapes.chat(), targets=("fireworks",)),
        _file("chat-for-trl", shapes.chat(), targets=("trl",)),
        _file("alpaca-for-llamafactory", shapes.alpaca(), F.ALPACA, targets=("llamafactory",)),
        _file("axolotl-for-axolotl", shapes.axolotl(), F.AXOLOTL_CHAT, targets=("axolotl",)),
        _file("vertex-for-vertex", shapes.vertex(), F.VERTEX, targets=("vertex",)),
        _file("mistral-tools-for-mistral", calling.mistral_tools(), targets=("mistral",)),
        _file("tools-for-together", calling.tools(), targets=("together",)),
        _file("nova-for-nova", unusual.enough_for_nova(), F.BEDROCK_NOVA, targets=("bedrock-nova",)),
        _file("chat-in-template", shapes.chat(), template=CHATML),
    ]
