"""Texts between commas, as promptfoo's `contains-any` and its like are written in a cell."""

import re

_PART = re.compile(r'\s*(?:"((?:[^"\\]|\\.|"")*)"\s*|([^,]*))(?:,|\Z)')


def comma_separated(text: str) -> list[str] | None:
    r"""The texts without white space around them; None where something follows a closing quote.

    >>> comma_separated('a, "b, c" ,d')
    ['a', 'b, c', 'd']
    """
    found, position = [], 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            return None
        quoted, bare = match.groups()
        if quoted is None and bare.strip().startswith('"'):
            return None
        part = bare.strip() if quoted is None else re.sub(r'\\(.)|""', lambda one: one[1] or '"', quoted)
        if part or quoted is not None:
            found.append(part)
        position = match.end()
    return found
