"""LLaMA-Factory's dataset_info.json does not fit the rows that it describes.

What it finds: in a `dataset_info.json` beside training data, for every entry whose `file_name` is validated: columns
that are needed and not set, columns that name a key which none of the first rows has, tags that do not fit the
messages, an unknown `formatting`; and a file that is no JSON, or an entry that is no object. Data that comes from
elsewhere (`hf_hub_url` and the like) is not looked at. `validate` reads the file below a directory that it is given, a
gate run beside the files of a data set, when one of these changed.

Why it matters: as soon as an entry gives any of `columns`, all others are set to nothing, and `tags` likewise
(llamafactory 0.9.5, data/parser.py: DatasetAttr.join). An entry that only says where the prompt is has no answers any
more. What has no answer, or a role that no tag names, is left out with a warning at most; a key that is not there
stops the trainer.

What to do: write all columns and tags that the data has, or leave out `columns` and `tags` where the defaults fit:
`instruction`, `input` and `output`, or for `sharegpt` `conversations` with `from`, `value`, `human` and `gpt`.
"""

from collections.abc import Iterator
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.dataset_info import (
    ALPACA,
    FORMATTINGS,
    TAGS,
    DatasetInfo,
    Entry,
    file_of,
    is_of_llamafactory,
)
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote, type_name
from mist_ci.schemaflux.shape import nearest

_ROWS = {"train.json": [{"instruction": "What is 2+2?", "input": "", "output": "4"}]}
BAD = DatasetInfo(
    "dataset_info.json",
    b'{"arithmetic": {"file_name": "train.json", "columns": {"prompt": "instruction"}}}',
    _ROWS,
)
GOOD = DatasetInfo(
    "dataset_info.json",
    b'{"arithmetic": {"file_name": "train.json", '
    b'"columns": {"prompt": "instruction", "query": "input", "response": "output"}}}',
    _ROWS,
)
META = RuleMeta(
    code="SF111",
    name="column-map",
    severity=Severity.ERROR,
    consequence=Consequence.DROPPED,
    since="0.1.0",
    bad=BAD.content,
    good=GOOD.content,
    file="dataset_info.json",
)
_PLAIN_TEXT = frozenset({"text", "content", "document", "raw_content", "code"})
"""Keys of rows without an answer: text to go on training with."""
_USUAL = {
    "system": "system_tag",
    "user": "user_tag",
    "human": "user_tag",
    "assistant": "assistant_tag",
    "gpt": "assistant_tag",
    "tool": "observation_tag",
    "observation": "observation_tag",
    "function": "function_tag",
    "function_call": "function_tag",
}
_CONVERSATIONS = 'write "formatting": "sharegpt", if these are conversations'
_STOPS = Consequence.REJECTED


def check(info: DatasetInfo, /) -> Iterator[Problem]:
    """The problems of every entry, at its field."""
    try:
        value = info.parsed()
    except ValueError as error:
        line = getattr(error, "lineno", None)
        hint = "correct it: no data set of this directory can be trained on"
        yield Problem(
            f"this is no JSON, so LLaMA-Factory stops: {error}", hint, line=line, consequence=_STOPS
        )
        return
    if not isinstance(value, dict):
        hint = "write an object: the name of a data set → its settings"
        yield Problem(f"this is {type_name(value)}, not an object", hint, consequence=_STOPS)  # type: ignore[arg-type]
    elif is_of_llamafactory(value):
        for name, settings in value.items():
            yield from _of_entry(info, name, settings)


def _of_entry(info: DatasetInfo, name: str, settings: Any) -> Iterator[Problem]:  # noqa: ANN401 - JSON
    if not isinstance(settings, dict):
        yield _not_an_object(name, settings)
        return
    path = file_of(settings)
    rows = info.rows(path) if path else []
    if not rows:
        return
    parts = [settings.get("columns", {}), settings.get("tags", {})]
    wrong = [
        part for part, value in zip(("columns", "tags"), parts, strict=True) if not isinstance(value, dict)
    ]
    if wrong:
        yield from (_not_an_object(f"{name}.{part}", settings[part]) for part in wrong)
        return
    formatting = settings.get("formatting", ALPACA)
    if formatting not in FORMATTINGS:
        message = f"LLaMA-Factory knows no formatting {quote(formatting)} and stops"
        yield Problem(
            message, f"write one of {', '.join(FORMATTINGS)}", f"{name}.formatting", consequence=_STOPS
        )
        return
    is_ranking = bool(settings.get("ranking"))
    entry = Entry(name, rows, formatting, is_ranking, settings.get("columns"), settings.get("tags"))
    yield from _unset(entry)
    yield from _absent(entry)
    if formatting != ALPACA:
        yield from _tags(entry)


def _not_an_object(field: str, value: Any) -> Problem:  # noqa: ANN401 - JSON
    hint = "write an object, or take it out"
    message = f"this is {type_name(value)}, not an object: LLaMA-Factory stops"
    return Problem(message, hint, field, consequence=_STOPS)


def _unset(entry: Entry) -> Iterator[Problem]:
    """Columns that are needed, and set to nothing because others are given."""
    if entry.columns is None:
        for name in ("chosen", "rejected") if entry.is_ranking else ():
            yield _column_unset(entry, name, "LLaMA-Factory stops", _STOPS)
        return
    if entry.formatting != ALPACA:
        needed = ("messages", "chosen", "rejected") if entry.is_ranking else ("messages",)
        for name in needed:
            if entry.column(name) is None:
                yield _column_unset(entry, name, "LLaMA-Factory stops", _STOPS)
        return
    if entry.column("prompt") is None and entry.column("query") is None:
        yield _column_unset(entry, "prompt", "every prompt is empty", Consequence.MISTRAINED)
    for name in ("chosen", "rejected") if entry.is_ranking else ():
        if entry.column(name) is None:
            yield _column_unset(entry, name, "LLaMA-Factory stops", _STOPS)
    if not entry.is_ranking and entry.column("response") is None and not _is_text(entry):
        yield _column_unset(entry, "response", "no row has an answer, and each is left out", None)


def _is_text(entry: Entry) -> bool:
    """True for rows that are text alone, and have no answer."""
    read = {entry.column(name) for name in entry.columns or ()}
    return entry.column("prompt") in _PLAIN_TEXT or read >= set(entry.keys)


def _column_unset(entry: Entry, name: str, effect: str, consequence: Consequence | None) -> Problem:
    unread = [key for key in entry.keys if key not in (entry.columns or {}).values()]
    if entry.formatting == ALPACA and entry.column("messages"):
        hint = _CONVERSATIONS
    else:
        hint = f'write "{name}" with its key in the rows; they have {_listed(unread)}'
    why = "no default is set for it" if entry.columns is None else "giving any columns unsets the others"
    message = f'"{name}" is not set ({why}), so {effect}'
    return Problem(message, hint, f"{entry.name}.columns.{name}", consequence=consequence)


def _absent(entry: Entry) -> Iterator[Problem]:
    """Columns that name a key which none of the rows has."""
    if entry.columns is not None:
        names = tuple(name for name, value in entry.columns.items() if value)
    elif entry.formatting != ALPACA:
        names = ("messages",)
    else:
        names = ("prompt", "query") if entry.is_ranking else ("prompt", "query", "response")
    for name in names:
        key = entry.column(name)
        if key not in entry.keys:
            told = quote(key if key is not None else (entry.columns or {})[name])
            default = "" if entry.columns is not None else " by default"
            message = f'"{name}" is {told}{default}, a key that none of the first rows has'
            close = nearest(key, entry.keys) if key else None
            hint = f"did you mean {quote(close)}?" if close else f"the rows have {_listed(entry.keys)}"
            if entry.formatting == ALPACA and not {"conversations", "messages"}.isdisjoint(entry.keys):
                hint = _CONVERSATIONS
            yield Problem(
                f"{message}: LLaMA-Factory stops", hint, f"{entry.name}.columns.{name}", consequence=_STOPS
            )


def _tags(entry: Entry) -> Iterator[Problem]:
    """Tags that do not fit the messages."""
    messages = list(entry.messages())
    keys = tuple(dict.fromkeys(key for one in messages for key in one))
    is_readable = bool(messages)
    for name in ("role_tag", "content_tag") if messages else ():
        if entry.tag(name) not in keys:
            is_readable = False
            effect = "is a key that no message has, so LLaMA-Factory stops"
            yield _tag_problem(entry, name, effect, keys, _STOPS)
    if is_readable:
        yield from _roles(entry, messages)


def _roles(entry: Entry, messages: list[Any]) -> Iterator[Problem]:
    said = (one.get(entry.tag("role_tag")) for one in messages)
    roles = tuple(dict.fromkeys(role for role in said if isinstance(role, str)))
    named = {entry.tag(name) for name in TAGS if name not in ("role_tag", "content_tag")}
    strange = tuple(role for role in roles if role not in named)
    is_openai = entry.formatting == "openai"
    effect = "LLaMA-Factory stops" if is_openai else "rows with other roles are left out"
    consequence = _STOPS if is_openai else None
    lost = [name for name in ("user_tag", "assistant_tag") if entry.tag(name) not in roles] if strange else []
    for name in lost:
        yield _tag_problem(entry, name, f"is no role of the messages, so {effect}", strange, consequence)
    if strange and not lost:
        message = f"no tag names {_listed(strange)}, a role of the messages, so {effect}"
        tags = dict.fromkeys(tag for role in strange if (tag := _USUAL.get(role)))
        hint = f"set {', '.join(tags)}" if tags else "name it by a tag, or correct the rows"
        yield Problem(message, hint, f"{entry.name}.tags", consequence=consequence)


def _tag_problem(
    entry: Entry, name: str, effect: str, there: tuple[str, ...], consequence: Consequence | None
) -> Problem:
    tag, told = entry.tag(name), _listed(there)
    if tag is None:
        effect = f"is not set (giving any tags unsets the others), {effect.partition(', ')[2]}"
    default = ", the default," if tag is not None and entry.tags is None else ""
    what = f'"{name}"' if tag is None else f'"{name}" {quote(tag)}{default}'
    usual = next((one for one in there if _USUAL.get(one) == name), None)
    close = usual or (nearest(tag, there) if tag else None)
    found = f"did you mean {quote(close)}?" if tag else f"set it to {quote(close)}"
    hint = found if close else f'set "{name}" to what is meant: the messages have {told}'
    return Problem(f"{what} {effect}", hint, f"{entry.name}.tags.{name}", consequence=consequence)


def _listed(names: "tuple[str, ...] | list[str]") -> str:
    """The first few of them."""
    shown = ", ".join(quote(name[:24]) for name in names[:4])
    return f"{shown} and others" if len(names) > 4 else shown or "no other key"  # noqa: PLR2004
