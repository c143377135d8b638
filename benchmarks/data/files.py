"""Defects of the file and of single lines: SF0xx."""

import json

from benchmarks.data import calling, shapes
from benchmarks.data.case import Case, array, gzipped, jsonl, raw, spoiled, table, zstandard
from benchmarks.data.edit import AT, add, first, put
from benchmarks.data.labelled import classification
from mist_ci.models.data_format import DataFormat

LFS = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


def cases() -> list[Case]:
    """All of them."""
    return [*_whole(), *_encodings(), *_lines(), *_values(), *_containers()]


def _clean() -> bytes:
    return jsonl(shapes.chat())


def _line(content: bytes, *, at: int = AT) -> bytes:
    """The clean file with another line in the place of row `at`."""
    lines = _clean().splitlines(keepends=True)
    return b"".join([*lines[:at], content, *lines[at + 1 :]])


def _text() -> bytes:
    return _clean().splitlines(keepends=True)[AT]


def _whole() -> list[Case]:
    clean = _clean()
    return [
        raw("no-rows", b"", clean, "the file is empty", "SF001", core=True),
        raw("only-blank-lines", b"\n\n\n", clean, "the file holds blank lines only", "SF001", "SF007"),
        raw("json-array-in-jsonl", array(shapes.chat()), clean, "a JSON array in a .jsonl file", "SF005", core=True),
        raw("objects-side-by-side", clean.replace(b"\n", b" "), clean, "all rows on one line", "SF005", "SF002"),
        raw("indented-objects", b"".join(json.dumps(row, indent=2).encode() + b"\n" for row in shapes.chat()),
            clean, "every object is spread over several lines", "SF005", "SF002"),
        raw("lfs-pointer", LFS, clean, "a Git LFS pointer in the place of the data", "SF013"),
        raw("binary", bytes(range(256)) * 64, clean, "the file is no text", "SF003", "SF002", "SF016"),
        spoiled("few-rows", shapes.chat(), first(5), "five rows, where the provider wants ten", "SF012",
            targets=("azure",), core=True),
        spoiled("few-rows-nova", shapes.nova(), first(5), "five rows, where the provider wants more", "SF012",
            targets=("bedrock-nova",), form=DataFormat.BEDROCK_NOVA),
        raw("extension", clean, clean, "an extension that the provider refuses", "SF010", extension=".JSONL",
            control_extension=".jsonl", targets=("fireworks",)),
    ]  # fmt: skip


def _encodings() -> list[Case]:
    clean = _clean()
    text = clean.decode()
    latin = jsonl([shapes.chat()[AT], *shapes.chat()[: AT - 1]])
    accent = _text().replace(b'"assistant","content":"', b'"assistant","content":"Caf\xe9. ')
    return [
        raw("byte-order-mark", b"\xef\xbb\xbf" + clean, clean, "a byte order mark", "SF004", core=True),
        raw("latin-1-byte", _line(accent), clean, "one byte of Windows-1252 among UTF-8", "SF003", core=True),
        raw(
            "windows-1252",
            jsonl(shapes.chat()[:4]) + latin.decode().replace("a", "ä", 1).encode("cp1252", "ignore"),
            clean,
            "half of the file is Windows-1252",
            "SF003",
        ),
        raw("utf-16", text.encode("utf-16"), clean, "the file is UTF-16", "SF003", "SF004"),
        raw(
            "utf-16-no-mark",
            text.encode("utf-16-le"),
            clean,
            "the file is UTF-16 without a mark",
            "SF003",
            "SF002",
            "SF016",
        ),
    ]


def _lines() -> list[Case]:
    clean = _clean()
    deep = b'{"messages":' + b"[" * 10_000 + b"]" * 10_000 + b"}\n"
    return [
        raw("comma-missing", _line(_text().replace(b",", b" ", 1)), clean, "not JSON", "SF002", core=True),
        raw("single-quotes", _line(str(shapes.chat()[AT]).encode() + b"\n"), clean, "a Python dict, not JSON",
            "SF002"),
        raw("trailing-comma", _line(_text()[:-2] + b",}\n"), clean, "a comma before a brace", "SF002"),
        raw("truncated-last-line", clean[:-40], clean, "the last line is cut off", "SF002"),
        raw("line-break-in-string", _line(_text().replace(b" ", b"\n", 1)), clean, "a raw line break in a text",
            "SF002"),
        raw("comment", b"// made by export.js\n" + clean, clean, "a comment before the first row", "SF002"),
        raw("deep", _line(deep), clean, "10,000 lists inside each other", "SF002", "SF009", "SF105"),
        raw("blank-line", _line(_text() + b"\n"), clean, "a blank line, which the trainer refuses", "SF007",
            targets=("mistral",), core=True),
        raw("blank-line-nova", jsonl(shapes.nova()) + b"\n" + jsonl([nova_row()]),
            jsonl([*shapes.nova(), nova_row()]), "a blank line, which the provider refuses", "SF007",
            targets=("bedrock-nova",), form=DataFormat.BEDROCK_NOVA),
        raw("row-is-list", _line(b'["user","hello"]\n'), clean, "a row is a list", "SF006", core=True),
        raw("row-is-text", _line(json.dumps(_text().decode()).encode() + b"\n"), clean, "a row is JSON in a string",
            "SF006"),
        raw("row-is-null", _line(b"null\n"), clean, "a row is null", "SF006"),
    ]  # fmt: skip


def _values() -> list[Case]:
    clean = _clean()
    role = _text().replace(b'"role":"user",', b'"role":"user","role":"system",', 1)
    surrogate = _text().replace(b'"assistant","content":"', b'"assistant","content":"\\ud83d ', 1)
    weighted = shapes.together()

    def weight(value: bytes) -> bytes:
        lines = jsonl(weighted).splitlines(keepends=True)
        lines[AT] = lines[AT].replace(b'"weight":0.5', b'"weight":' + value)
        return b"".join(lines)

    plain = jsonl(weighted)
    return [
        raw("duplicate-key", _line(role), clean, "a message has two roles; parsers keep one", "SF008",
            consequence="mis-trained"),
        raw("nan", weight(b"NaN"), plain, "NaN, which JSON does not have", "SF009", form=DataFormat.TOGETHER),
        raw("infinity", weight(b"-Infinity"), plain, "an infinite number", "SF009", form=DataFormat.TOGETHER),
        raw("huge-number", weight(b"1e999"), plain, "a number no parser can hold", "SF009", form=DataFormat.TOGETHER),
        raw("lone-surrogate", _line(surrogate), clean, "half of an emoji as an escape", "SF009"),
    ]  # fmt: skip


def _containers() -> list[Case]:
    clean = _clean()
    packed = gzipped(clean)
    rows = classification()
    csv = table(rows)
    ragged = csv.replace(b"\r\n", b",extra\r\n", 5).replace(b",extra\r\n", b"\r\n", 4)
    return [
        raw("gzip-cut", packed[:-200], packed, "the gzip file is cut off", "SF002", "SF014", "SF016",
            extension=".jsonl.gz"),
        raw("gzip-is-none", clean, packed, "named .gz and not compressed", "SF002", "SF014", "SF016",
            extension=".jsonl.gz"),
        raw("zstd-cut", zstandard(clean)[:-100], zstandard(clean), "the zstd file is cut off", "SF002", "SF014",
            "SF016", extension=".jsonl.zst"),
        raw("array-cut", array(shapes.alpaca())[:-60], array(shapes.alpaca()), "the JSON array is cut off", "SF002",
            "SF005", "SF016", form=DataFormat.ALPACA, extension=".json"),
        raw("csv-ragged", ragged, csv, "a line with one cell too many", "SF002", "SF105", "SF014", "SF016",
            form=DataFormat.CLASSIFICATION, extension=".csv"),
        raw("csv-no-quote", csv.replace(b"\r\nHello", b'\r\n"Hello', 1) if b"\r\nHello" in csv else csv + b'"', csv,
            "a quoted cell that never ends", "SF002", "SF105", "SF014", "SF016", form=DataFormat.CLASSIFICATION,
            extension=".csv"),
        raw("gzip-bad-row", gzipped(_line(b"{\n")), packed, "not JSON, inside gzip", "SF002", extension=".jsonl.gz"),
        raw("zstd-bad-role", zstandard(jsonl([*shapes.chat(), _robot()])), zstandard(clean),
            "an unknown role, inside zstd", "SF201", extension=".jsonl.zst"),
        spoiled("array-no-answer", shapes.alpaca(), put("output", ""), "an empty answer in a JSON array", "SF212",
            "SF514", consequence="mis-trained", form=DataFormat.ALPACA, write=array, extension=".json"),
        spoiled("tools-in-array", calling.tools(), add({"messages": []}), "an empty conversation in a JSON array",
            "SF108", write=array, extension=".json"),
    ]  # fmt: skip


def _robot() -> dict[str, object]:
    pair = shapes.spare()
    return {"messages": [shapes.turn("user", pair.question), shapes.turn("robot", pair.answer)]}


def nova_row() -> dict[str, object]:
    """One more row of `shapes.nova`."""
    pair = shapes.spare()
    talk = [shapes.turn("user", [{"text": pair.question}]), shapes.turn("assistant", [{"text": pair.answer}])]
    return {**shapes.nova()[0], "messages": talk}
