"""A row as tokens: what is counted of it, and where it goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from mist_ci.models.target import Target, TargetKind
from mist_ci.models.trainer import Fate, Segment, TrainedRow, Trainer, TrainerSettings
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.trainers import DEFAULTS


@dataclass(frozen=True, slots=True)
class Destination:
    """Where rows go: a trainer whose treatment of long rows is known, or somebody with a limit."""

    name: str
    settings: TrainerSettings | None = None
    row_tokens: int | None = None
    target: Target | None = None
    """The target that the user named, where it was one."""
    is_changed: bool = False
    """True when base is set up in another way, so that a row of the base may be cut for the first time."""
    before: TrainerSettings | None = None
    """How it is set up at base; None where base has no such file, or one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One row on its way to one destination. `fate` None where nobody knows what becomes of long rows."""

    destination: Destination
    row: TrainedRow
    fate: Fate | None


def destinations(
    targets: Sequence[Target],
    trainers: Sequence[TrainerSettings],
    max_tokens: int | None,
    before: Mapping[str, TrainerSettings | None] | None = None,
) -> tuple[Destination, ...]:
    """Trainers as they are set up, then targets; a trainer's own file goes before what its target would assume."""
    named = {target.trainer: target for target in targets if target.trainer}
    found = [_configured(one, named.get(one.trainer.value), before or {}) for one in trainers]
    configured = {settings.trainer for settings in trainers}
    for target in targets:
        limit = target.limits.row_tokens.value if target.limits.row_tokens else None
        settings = _settings_of(target, limit)
        if settings is None and limit is not None:
            found.append(Destination(target.name, None, limit, target))
        elif settings is not None and settings.trainer not in configured:
            found.append(Destination(target.name, settings, limit, target))
    if max_tokens is not None:
        found.append(Destination("max-tokens", None, max_tokens))
    return tuple(found)


def _configured(
    settings: TrainerSettings, target: Target | None, before: Mapping[str, TrainerSettings | None]
) -> Destination:
    was = before.get(settings.file, settings)
    name = settings.file or settings.trainer.value
    return Destination(name, settings, target=target, is_changed=was != settings, before=was)


def _settings_of(target: Target, limit: int | None) -> TrainerSettings | None:
    """What the target's trainer does by default; a service's limit is the target's own."""
    try:
        settings = DEFAULTS[Trainer(target.trainer or "")]
    except ValueError:
        return None
    if target.kind is TargetKind.PROVIDER:
        return None if limit is None else replace(settings, max_length=limit)
    return settings


def texts(row: Row) -> list[str]:
    """Everything in a row that becomes tokens: its tools where it has any, then each message, then those of sides."""
    if row.plain is not None:
        return list(row.plain.texts)
    found = [_told(message) for message in row.said]
    return [_tools(row), *found] if row.tools else found


def trained_row(row: Row, counts: Sequence[int]) -> TrainedRow:
    """The row as segments, from the counts of its `texts`. Tools count with the first message."""
    if row.plain is not None:
        segments = zip(counts, row.plain.roles, strict=True)
        return TrainedRow(
            row.format, tuple(Segment(tokens, role, role == "assistant") for tokens, role in segments)
        )
    numbers = iter(counts)
    tools = next(numbers) if row.tools else 0
    prompt = tuple(_segments(row.messages, numbers))
    if tools:
        first = prompt[0] if prompt else Segment(0, "system", is_trained=False)
        first = replace(first, tokens=first.tokens + tools)
        prompt = (first, *prompt[1:])
    sides = tuple(tuple(_segments(side.messages, numbers)) for side in row.sides)
    return TrainedRow(row.format, prompt, sides)


def _segments(messages: Sequence[Message], numbers: Iterator[int]) -> Iterator[Segment]:
    for message in messages:
        yield Segment(next(numbers), message.role or "", message.is_trained)


def _told(message: Message) -> str:
    """What is said, thought and called, in one text."""
    if not message.calls and message.reasoning is None:
        return message.text
    calls = (f"{call.name or ''} {_json(call.arguments)}" for call in message.calls)
    return "\n".join(part for part in (message.reasoning, message.text, *calls) if part)


def _tools(row: Row) -> str:
    return "\n".join(_json(dict(tool.value)) for tool in row.tools)


def _json(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
