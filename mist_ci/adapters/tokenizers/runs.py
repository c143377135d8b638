"""Texts in pieces that every tokenizer can bear.

tiktoken overflows its stack on a million spaces, and takes time that grows with the square of a word's length:
ten million letters without a space would take minutes. So a run of blanks, or of anything else, that is longer
than `LONGEST_RUN` is cut there before it is counted. A cut adds one token at most, and text that people or
programs wrote has none.
"""

import re
from collections.abc import Iterator

LONGEST_RUN = 2**16
"""Characters; a multiple of 128, the longest run of blanks that is one token."""

_RUN = re.compile(rf"\s{{{LONGEST_RUN},}}+|\S{{{LONGEST_RUN},}}+")


def pieces(text: str) -> Iterator[str]:
    """The text itself, or what it is cut into; joined they are the text again."""
    if len(text) <= LONGEST_RUN:
        yield text
        return
    start = 0
    for run in _RUN.finditer(text):
        for cut in range(run.start() + LONGEST_RUN, run.end(), LONGEST_RUN):
            yield text[start:cut]
            start = cut
    yield text[start:]
