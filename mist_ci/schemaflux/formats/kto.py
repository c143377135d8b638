"""kto: `{"prompt", "completion", "label": true | false}`: is the completion a good one?"""

from mist_ci.models.data_format import DataFormat
from mist_ci.schemaflux.formats import prompt_completion
from mist_ci.schemaflux.formats.format import Format, has
from mist_ci.schemaflux.formats.turns import TRL_FIELDS, tools, unlike
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.shape import FLAG, Record


def looks_like(row: Object) -> bool:
    """A label that says yes or no, however it is spelt; other labels are nobody's business."""
    label = row.get("label")
    is_verdict = isinstance(label, bool | int) or str(label).lower() in {"true", "false", "0", "1"}
    return has(row, "prompt", "completion") and is_verdict


FORMAT = Format(
    DataFormat.KTO,
    title="Unpaired preference (KTO)",
    evidence="prompt, completion and label",
    shape=Record({**prompt_completion.FIELDS, "label": FLAG}, TRL_FIELDS),
    looks_like=looks_like,
    unlike=lambda row: unlike(row, "prompt", "completion"),
    messages=prompt_completion.messages,
    tools=tools,
    label=lambda row: row.get("label"),
    example={"prompt": "What is 2+2?", "completion": "5", "label": False},
    taken_by="TRL (KTOTrainer), axolotl (`kto`)",
)
