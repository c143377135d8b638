"""Our own files: records that were imported before, attempts of a run, and eval.result messages of MIST tools."""

import gc
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import msgspec
from pydantic import ValidationError

from mist_ci.matchspec.importers.importer import Wish, hash_of, key_of
from mist_ci.matchspec.importers.rows import refused, shown, top_keys
from mist_ci.models.attempt import Attempt, AttemptStatus
from mist_ci.models.eval_run import WHOLE
from mist_ci.models.message import EvalResult
from mist_ci.models.record import FINISHED, Record, RecordStatus, RecordTokens, Source
from mist_ci.models.result_file import ResultFile
from mist_ci.models.span_line import MAX_MESSAGE_BYTES

NAME = "mist"
VERSION = 1
EXPECTS = f"mist: records.jsonl (record {VERSION}), attempts.jsonl or eval-results.jsonl of MIST CI"

_MARK = b'{"record":%d,' % VERSION
_KEY = re.compile(r"[0-9a-f]{64}").fullmatch
_STATUSES = {
    AttemptStatus.SCORED: RecordStatus.OK,
    AttemptStatus.MODEL_FAILURE: RecordStatus.FAIL,
    AttemptStatus.INFRA_FAILURE: RecordStatus.ERROR,
    AttemptStatus.GRADER_FAILURE: RecordStatus.ERROR,
}
_ATTEMPT_KEYS = {"side", "suite_digest", "sample", "attempt"}
_MESSAGE_KEYS = {"version", "id", "source", "type"}
_PRIMARY = "primary"


class _Mark(msgspec.Struct):
    """The version of a line of records."""

    record: int


class _Message(msgspec.Struct):
    """An envelope whose payload stays as it was written, so that its checksum can be proved."""

    version: str
    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    source: Annotated[str, msgspec.Meta(min_length=1)]
    type: Annotated[str, msgspec.Meta(min_length=1)]
    payload: msgspec.Raw
    timestamp_ns: int = 0
    checksum: int = 0


_decoder = msgspec.json.Decoder(Record)
_decode_attempt = msgspec.json.Decoder(Attempt).decode
_decode_mark = msgspec.json.Decoder(_Mark).decode
_decode_message = msgspec.json.Decoder(_Message).decode
_encode = msgspec.json.Encoder().encode


def encode(record: Record) -> bytes:
    """One line of records.jsonl, without the newline. `read` gives back an equal record."""
    return _MARK + _encode(record)[1:]


def recognises(file: ResultFile) -> bool:
    """True for each of our three kinds of files."""
    return _kind(file) is not None


def _kind(file: ResultFile) -> "Callable[[ResultFile, Wish], list[Record]] | None":
    keys = top_keys(file)
    if "record" in keys:
        return _records
    if keys >= _ATTEMPT_KEYS:
        return _attempts
    return _messages if keys >= _MESSAGE_KEYS else None


def read(files: Sequence[ResultFile], wish: Wish) -> list[Record]:
    """The records of all files. Raises MC113."""
    result = []
    for file in files:
        kind = _kind(file)
        if kind is None:
            raise refused("is none of MIST CI's files", file.path, hint=EXPECTS)
        result += kind(file, wish)
    return result


def _lines(file: ResultFile) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(file.data.split(b"\n"), start=1):
        if line:
            yield number, line


def _records(file: ResultFile, wish: Wish) -> list[Record]:
    """Records as they were written. Fast accept, slow explain: only a file that is not good is read line by line."""
    records = _decoded(file)
    grader = wish.grader
    for number, record in enumerate(records, start=1):
        if not _KEY(record.case_key) or record.repeat < 0:
            raise refused(f"record {number} has no case_key of 64 hex digits, or a repeat below 0", file.path)
        if grader is not None and grader != record.grader:
            raise refused(f"record {number} was graded by {record.grader!r}, not {grader!r}", file.path)
    return records


def _decoded(file: ResultFile) -> list[Record]:
    data = file.data.rstrip(b"\n")
    try:
        if data.startswith(_MARK) and data.count(b"\n") == data.count(b"\n" + _MARK):
            with _no_collecting():
                return _decoder.decode_lines(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass  # which line it is, and why, is found below
    return [_record(line, file, number) for number, line in _lines(file)]


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Records hold no circles, and looking for some among a million objects takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _record(line: bytes, file: ResultFile, number: int) -> Record:
    try:
        if not line.startswith(_MARK):
            _check_version(line, file, number)
        return _decoder.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise refused(f"is not a record: {error}", file.path, number) from None


def _check_version(line: bytes, file: ResultFile, number: int) -> None:
    version = _decode_mark(line).record
    if version != VERSION:
        message = f"is version {version} of our records; version {VERSION} is understood"
        raise refused(message, file.path, number, "record", "import the original results again")


def _attempts(file: ResultFile, wish: Wish) -> list[Record]:
    sources: dict[str | None, Source] = {}
    records = []
    versions: dict[str, str] = {}
    for number, line in _lines(file):
        try:
            attempt = _decode_attempt(line)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise refused(f"is not an attempt: {error}", file.path, number) from None
        if wish.grader is not None and attempt.status.counts and wish.grader not in attempt.scores:
            known = ", ".join(attempt.scores) or "none"
            message = f"no grader is named {wish.grader!r}; there are: {known}"
            raise refused(message, file.path, number, "scores")
        if versions.setdefault(attempt.suite, attempt.suite_digest) != attempt.suite_digest:
            message = f"is of another version of suite {attempt.suite!r} than the lines before it"
            hint = "a run that tried a changed suite asked both: keep the lines of one `suite_digest`"
            raise refused(message, file.path, number, "suite_digest", hint)
        if attempt.portion not in sources:
            sources[attempt.portion] = _source(file, attempt.portion)
        records.append(_attempt(attempt, wish, sources[attempt.portion]))
    return records


def _source(file: ResultFile, portion: str | None) -> Source:
    """A part of a suite is never taken for the whole."""
    status = FINISHED if portion in (None, WHOLE) else f"only a part: {portion}; `mist-ci merge` joins shards"
    return Source("mist-ci", "", file.sha256, status, file.path)


def _attempt(attempt: Attempt, wish: Wish, source: Source) -> Record:
    only = next(iter(attempt.scores)) if len(attempt.scores) == 1 else _PRIMARY
    value = attempt.score if wish.grader is None else attempt.scores.get(wish.grader)
    key = attempt.key.removeprefix("sha256:")
    has_tokens = attempt.token_basis is not None
    return Record(
        suite=wish.suite or attempt.suite,
        case_key=key if _KEY(key) else key_of(key),
        case_id=attempt.sample,
        repeat=attempt.attempt,
        grader=wish.grader or only,
        value=value if attempt.status.counts else None,
        status=_STATUSES[attempt.status],
        source=source,
        model=attempt.model,
        side=attempt.side.value if attempt.portion is None else None,
        scores=attempt.scores,
        output=attempt.output,
        reason=attempt.reason,
        tokens=RecordTokens(attempt.tokens_in, attempt.tokens_out) if has_tokens else RecordTokens(),
        cost_usd=attempt.cost_usd,
        cost_basis=attempt.cost_basis.value,
        latency_ms=attempt.latency_ms,
        prompt_hash=attempt.prompt_hash,
        grader_fingerprint=hash_of(attempt.suite_digest),
    )


def _messages(file: ResultFile, wish: Wish) -> list[Record]:
    """Two records a sample: its score as head, its baseline score as base, when the file has any of these."""
    if wish.grader not in (None, _PRIMARY):
        raise refused(f"no score is named {wish.grader!r}: messages carry the primary one", file.path)
    results = [result for number, line in _lines(file) if (result := _result(line, file, number))]
    samples = [result for result, _ in results if result.task]
    closed = {result.suite for result, _ in results if not result.task}
    open_suites = sorted({result.suite for result, ours in results if result.task and ours} - closed)
    status = f"unfinished: no result of {', '.join(open_suites)}" if open_suites else FINISHED
    source = Source("mist-ci", "1", file.sha256, status, file.path)
    with_base = {result.suite for result in samples if result.baseline_score is not None}
    records = [_sample(result, "head", wish, source) for result in samples]
    return records + [
        _sample(result, "base", wish, source) for result in samples if result.suite in with_base
    ]


def _result(line: bytes, file: ResultFile, number: int) -> tuple[EvalResult, bool] | None:
    """The result that a message carries, and whether MIST CI wrote it; None for messages about other things."""
    if len(line) > MAX_MESSAGE_BYTES:
        raise refused(f"a message of {len(line)} bytes is over {MAX_MESSAGE_BYTES}", file.path, number)
    try:
        message = _decode_message(line)
        if message.version != "1":
            told = f"is version {shown(message.version)} of MIST messages; version 1 is understood"
            raise refused(told, file.path, number, "version")
        if message.checksum not in (0, zlib.crc32(message.payload)):
            raise refused("the payload is not what its checksum says", file.path, number, "checksum")
        if message.type != "eval.result":
            return None
        return EvalResult.model_validate_json(bytes(message.payload)), message.source == "mist-ci"
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(("payload", *(str(part) for part in first["loc"])))
        raise refused(f"is not a result: {first['msg']}", file.path, number, field) from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise refused(f"is not a message: {error}", file.path, number) from None


def _sample(result: EvalResult, side: str, wish: Wish, source: Source) -> Record:
    is_head = side == "head"
    value = result.score if is_head else result.baseline_score
    key = (result.key or "").removeprefix("sha256:")
    return Record(
        suite=wish.suite or result.suite,
        case_key=key if _KEY(key) else key_of(result.key or result.task),
        case_id=result.task,
        repeat=0,
        grader=_PRIMARY,
        value=value,
        status=RecordStatus.ERROR if value is None else RecordStatus.OK,
        source=source,
        model=(result.model if is_head else result.baseline_model) or "",
        side=side,
        passed=result.passed if is_head and value is not None else None,
        reason="" if value is not None else result.error or "there is no score",
        latency_ms=result.duration_ms if is_head else None,
        grader_fingerprint=hash_of(result.suite_digest),
    )
