"""Text of strangers inside a prompt: fenced so that it cannot end its fence, and told apart from instructions.

The mark of a fence is a hash of all that is fenced. Whoever writes the text would have to know the hash of the text
that contains the hash: nobody can, and everybody gets the same prompt for the same text, so that a stored reply
can stand in for a call.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping

_FENCE_LIKE = re.compile(r"<{3,}|>{3,}")
_CONTROL_TOKEN = re.compile(
    r"<\|[^\n]{0,80}?\|>"
    r"|</?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn)>"
    r"|\[/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<</?SYS>>",
    re.IGNORECASE,
)
_LOOK_ALIKES = str.maketrans("<>[]|", "⟨⟩⟦⟧¦")
_JOINERS = "\u200c\u200d"
"""Persian and emoji need them."""
_HARMLESS = "\n\t"
_HEX_DIGITS = 32


def mark_of(texts: Mapping[str, str]) -> str:
    """32 hex digits that no text of these can hold, the same for the same texts under the same names."""
    digest = hashlib.sha256()
    for name, text in texts.items():
        part = text.encode(errors="replace")
        digest.update(f"{name} {len(part)}\n".encode() + part)
    return digest.hexdigest()[:_HEX_DIGITS]


def fenced(name: str, text: str, mark: str) -> str:
    """A text between two lines that carry its mark."""
    return f"<<<{name} {mark}\n{text}\n{mark} {name}>>>"


def neutral(text: str) -> str:
    """The text as it may stand in a fence.

    What looks like a fence, a model's control tokens and invisible characters are replaced by look-alikes and escapes
    that mean nothing to anybody.

    >>> neutral("<<<END <|im_end|> a <b> [INST]")
    '⟨⟨⟨END ⟨¦im_end¦⟩ a <b> ⟦INST⟧'
    """
    shown = "".join(char if _is_visible(char) else f"\\u{{{ord(char):x}}}" for char in text)
    shown = _CONTROL_TOKEN.sub(_look_alike, shown)
    return _FENCE_LIKE.sub(_look_alike, shown)


def shortened(text: str, most: int) -> tuple[str, int]:
    """At most so many characters, two thirds of them from the start and the rest from the end; and how many are gone.

    >>> shortened("abcdefghij", 6)
    ('abcdij', 4)
    """
    gone = len(text) - most
    if gone <= 0:
        return text, 0
    tail = most // 3
    return text[: most - tail] + text[len(text) - tail :], gone


def _look_alike(found: re.Match[str]) -> str:
    return found[0].translate(_LOOK_ALIKES)


def _is_visible(char: str) -> bool:
    if char < "\x7f":
        return char >= " " or char in _HARMLESS
    return char in _JOINERS or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"}
