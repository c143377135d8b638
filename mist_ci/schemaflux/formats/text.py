"""text: `{"text": "…"}`, trained from its first character to its last."""

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats.format import Format, has, one_text
from mist_ci.schemaflux.shape import TEXT, Record

FORMAT = Format(
    DataFormat.TEXT,
    title="Plain text",
    evidence="text",
    shape=Record({"text": TEXT}),
    looks_like=lambda row: has(row, "text"),
    messages=lambda row: one_text("text", "assistant", row.get("text")),
    example={"text": "Oslo is the capital of Norway."},
    taken_by="TRL, axolotl (`completion`), LLaMA-Factory (`pt`), Together, Mistral, Bedrock (continued pre-training)",
)
