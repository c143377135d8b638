"""Inspect (inspect-ai): logs of version 2, as .eval archives and as .json.

An archive has one member per sample and epoch, `samples/{id}_epoch_{n}.json`, or for big samples a directory of that
name with `sample.json`, the messages in pieces, and attachments by number. What each field means was read from the
logs of inspect-ai 0.3.285 and from its source.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mist_ci.matchspec.importers import inspect_score, python_json
from mist_ci.matchspec.importers.importer import Wish
from mist_ci.matchspec.importers.inspect_sample import Task, record
from mist_ci.matchspec.importers.rows import Row, refused, shown, top_keys
from mist_ci.models.record import FINISHED, Record, Source
from mist_ci.models.result_file import ResultFile
from mist_ci.parsing.strict_json import JsonValue

NAME = "inspect"
VERSION = 2
EXPECTS = f"Inspect: .eval or .json logs (version {VERSION}) of `inspect eval`"

_HEADER, _START = "header.json", "_journal/start.json"
_SAMPLE = re.compile(r"samples/.+_epoch_\d+(?:\.json|/sample\.json)", re.DOTALL)
_ATTACHMENT = "attachment://"


@dataclass(frozen=True, slots=True)
class _Log:
    """One file: what it says of itself, and its samples with everything that they refer to put in place."""

    header: Row
    samples: list[Row]
    source: Source

    @property
    def task(self) -> str:
        return self.header.child("eval").text("task")

    @property
    def model(self) -> str:
        return self.header.child("eval").text("model")


def recognises(file: ResultFile) -> bool:
    """True for archives with a header or a journal, and for JSON with `version`, `status` and `eval`."""
    if file.members is not None:
        return bool({_HEADER, _START} & file.members.keys())
    return {"version", "status", "eval"} <= top_keys(file)


def read(files: Sequence[ResultFile], wish: Wish) -> list[Record]:
    """One record per sample and epoch. Raises MC113; of several models `wish.model` chooses."""
    logs = _of_one_model([_open(file) for file in files], wish)
    _refuse_twins(logs)
    tasks = dict.fromkeys(log.task for log in logs)
    if wish.suite is not None and len(tasks) > 1:
        listed = ", ".join(repr(task) for task in tasks)
        raise logs[0].header.error(
            f"one suite name for several tasks: {listed}", "eval.task", "import one task at a time"
        )
    return _numbered([each for log in logs for each in _records(log, wish)])


def _records(log: _Log, wish: Wish) -> Iterator[Record]:
    grader = inspect_score.chosen(log.samples, wish.grader, log.header)
    task = Task(wish.suite or log.task, log.model, grader, log.header, log.source)
    return (record(sample, task) for sample in log.samples)


def _open(file: ResultFile) -> _Log:
    header = _header(file)
    version = header.get("version")
    if version != VERSION:
        hint = f"expected: {EXPECTS}; a current Inspect converts older logs: inspect log convert"
        raise header.error(
            f"is version {shown(version)} of Inspect's logs; version {VERSION} is understood", "version", hint
        )
    for name in ("task", "model"):
        if not header.child("eval").text(name):
            raise header.error("is missing", f"eval.{name}")
    samples = list(_samples(file, header))
    _check_ids(samples)
    packages = header.child("eval").child("packages")
    source = Source(
        NAME, packages.text("inspect_ai"), file.sha256, _status(header, len(samples), file), file.path
    )
    return _Log(header, samples, source)


def _header(file: ResultFile) -> Row:
    if file.members is None:
        return python_json.document(file.data, file.path)
    name = _HEADER if _HEADER in file.members else _START
    if name not in file.members:
        raise refused(f"has neither {_HEADER} nor {_START}", file.path, hint=f"expected: {EXPECTS}")
    header = python_json.document(file.members[name], _inside(file, name))
    # A run that did not come to its end has a beginning only.
    return header if name == _HEADER else replace(header, values={**header.values, "status": "started"})


def _status(header: Row, samples: int, file: ResultFile) -> str:
    """FINISHED when the log says so and has every sample that it counts; else why it is not comparable."""
    status = header.text("status") or "unknown"
    if status != FINISHED:
        return status
    if samples == 0:
        hint = "run the task with log_samples on; a header alone (`inspect log headers`) has no scores of samples"
        raise refused("has no samples", file.path, hint=hint)
    total = header.child("results").whole("total_samples")
    if total is None:
        return "unfinished: no results"
    return FINISHED if samples == total else f"unfinished: {samples} of {total} samples"


def _samples(file: ResultFile, header: Row) -> Iterator[Row]:
    if file.members is None:
        yield from map(_whole, header.children("samples"))
        return
    for name, data in file.members.items():
        if _SAMPLE.fullmatch(name):
            sample = python_json.document(data, _inside(file, name))
            directory = name.removesuffix("/sample.json")
            yield _whole(sample if directory == name else _assembled(sample, directory, file))


def _assembled(shell: Row, directory: str, file: ResultFile) -> Row:
    """A big sample: its messages and attachments lie in pieces, each named by the number of its first item."""
    messages, attachments = _pieces(directory, "messages", file), _pieces(directory, "attachments", file)
    values = shell.values | {
        "messages": [message for first, end in _ranges(shell) for message in messages[first:end]],
        "attachments": {str(index): text for index, text in enumerate(attachments)},
    }
    return replace(shell, values=values)


def _ranges(shell: Row) -> Iterator[tuple[int, int]]:
    """Which messages the conversation has: pairs of a first index and the one behind the last."""
    refs = shell.get("message_refs")
    for ref in refs if isinstance(refs, list) else ():
        match ref:
            case [int() as first, int() as end]:
                yield first, end
            case _:
                raise shell.error(f"must be a list of ranges, not {shown(refs)}", "message_refs")


def _pieces(directory: str, kind: str, file: ResultFile) -> list[JsonValue]:
    pattern = re.compile(rf"{re.escape(directory)}/{kind}/(\d+)\.json")
    found = sorted(
        (int(match[1]), match[0]) for name in file.members or () if (match := pattern.fullmatch(name))
    )
    items: list[JsonValue] = []
    for first, name in found:
        piece = python_json.value((file.members or {})[name], _inside(file, name))
        if not isinstance(piece, list) or first != len(items):
            raise refused("a piece of the sample is missing or no list", _inside(file, name))
        items += piece
    return items


def _whole(sample: Row) -> Row:
    """What was moved out to `attachments` stands in its place again: names of attachments differ from log to log."""
    attachments = sample.child("attachments").values
    names = ("input", "target", "choices", "messages", "output")
    moved = {
        name: _attached(sample.values[name], attachments, sample) for name in names if name in sample.values
    }
    return replace(sample, values=sample.values | moved)


def _attached(value: JsonValue, attachments: Mapping[str, JsonValue], sample: Row) -> JsonValue:
    match value:
        case dict():
            return {key: _attached(part, attachments, sample) for key, part in value.items()}
        case list():
            return [_attached(part, attachments, sample) for part in value]
        case str() if value.startswith(_ATTACHMENT):
            name = value.removeprefix(_ATTACHMENT)
            if name not in attachments:
                raise sample.error(f"the attachment {name!r} is missing", "attachments")
            return attachments[name]
    return value


def _check_ids(samples: list[Row]) -> None:
    seen: dict[tuple[str, int], Row] = {}
    for sample in samples:
        identity = sample.get("id")
        if isinstance(identity, bool) or not isinstance(identity, int | str):
            raise sample.error(f"must be text or a whole number, not {shown(identity)}", "id")
        epoch = sample.whole("epoch")
        if not epoch:
            raise sample.error("must be a whole number from 1 on", "epoch")
        if seen.setdefault((str(identity), epoch), sample) is not sample:
            raise sample.error(f"the sample {identity!r} of epoch {epoch} is in the log twice", "id")


def _of_one_model(logs: list[_Log], wish: Wish) -> list[_Log]:
    kept = [log for log in logs if wish.model in (None, log.model)]
    models = dict.fromkeys(log.model for log in kept or logs)
    if logs and (not kept or len(models) > 1):
        listed = ", ".join(repr(model) for model in models)
        message = (
            f"there are logs of several models: {listed}"
            if kept
            else f"no log is of {wish.model!r}: {listed}"
        )
        raise logs[0].header.error(message, "eval.model", "choose one of them with --model NAME")
    return kept


def _refuse_twins(logs: Sequence[_Log]) -> None:
    """A log and its retry hold the same samples; both would look like two repeats."""
    seen: dict[str, _Log] = {}
    for log in logs:
        other = seen.setdefault(log.task, log)
        if other is not log:
            message = f"the task {log.task!r} is in {other.source.file} as well"
            raise log.header.error(
                message, "eval.task", "hand over one log of each task: the last one, where it was retried"
            )


def _numbered(records: list[Record]) -> list[Record]:
    """The epoch counts the repeats, unless a dataset asks the same thing twice under two ids."""
    cases: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for each in records:
        cases[each.suite, each.case_key].append(each)
    result: list[Record] = []
    for same in cases.values():
        if len({each.repeat for each in same}) < len(same):
            same.sort(key=lambda each: (each.repeat, each.case_id))
            result += [replace(each, repeat=index) for index, each in enumerate(same)]
        else:
            result += same
    return result


def _inside(file: ResultFile, member: str) -> str:
    return f"{file.path} ({member})"
