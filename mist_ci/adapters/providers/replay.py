"""Exchanges written down, and given again without a network. docs/providers/replay.md has the file by example."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import JsonValue, ValidationError

from mist_ci.adapters.providers.exchange import Given, question
from mist_ci.adapters.providers.retrying import Failure
from mist_ci.adapters.providers.secret import Secret
from mist_ci.errors import Code, ConfigError, CouldNotRun, UsageError, Where
from mist_ci.models.base import Model
from mist_ci.ports.model_client import Completion, ModelClient, NoAnswer, Request

MAX_SHOWN = 60


class Exchange(Model):
    """One line of a recording: what was asked, and what came back, or why nothing did."""

    version: Literal[1] = 1
    request: dict[str, JsonValue]
    answer: Given | None = None
    no_answer: str | None = None


class Recorder:
    """Appends exchanges to a new file, each with one write. Raises UsageError MC204 when the file is there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun = False
        if path.exists():
            hint = "remove it, or name another file: --record FILE"
            raise UsageError(Code.FILE_EXISTS, f"the recording {path} is there already", hint=hint)

    def begin(self) -> None:
        """Makes the file, before anything is asked. Raises CouldNotRun MC309."""
        if not self._begun:
            self._append("xb", b"")
        self._begun = True

    def write(self, request: Request, answer: Completion | NoAnswer, secret: Secret) -> None:
        """One line. The key is taken out of all of it. Raises CouldNotRun MC309."""
        given = Given.of(answer) if isinstance(answer, Completion) else None
        reason = answer.reason if isinstance(answer, NoAnswer) else None
        exchange = Exchange(request=question(request), answer=given, no_answer=reason)
        line = exchange.model_dump_json(exclude_defaults=True)
        self._append("ab", secret.redact('{"version":1,' + line[1:]).encode() + b"\n")

    def _append(self, mode: Literal["xb", "ab"], line: bytes) -> None:
        try:
            with self._path.open(mode, buffering=0) as file:
                file.write(line)
        except OSError as error:
            raise CouldNotRun(Code.CANNOT_WRITE, f"cannot write {self._path}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Recorded:
    """A client whose exchanges are written down (`ports.ModelClient`)."""

    client: ModelClient
    recorder: Recorder
    secret: Secret

    async def complete(self, request: Request) -> Completion | NoAnswer:
        """Asks, and writes down what came of it."""
        answer = await self.client.complete(request)
        self.recorder.write(request, answer, self.secret)
        return answer

    async def aclose(self) -> None:
        """Closes the client."""
        await self.client.aclose()


@dataclass(frozen=True, slots=True)
class Tape:
    """A recording. A question that was asked several times gets its answers in their order."""

    name: str
    exchanges: Mapping[str, list[Exchange]]
    played: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def answer(self, request: Request) -> Completion | Failure:
        """What came back then. Raises CouldNotRun MC303 for a question that was not asked then, or not so often."""
        asked = question(request)
        key = _key(asked)
        takes = self.exchanges.get(key, [])
        number = self.played[key]
        if number >= len(takes):
            raise self._miss(asked, len(takes))
        self.played[key] += 1
        one = takes[number]
        if one.answer is None:
            return Failure(one.no_answer or "no answer", final=True)
        outcome = one.answer.outcome
        return replace(outcome, replayed=True) if isinstance(outcome, Completion) else outcome

    def _miss(self, asked: dict[str, JsonValue], times: int) -> CouldNotRun:
        hint = "record again: mist-ci eval … --record FILE"
        if times:
            message = f"the recording {self.name} has this request {times} times only: {_shown(asked)}"
            return CouldNotRun(Code.PROVIDER_REFUSED, message, hint=hint)
        near = nearest(asked, [takes[0].request for takes in self.exchanges.values()])
        message = f"the recording {self.name} does not have this request: {_shown(asked)}; {near}"
        return CouldNotRun(Code.PROVIDER_REFUSED, message, hint=hint)


def read_tape(path: Path) -> Tape:
    """A recording. Raises ConfigError MC101 and MC113 with its line."""
    exchanges: dict[str, list[Exchange]] = defaultdict(list)
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        hint = "`mist-ci eval … --record FILE` writes one"
        raise ConfigError(
            Code.FILE_MISSING, f"no such recording: {error.strerror}", where=Where(str(path)), hint=hint
        ) from None
    for number, line in enumerate(lines, start=1):
        try:
            one = Exchange.model_validate_json(line)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = Where(str(path), number, field=".".join(str(part) for part in problem["loc"]) or None)
            raise ConfigError(
                Code.BAD_RESULTS, f"no exchange of a recording: {problem['msg']}", where=where
            ) from None
        exchanges[_key(one.request)].append(one)
    return Tape(path.name, exchanges)


def nearest(asked: Mapping[str, object], recorded: Iterable[Mapping[str, object]]) -> str:
    """The first difference to the recorded request that has most in common with this one, in words."""
    best: tuple[int, str] | None = None
    for one in recorded:
        differences = list(_differences(asked, one, ""))
        if differences and (best is None or len(differences) < best[0]):
            place, ours, theirs = differences[0]
            more = f" and {len(differences) - 1} more" if len(differences) > 1 else ""
            best = (
                len(differences),
                f"the nearest one has {place} {_shown(theirs)} instead of {_shown(ours)}{more}",
            )
    return best[1] if best else "it is empty"


_ABSENT = "(nothing)"


def _differences(ours: object, theirs: object, place: str) -> Iterable[tuple[str, object, object]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            inner = f"{place}.{key}" if place else key
            yield from _differences(ours.get(key, _ABSENT), theirs.get(key, _ABSENT), inner)
    elif isinstance(ours, list) and isinstance(theirs, list):
        for index in range(max(len(ours), len(theirs))):
            left = ours[index] if index < len(ours) else _ABSENT
            right = theirs[index] if index < len(theirs) else _ABSENT
            yield from _differences(left, right, f"{place}[{index}]")
    elif ours != theirs:
        yield place, ours, theirs


def _key(asked: Mapping[str, object]) -> str:
    return json.dumps(asked, sort_keys=True)


def _shown(value: object) -> str:
    if isinstance(value, dict) and isinstance(value.get("messages"), list) and value["messages"]:
        return f"{value.get('model')}, {_shown(value['messages'][-1].get('content'))}"
    text = json.dumps(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
