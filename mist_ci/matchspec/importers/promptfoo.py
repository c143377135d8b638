"""promptfoo: the JSON and JSONL files of `promptfoo eval --output`.

promptfoo numbers tests by position (`testIdx`), and goes on counting when it repeats them, so a case is known by its
variables and its assertions. Seen with 0.121.20; what each field means was read from files that it really wrote.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mist_ci.matchspec.importers.importer import Wish, hash_of, key_of
from mist_ci.matchspec.importers.numbering import numbered
from mist_ci.matchspec.importers.rows import Row, as_text, document, lines, shown, top_keys
from mist_ci.models.record import FINISHED, Record, RecordStatus, RecordTokens, Source
from mist_ci.models.result_file import ResultFile
from mist_ci.parsing.strict_json import JsonValue

NAME = "promptfoo"
VERSION = 3
EXPECTS = f"promptfoo: JSON (results.version {VERSION}) or JSONL of `promptfoo eval --output`"

_OK, _ASSERTION_FAILED, _ERROR = 0, 1, 2
_TIMED_OUT = "Evaluation exceeded max duration"


@dataclass(frozen=True, slots=True)
class _Export:
    """One file: its rows, and what it says about all of them."""

    rows: tuple[Row, ...]
    suite: str
    source: Source
    templates: Mapping[int, str] = field(default_factory=dict)
    """SHA-256 of each prompt's text by `promptIdx`: promptfoo's own id is that of its label, whatever the text."""


def recognises(file: ResultFile) -> bool:
    """True for JSON with `results` beside `evalId` or `shareableUrl`, and for JSONL whose rows have a `testIdx`."""
    keys = top_keys(file)
    is_row = {"promptIdx", "testIdx", "testCase"} <= keys
    return is_row or ("results" in keys and bool(keys & {"evalId", "shareableUrl"}))


def read(files: Sequence[ResultFile], wish: Wish) -> list[Record]:
    """One record a row of one provider and one prompt; repeats are numbered in the order of `testIdx`."""
    exports = [_export(file) for file in files]
    rows = [(row, export) for export in exports for row in export.rows]
    _refuse_twins(row for row, _ in rows)
    rows = _chosen(rows, wish)
    rows.sort(key=lambda pair: pair[0].number("testIdx") or 0)
    return numbered(_record(row, export, wish) for row, export in rows)


def _export(file: ResultFile) -> _Export:
    if "results" not in top_keys(file):
        rows = tuple(lines(file))
        # promptfoo writes rows while it runs, and again with an id when it is done.
        status = FINISHED if all("id" in row for row in rows) else "unfinished: rows without id"
        return _Export(rows, file.stem, Source(NAME, "", file.sha256, _status(rows, status), file.path))
    whole = document(file)
    results = whole.child("results")
    version = results.get("version")
    if version != VERSION:
        hint = "export it again with promptfoo 0.121, whose files were looked at"
        message = f"is version {shown(version)} of promptfoo's results; version {VERSION} is understood"
        raise results.error(message, "version", hint)
    if not isinstance(results.get("results"), list):
        raise results.error("there are no results", "results")
    rows = tuple(results.children("results"))
    source = Source(
        tool=NAME,
        version=whole.child("metadata").text("promptfooVersion"),
        sha256=file.sha256,
        status=_status(rows, _told(results.child("stats"), len(rows))),
        file=file.path,
    )
    templates = {
        index: hashlib.sha256(as_text(prompt.get("raw")).encode()).hexdigest()
        for index, prompt in enumerate(results.children("prompts"))
    }
    return _Export(rows, whole.child("config").text("description") or file.stem, source, templates)


def _told(stats: Row, rows: int) -> str:
    """`promptfoo export` writes out a run that was interrupted; its totals add up, and only its duration is missing."""
    counts = [stats.whole(name) for name in ("successes", "failures", "errors")]
    told = sum(count or 0 for count in counts)
    if told != rows:
        return f"unfinished: {rows} of {told} results"
    return FINISHED if "durationMs" in stats else "unfinished: no duration in its stats"


def _status(rows: Sequence[Row], told: str) -> str:
    """What the source says, unless its own rows say that it did not finish."""
    if any(row.text("error").startswith(_TIMED_OUT) for row in rows):
        return "timed out"
    seen = {row.whole("testIdx") for row in rows}
    expected = max((index for index in seen if index is not None), default=-1) + 1
    return told if len(seen - {None}) == expected else f"unfinished: {len(seen)} of {expected} or more tests"


def _refuse_twins(rows: Iterable[Row]) -> None:
    """The JSON and the JSONL of one run hold the same results; both would look like two repeats."""
    seen: dict[str, Row] = {}
    for row in rows:
        identity = row.text("id")
        if identity and identity in seen:
            message = f"the result {identity} is in {seen[identity].file} as well"
            raise row.error(message, "id", "hand over either the JSON or the JSONL file of a run")
        seen[identity] = row


def _chosen(rows: list[tuple[Row, _Export]], wish: Wish) -> list[tuple[Row, _Export]]:
    """The rows of one provider and one prompt. Raises MC113 when that leaves a choice, or nothing."""
    rows = _only(rows, _model_names, wish.model, ("provider", "--model"))
    rows = _only(rows, _prompt_names, wish.prompt, ("prompt", "--prompt"))
    columns: dict[str, int | None] = {}
    for row, _ in rows:
        index = row.whole("promptIdx")
        if columns.setdefault(row.file, index) != index:
            hint = "give them labels of their own, and run promptfoo again"
            raise row.error("two prompts or providers have the same name", "promptIdx", hint)
    return rows


def _only(
    rows: list[tuple[Row, _Export]],
    names: Callable[[Row], tuple[str, ...]],
    wanted: str | None,
    what: tuple[str, str],
) -> list[tuple[Row, _Export]]:
    noun, option = what
    kept = [pair for pair in rows if wanted is None or wanted in names(pair[0])]
    found = dict.fromkeys(names(row)[0] for row, _ in (kept or rows))
    if len(found) > 1 or (rows and not kept):
        listed = ", ".join(repr(name) for name in found)
        message = f"has no {noun} {wanted!r}" if not kept else f"has results of more than one {noun}"
        raise rows[0][0].error(f"{message}: {listed}", hint=f"choose one of them with {option} NAME")
    return kept


def _model_names(row: Row) -> tuple[str, ...]:
    provider = row.child("provider")
    label, identity = provider.text("label"), provider.text("id")
    return (label or identity, identity)


def _prompt_names(row: Row) -> tuple[str, ...]:
    label, identity = row.child("prompt").text("label"), row.text("promptId")
    return (label or identity, identity)


def _record(row: Row, export: _Export, wish: Wish) -> Record:
    case = row.child("testCase")
    metadata = case.child("metadata")
    assertions = case.get("assert")
    variables = {name: value for name, value in row.child("vars").values.items() if name[:1] != "_"}
    key = key_of(variables, assertions or [])
    status, reason = _outcome(row)
    scores = _scores(row)
    prompt = row.child("prompt").text("raw") or as_text(variables)
    response = row.child("response")
    cost = response.number("cost")
    return Record(
        suite=wish.suite or metadata.text("suite") or export.suite,
        case_key=key,
        case_id=case.text("description") or as_text(metadata.get("id")) or key[:12],
        repeat=0,
        grader=wish.grader or "score",
        value=_value(row, scores, wish.grader) if status.counts else None,
        status=status,
        source=export.source,
        model=wish.model or _model_names(row)[0],
        passed=row.flag("success") if status.counts else None,
        scores=scores,
        input=prompt,
        expected=_expected(assertions),
        output=as_text(response.get("output")),
        reason=reason,
        tokens=_tokens(response),
        # The row's own cost is 0 where nobody knows it.
        cost_usd=None if cost is None else Decimal(repr(cost)),
        cost_basis="" if cost is None else NAME,
        latency_ms=None if response.flag("cached") else row.number("latencyMs"),
        input_hash=hash_of(prompt),
        target_hash=hash_of(assertions),
        prompt_hash=export.templates.get(row.whole("promptIdx") or 0) or row.text("promptId"),
        grader_fingerprint=_fingerprint(case),
    )


def _outcome(row: Row) -> tuple[RecordStatus, str]:
    reason = row.get("failureReason")
    if reason not in (_OK, _ASSERTION_FAILED, _ERROR) or isinstance(reason, bool):
        raise row.error(f"must be 0, 1 or 2, not {shown(reason)}", "failureReason")
    if reason == _ERROR:
        return RecordStatus.ERROR, row.text("error") or "error"
    for component in row.child("gradingResult").children("componentResults"):
        if component.child("metadata").get("graderError") is True:  # a model that grades did not answer
            return RecordStatus.ERROR, as_text(component.get("reason")) or "the grader failed"
    if row.child("response").flag("isRefusal"):
        return RecordStatus.FAIL, "refused"
    return RecordStatus.OK, ""


def _scores(row: Row) -> dict[str, float]:
    """Named scores, and the mean over the assertions of each metric and of each type."""
    named: dict[str, list[float]] = defaultdict(list)
    for component in row.child("gradingResult").children("componentResults"):
        score = component.number("score")
        assertion = component.child("assertion")
        for name in {assertion.text("metric"), assertion.text("type")} - {""}:
            if score is not None:
                named[name].append(score)
    means = {name: sum(scores) / len(scores) for name, scores in sorted(named.items())}
    own = row.child("namedScores")
    return means | {name: own.number(name) or 0.0 for name in own.values if name in own}


def _value(row: Row, scores: dict[str, float], grader: str | None) -> float:
    if grader is None:
        score = row.number("score")
        if score is None:
            raise row.error("there is no score", "score")
        return score
    if grader not in scores:
        known = ", ".join(scores) or "none"
        raise row.error(
            f"no assertion or metric is named {grader!r}; there are: {known}",
            "gradingResult.componentResults",
        )
    return scores[grader]


def _expected(assertions: JsonValue) -> str:
    """What the first assertion compares with, where it is a plain value."""
    first = assertions[0] if isinstance(assertions, list) and assertions else None
    value = first.get("value") if isinstance(first, dict) else None
    return value if isinstance(value, str) else as_text(value) if isinstance(value, int | float) else ""


def _tokens(response: Row) -> RecordTokens:
    usage = response.child("tokenUsage")
    details = usage.child("completionDetails")
    return RecordTokens(
        input=usage.whole("prompt"),
        output=usage.whole("completion"),
        cache_read=details.whole("cacheReadInputTokens"),
        cache_write=details.whole("cacheCreationInputTokens"),
        reasoning=details.whole("reasoning"),
    )


def _fingerprint(case: Row) -> str:
    """What grades this case, without what it compares with."""
    names = ("type", "metric", "weight", "threshold", "provider", "transform", "rubricPrompt")
    assertions = case.get("assert")
    graders = [
        {name: each[name] for name in names if name in each}
        for each in (assertions if isinstance(assertions, list) else [])
        if isinstance(each, dict)
    ]
    return key_of(graders, case.get("threshold"), case.child("options").get("transform"))
