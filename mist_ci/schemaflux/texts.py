"""Whether a text is in another one, whatever a template did to its blanks and its quotes."""

import json


def is_in(text: str, rendering: str) -> bool:
    """True for a text that stands in a rendering as it is, with other white space, or inside of JSON."""
    words = text.strip()
    if words in rendering:
        return True
    if any(json.dumps(words, ensure_ascii=is_ascii)[1:-1] in rendering for is_ascii in (False, True)):
        return True
    return " ".join(words.split()) in " ".join(rendering.split())
