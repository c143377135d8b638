"""What may be shown of a secret, and which secrets are none: examples of documentations, placeholders."""

import re
from itertools import pairwise

NUMBER_START = rb"(?:[^0-9A-Za-z_.,/+#-]|\\(?:[nrtbf]|u00[01][0-9a-f]))"
"""What stands before a number in the JSON of a row; a letter may be the end of an escape."""
_ESCAPE = re.compile(r"\\+(?:u[0-9a-fA-F]{4}|[^\\])")
_SHOWN_CHARS = 4
_FEWEST_DISTINCT = 8
_MOST_STEPS = 0.35
_NOT_RANDOM = (
    *("example", "sample", "dummy", "fake", "test", "placeholder", "redacted", "changeme", "secret", "your"),
    *("x" * 4, "*" * 3, "...", "1234567", "987654", "abcdef", "0000000", "foobar", "insert", "token"),
)


def without_escapes(text: str) -> str:
    r"""The text of the same length with spaces for escapes such as `\n`: arguments of tools are JSON inside of JSON."""
    return _ESCAPE.sub(lambda match: " " * len(match.group()), text) if "\\" in text else text


def mask(secret: str, shown: int = _SHOWN_CHARS) -> str:
    """The first characters of a secret and its length: enough to find it, of no use to anybody else."""
    return f"{secret[:shown]}… ({len(secret)} characters)"


def is_made_up(body: str) -> bool:
    """True for what no generator would give: words, few distinct characters, runs such as `abc123def456`.

    Wrong for a random text of 20 or more characters in less than one case of 1,000.
    """
    lower = body.lower()
    if any(word in lower for word in _NOT_RANDOM) or len(set(body)) < _FEWEST_DISTINCT:
        return True
    steps = sum(ord(after) - ord(before) == 1 for before, after in pairwise(body))
    return steps > _MOST_STEPS * len(body)
