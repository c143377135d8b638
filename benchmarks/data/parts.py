"""Defects of pictures and other parts: SF4xx."""

import base64

from benchmarks.data import shapes
from benchmarks.data.case import Case, Rows, spoiled
from benchmarks.data.edit import AT, alter, drop, insert, put
from mist_ci.models.data_format import DataFormat as F

PART = "messages.0.content.1"
URL = f"{PART}.image_url.url"


def cases() -> list[Case]:
    """All of them."""
    rows = shapes.pictures()
    broken = base64.b64encode(b"this is no picture at all").decode()
    jpeg = shapes.png(5).replace("image/png", "image/jpeg")
    return [
        spoiled("unknown-part", rows, put(f"{PART}.type", "picture"), "a part of an unknown type", "SF401"),
        spoiled("part-no-type", rows, drop(f"{PART}.type"), "a part has no type", "SF401", "SF104"),
        spoiled("part-no-text", rows, drop("messages.0.content.0.text"), "a text part without a text", "SF401",
            "SF104"),
        spoiled("part-no-url", rows, drop(URL), "a picture without an address", "SF401", "SF104"),
        spoiled("part-is-text", rows, put("messages.0.content.0", "What is this?"), "a part is a string", "SF105",
            "SF401"),
        spoiled("picture-from-assistant", rows,
            alter("messages.1.content", lambda parts: [*parts, shapes.image(AT)]), "the assistant shows a picture",
            "SF402", targets=("together",), core=True),
        spoiled("bad-data-uri", rows, put(URL, "data:image/tiff;base64,SUkqAA=="),
            "a data URI of a type nobody takes", "SF403", targets=("together",), core=True),
        spoiled("uri-no-base64", rows, alter(URL, lambda uri: uri.replace(";base64", "")),
            "a data URI without base64", "SF403", "SF405"),
        spoiled("file-path", rows, put(URL, "images/0023.png"),
            "a path on somebody's disk in the place of an address", "SF403", targets=("together",)),
        spoiled("base64-broken", rows, alter(URL, lambda uri: uri[:-30] + "*" + uri[-29:]),
            "base64 with a letter it does not have", "SF405", "SF403", consequence="dropped"),
        spoiled("picture-is-none", rows, put(URL, f"data:image/png;base64,{broken}"), "the bytes are no picture",
            "SF405", consequence="dropped"),
        spoiled("wrong-picture-type", rows, put(URL, jpeg), "a PNG that says it is a JPEG", "SF405",
            consequence="dropped"),
        spoiled("picture-url-together", rows, put(URL, "https://example.com/lamp.png"),
            "an address, where the provider takes data", "SF403", targets=("together",)),
        spoiled("eleven-pictures", rows,
            alter("messages.0.content", lambda parts: parts[:1] + [shapes.image(number) for number in range(11)]),
            "eleven pictures, where the provider takes ten", "SF404", targets=("together",)),
        spoiled("text-and-parts", rows, put("messages.1.content", "A lamp with a green shade."),
            "content is a string here and a list there, which the provider refuses", "SF406", targets=("together",)),
        spoiled("nova-picture-format", _nova_pictures(), put("messages.0.content.1.image.format", "bmp"),
            "a picture format nobody takes", "SF403", "SF401", form=F.BEDROCK_NOVA, targets=("bedrock-nova",)),
        spoiled("nova-picture-not-s3", _nova_pictures(),
            put("messages.0.content.1.image.source.s3Location.uri", "https://example.com/23.png"),
            "a picture that is not on S3", "SF403", form=F.BEDROCK_NOVA, targets=("bedrock-nova",)),
        spoiled("vertex-no-mime", _vertex_files(), drop("contents.0.parts.1.fileData.mimeType"),
            "a file without its type", "SF403", "SF401", "SF104", targets=("vertex",), form=F.VERTEX),
        spoiled("vertex-file-not-gs", _vertex_files(),
            put("contents.0.parts.1.fileData.fileUri", "C:\\pictures\\23.png"), "a file on somebody's disk",
            "SF403", targets=("vertex",), form=F.VERTEX),
        spoiled("vertex-empty-part", shapes.vertex(), insert("contents.0.parts.1", {}), "an empty part", "SF401",
            "SF104", form=F.VERTEX),
    ]  # fmt: skip


def _nova_pictures() -> Rows:
    rows = shapes.nova()
    for index, row in enumerate(rows):
        source = {"s3Location": {"uri": f"s3://pictures/{index:04}.png", "bucketOwner": "111122223333"}}
        row["messages"][0]["content"].append({"image": {"format": "png", "source": source}})
    return rows


def _vertex_files() -> Rows:
    rows = shapes.vertex()
    for index, row in enumerate(rows):
        file = {"mimeType": "image/png", "fileUri": f"gs://pictures/{index:04}.png"}
        row["contents"][0]["parts"].append({"fileData": file})
    return rows
