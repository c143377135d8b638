"""Names that a policy may use, or may not."""

SHIPPED_TARGETS = (
    *("axolotl", "azure", "bedrock-claude", "bedrock-nova", "fireworks", "llamafactory", "mistral", "openai"),
    *("together", "torchtune", "trl", "unsloth", "vertex"),
)
"""The names of the targets that ship with MIST CI. The files themselves are read by an adapter."""
VERIFY = "verify"
"""In place of a gate's label: what pushes and runs on demand report. No merge rule requires `mist/verify`."""
