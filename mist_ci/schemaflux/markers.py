"""Markers of chat templates inside of texts: what a model takes for the end of a turn, or for another turn.

Code is left out (fenced, or between backticks): a text that talks about templates is not one.
"""
# ruff: noqa: RUF001 - DeepSeek has wide bars in its tokens

import re

from mist_ci.models.data_format import DataFormat

CHAT_FORMATS = frozenset(
    {*DataFormat} - {DataFormat.TEXT, DataFormat.PROMPT_COMPLETION, DataFormat.CLASSIFICATION}
)
"""Formats to whose texts a template is applied; plain text holds the template already."""

ROLE_SWITCHING = (
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
    "<|start|>",
    "<|return|>",
    "<｜User｜>",
    "<｜Assistant｜>",
    "<｜end▁of▁sentence｜>",
    "[INST]",
    "[/INST]",
    "</s>",
)
"""Tokens of well-known models that begin or end a turn."""

END_OF_TURN = (
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<end_of_turn>",
    "<eos>",
    "<turn|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<｜end▁of▁sentence｜>",
    "<|END_OF_TURN_TOKEN|>",
    "<|endofturn|>",
    "</s>",
)
"""Tokens of well-known models that end what the assistant says."""

BEGINNINGS = (
    "<s>",
    "<bos>",
    "<|begin_of_text|>",
    "<|startoftext|>",
    "<BOS_TOKEN>",
    "<｜begin▁of▁sentence｜>",
)
"""Tokens of well-known models that begin a text."""

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_TEMPLATED = {
    "ChatML": re.compile(r"<\|im_start\|>\s?(?:system|user|assistant|tool)\b"),
    "Llama 3": re.compile(r"<\|start_header_id\|>\s?(?:system|user|assistant)\s?<\|end_header_id\|>"),
    "Llama 2 or Mistral": re.compile(r"\[INST\].*?\[/INST\]", re.DOTALL),
    "Gemma": re.compile(r"<start_of_turn>(?:user|model)\b"),
    "DeepSeek": re.compile(r"<｜User｜>.*?<｜Assistant｜>", re.DOTALL),
    "Phi or Zephyr": re.compile(r"<\|user\|>.*?<\|assistant\|>", re.DOTALL),
    "Alpaca": re.compile(r"^### Instruction:.*?^### Response:", re.DOTALL | re.MULTILINE),
    "Vicuna": re.compile(
        r"\A\s*(?:### )?(?:Human|USER): .*?^(?:### )?(?:Assistant|ASSISTANT):", re.DOTALL | re.MULTILINE
    ),
}
"""Template → what no text has that was not rendered with it."""


def prose(text: str) -> str:
    """The text without the code in it."""
    return _CODE.sub(" ", text) if "`" in text else text


def templated(text: str) -> str | None:
    """The template that a text was rendered with before it got here; None for a text like any other."""
    words = prose(text)
    return next((name for name, pattern in _TEMPLATED.items() if pattern.search(words)), None)


def first_token(text: str, tokens: tuple[str, ...]) -> str | None:
    """The token that stands first in a text; None when there is none of them."""
    places = {text.find(token): token for token in tokens if token in text}
    return places[min(places)] if places else None
