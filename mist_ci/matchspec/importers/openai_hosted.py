"""OpenAI's hosted evals: the JSONL export of a run.

Written from the documented shape; `data_source_idx` is a position in somebody's file and is never used.
"""

from collections.abc import Sequence

from mist_ci.matchspec.importers.importer import Wish, hash_of, key_of
from mist_ci.matchspec.importers.numbering import numbered
from mist_ci.matchspec.importers.rows import Row, as_text, lines, top_keys
from mist_ci.models.record import Record, RecordStatus, RecordTokens, Source
from mist_ci.models.result_file import ResultFile
from mist_ci.parsing.strict_json import JsonValue

NAME = "openai-hosted"
EXPECTS = "openai-hosted: JSONL export of OpenAI's hosted evals (rows with run_id, item, grades, sample)"

_INPUTS = ("input", "question", "prompt", "query")
_TARGETS = ("ideal", "expected", "expected_output", "reference", "answer", "correct_label")
_NO_ANSWER = {"length": "cut off", "content_filter": "filtered"}


def recognises(file: ResultFile) -> bool:
    """True when rows have a `run_id`, an `item` and `grades`."""
    return {"run_id", "item", "grades"} <= top_keys(file)


def read(files: Sequence[ResultFile], wish: Wish) -> list[Record]:
    """One record a row; an item that comes again is its next repeat. Raises MC113 for several runs."""
    rows = [(row, file) for file in files for row in lines(file)]
    runs = sorted({row.text("run_id") for row, _ in rows})
    if len(runs) > 1:
        hint = "hand over the rows of one run at a time: base and head are two"
        raise rows[0][0].error(f"several runs are in here: {', '.join(runs)}", "run_id", hint)
    grader = _grader([row for row, _ in rows], wish.grader)
    sources = {file.path: Source(NAME, "", file.sha256, file=file.path) for file in files}
    rows.sort(key=lambda pair: pair[0].number("data_source_idx") or 0)
    return numbered(_record(row, wish.suite or file.stem, grader, sources[file.path]) for row, file in rows)


def _grader(rows: Sequence[Row], wanted: str | None) -> str:
    """The grader that decides. Raises MC113 when there are several and none was chosen."""
    names = dict.fromkeys(
        name for row in rows for field in ("grades", "passes") for name in row.child(field).values
    )
    if not rows:
        return wanted or ""
    listed = ", ".join(repr(name) for name in names) or "none"
    if wanted is not None:
        if wanted not in names:
            raise rows[0].error(f"no grader is named {wanted!r}; there are: {listed}", "grades")
        return wanted
    if len(names) != 1:
        hint = "choose the one that decides with --grader NAME"
        raise rows[0].error(f"one grader has to decide; there are: {listed}", "grades", hint)
    return next(iter(names))


def _record(row: Row, suite: str, grader: str, source: Source) -> Record:
    item, sample = row.child("item"), row.child("sample")
    if not item.values:
        raise row.error("there is no item, and nothing else tells one case from another", "item")
    key = key_of(item.values)
    target = _first(item, _TARGETS)
    value = _grade(row, grader)
    status, reason = _outcome(sample, value)
    usage = sample.child("token_usage")
    question = as_text(_first(item, _INPUTS)) or as_text(item.values)
    return Record(
        suite=suite,
        case_key=key,
        case_id=as_text(item.get("id")) or key[:12],
        repeat=0,
        grader=grader,
        value=value if status.counts else None,
        status=status,
        source=source,
        model=sample.text("model"),
        passed=row.child("passes").flag(grader) if status.counts else None,
        scores=_scores(row),
        input=question,
        expected=as_text(target),
        output=_output(sample.get("outputs")),
        reason=reason,
        tokens=RecordTokens(
            input=usage.whole("prompt_tokens"),
            output=usage.whole("completion_tokens"),
            cache_read=usage.whole("cached_tokens"),
        ),
        input_hash=hash_of(question),
        target_hash=hash_of(target),
        grader_fingerprint=key_of(grader),
    )


def _first(item: Row, names: Sequence[str]) -> JsonValue:
    return next((item.get(name) for name in names if name in item), None)


def _grade(row: Row, grader: str) -> float | None:
    """The grader's number; of a grader that only passes or fails, 1 or 0."""
    grade = row.child("grades").get(grader)
    if grade is None:
        grade = row.child("passes").flag(grader)
    return float(grade) if isinstance(grade, bool) else row.child("grades").number(grader)


def _scores(row: Row) -> dict[str, float]:
    return {name: grade for name in row.child("grades").values if (grade := _grade(row, name)) is not None}


def _outcome(sample: Row, value: float | None) -> tuple[RecordStatus, str]:
    error = sample.get("error")
    if isinstance(error, dict):
        error = ": ".join(as_text(part) for part in error.values() if part)
    if error:
        return RecordStatus.ERROR, as_text(error)
    if value is None:
        return RecordStatus.ERROR, "the grader gave no score"
    reason = _NO_ANSWER.get(sample.text("finish_reason"), "")
    return (RecordStatus.FAIL if reason else RecordStatus.OK), reason


def _output(outputs: JsonValue) -> str:
    """The text of the first output, which is a message or a string."""
    first = outputs[0] if isinstance(outputs, list) and outputs else outputs
    return as_text(first.get("content") if isinstance(first, dict) and "content" in first else first)
