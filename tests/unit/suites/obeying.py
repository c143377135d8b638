"""An answer that follows instructions: where there is one, they can all be followed at once."""

import json
from typing import Any

FILLERS = (
    "stone",
    "tulip",
    "rain",
    "farm",
    "olive",
    "moss",
    "bread",
    "cloud",
    "wagon",
    "puppy",
    "cocoa",
    "map",
)


class Demands:
    """The instructions of a sample by name."""

    def __init__(self, expected: list[dict[str, Any]]) -> None:
        self._by_name = {str(one["instruction"]): one for one in expected}
        self.wanted = [text for one in expected if one["instruction"] == "contains" for text in one["texts"]]
        if keyword := self._by_name.get("keyword_times"):
            self.wanted += [keyword["word"]] * keyword["times"]
        letter = self._by_name.get("letter_times")
        self.forbidden = letter["letter"] if letter and letter["relation"] == "at most" else None
        self.letter = letter if letter and letter["relation"] == "at least" else None

    def has(self, name: str) -> bool:
        return name in self._by_name

    def get(self, name: str, argument: str, default: Any = None) -> Any:
        return self._by_name.get(name, {}).get(argument, default)

    @property
    def start(self) -> str:
        return str(self.get("starts_with", "text") or self.get("first_word", "word") or "")

    @property
    def end(self) -> str:
        return str(self.get("ends_with", "text") or self.get("last_word", "word") or "")


def obey(expected: list[dict[str, Any]]) -> str:
    """A text without much sense that does everything that is asked for."""
    demands = Demands(expected)
    if demands.has("json"):
        keys = demands.wanted
        return json.dumps(dict.fromkeys(keys, demands.wanted))
    text = _layout(demands, _words(demands))
    if demands.has("quoted"):
        text = f'"{text}"'
    return text.upper() if demands.has("uppercase") else text.lower() if demands.has("lowercase") else text


def _words(demands: Demands) -> list[str]:
    """The words between the beginning and the end."""
    avoided = set(demands.get("avoids", "words", ()))
    usable = [
        word
        for word in FILLERS
        if word not in avoided and not (demands.forbidden and demands.forbidden in word)
    ]
    words = list(demands.wanted)
    if demands.letter:
        words += [next(word for word in usable if demands.letter["letter"] in word)] * demands.letter["n"]
    edges = len(f"{demands.start} {demands.end}".split())
    room = max(demands.get("words", "n", 0), demands.get("min_words", "n", 0)) - edges
    least = max(room, _parts(demands), 0 if demands.has("words") else 1)
    return words + [usable[0]] * (least - len(words))


def _parts(demands: Demands) -> int:
    """Sentences, lines or paragraphs that are not the beginning or the end."""
    whole = demands.start.endswith(".") + demands.has("ends_with")
    if demands.has("sentences"):
        return int(demands.get("sentences", "n")) - whole
    layouts = ("bullets", "numbered_list", "paragraphs", "lines")
    return next((int(demands.get(name, "n")) for name in layouts if demands.has(name)), 1)


def _layout(demands: Demands, words: list[str]) -> str:
    parts = _parts(demands)
    chunks = [words[:1] for _ in range(0)] + [[word] for word in words[: parts - 1]]
    chunks.append(words[parts - 1 :] if parts else [])
    if demands.start:
        chunks[0] = [demands.start, *chunks[0]]
    if demands.end:
        ending = [demands.end] if demands.has("last_word") else [".", demands.end]
        chunks[-1] = [*chunks[-1], *ending]
    if demands.has("bullets"):
        return "\n".join("- " + " ".join(chunk) for chunk in chunks)
    if demands.has("numbered_list"):
        return "\n".join(f"{number}. " + " ".join(chunk) for number, chunk in enumerate(chunks, start=1))
    between = "\n\n" if demands.has("paragraphs") else "\n" if demands.has("lines") else ". "
    text = between.join(" ".join(chunk) for chunk in chunks).replace(" .", ".")
    return text if text.endswith((".", "?", "!")) else f"{text}."
