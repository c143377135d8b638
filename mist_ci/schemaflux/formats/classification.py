"""classification: a text and its label, under the names that people give them; a label is a string or a number."""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.formats.format import Format, one_text
from mist_ci.schemaflux.message import Message, Object
from mist_ci.schemaflux.shape import TEXT, One, Record, each

_TEXTS = ("text", "input", "sentence", "prompt", "content", "utterance", "query", "question")
_LABELS = ("label", "category", "intent", "class", "target", "sentiment")
_ANSWERS = ("response", "answer", "answers", "output", "completion")
_LABEL = One("a string or a number", frozenset({str, int, float, bool}))


def _first(row: Object, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if row.get(name) is not None), None)


def looks_like(row: Object) -> bool:
    """A text and a label. With an answer beside them, the label is no more than a remark on the row."""
    texts = (row[name] for name in _TEXTS if name in row)
    return (
        any(not isinstance(text, list | dict) for text in texts)
        and not row.keys().isdisjoint(_LABELS)
        and row.keys().isdisjoint(_ANSWERS)
    )


def label(row: Object, /) -> JsonValue:
    """The label as it is written."""
    key = _first(row, _LABELS)
    return row[key] if key else None


def messages(row: Object, /) -> Iterator[Message]:
    """The text is what is asked, its label the answer."""
    text, key = _first(row, _TEXTS), _first(row, _LABELS)
    if text:
        yield from one_text(text, "user", row[text])
    if key and isinstance(row[key], str | int | float):
        yield from one_text(key, "assistant", str(row[key]))


FORMAT = Format(
    DataFormat.CLASSIFICATION,
    title="Classification",
    evidence="a text and a label",
    shape=Record(
        optional=each(_TEXTS, TEXT) | each(_LABELS, _LABEL),
        one_of=(_TEXTS, _LABELS),
        is_free=True,
    ),
    looks_like=looks_like,
    messages=messages,
    label=label,
    example={"text": "Give me my money back!", "label": "refund"},
    taken_by="Trainers of classifiers; CSV files have a header with the two names",
)
