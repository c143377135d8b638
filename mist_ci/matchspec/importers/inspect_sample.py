"""One sample of an Inspect log as a record."""

import math
from dataclasses import dataclass
from decimal import Decimal

from mist_ci.matchspec.importers import inspect_score
from mist_ci.matchspec.importers.importer import hash_of, key_of
from mist_ci.matchspec.importers.rows import Row, as_text
from mist_ci.models.record import Record, RecordStatus, RecordTokens, Source

_NO_ERROR = (RecordStatus.OK, RecordStatus.FAIL)
_HOW_NOT_WHAT = frozenset(
    {
        "adaptive_connections",
        "attempt_timeout",
        "batch",
        "cache",
        "cache_prompt",
        "max_connections",
        "max_retries",
        "stream_idle_timeout",
        "timeout",
    }
)
"""Settings of a run that change how requests travel and not what a model is asked. All others count, new ones too."""


@dataclass(frozen=True, slots=True)
class Task:
    """What all samples of a log share."""

    suite: str
    model: str
    grader: str
    header: Row
    source: Source


def record(sample: Row, task: Task) -> Record:
    """The record of a sample. Raises MC113."""
    outcome = inspect_score.outcome(sample, task.grader)
    asked = _messages(sample.get("input"))
    target, choices = sample.get("target"), sample.get("choices")
    usage = sample.child("model_usage").child(task.model)
    cost, seconds = _amount(usage, "total_cost"), _amount(sample, "working_time")
    return Record(
        suite=task.suite,
        case_key=key_of(asked, target, choices),
        case_id=str(sample.get("id")),
        repeat=(sample.whole("epoch") or 1) - 1,
        grader=task.grader,
        value=outcome.value,
        status=outcome.status,
        source=task.source,
        model=task.model,
        scores=inspect_score.others(sample, task.grader),
        input=_shown(sample.get("input")),
        expected=as_text(target),
        output=inspect_score.answer(sample),
        reason=outcome.reason,
        tokens=_tokens(usage),
        cost_usd=None if cost is None else Decimal(repr(cost)),
        cost_basis="" if cost is None else task.source.tool,
        latency_ms=None if seconds is None else seconds * 1000,
        input_hash=hash_of(asked),
        target_hash=hash_of([target, choices]),
        # A sample that broke may not have come to its prompt; it is missing, not incomparable.
        prompt_hash=_prompt_hash(sample, task.header) if outcome.status in _NO_ERROR else "",
        grader_fingerprint=_fingerprint(task),
    )


def _amount(row: Row, name: str) -> float | None:
    """Dollars or seconds; None where they are unknown, which may be written as NaN."""
    found = row.number(name)
    return found if found is not None and 0 <= found < math.inf else None


def _messages(content: object) -> object:
    """The question as it is: text, or messages without the ids that every run draws anew."""
    if not isinstance(content, list):
        return content
    return [_message(each) if isinstance(each, dict) else each for each in content]


def _message(message: dict[str, object]) -> dict[str, object]:
    calls = message.get("tool_calls")
    called = [
        {"function": call.get("function"), "arguments": call.get("arguments")}
        for call in (calls if isinstance(calls, list) else ())
        if isinstance(call, dict)
    ]
    kept = {name: message.get(name) for name in ("role", "content", "function")}
    return kept | ({"tool_calls": called} if called else {})


def _shown(content: object) -> str:
    if not isinstance(content, list):
        return as_text(content)  # type: ignore[arg-type]
    told = [each for each in content if isinstance(each, dict)]
    return "\n".join(f"{each.get('role')}: {inspect_score.text_of(each.get('content'))}" for each in told)


def _prompt_hash(sample: Row, header: Row) -> str:
    """What the model was asked before it first spoke, by which steps, and with which settings."""
    before: list[object] = []
    for message in sample.children("messages"):
        if message.get("role") == "assistant" and message.get("source") != "input":
            break
        before.append(_message(message.values))  # type: ignore[arg-type]
    plan = header.child("plan")
    steps = [[step.get("solver"), step.get("params")] for step in plan.children("steps")]
    settings = [plan.child("config"), header.child("eval").child("model_generate_config")]
    kept = [
        {name: value for name, value in each.values.items() if name not in _HOW_NOT_WHAT} for each in settings
    ]
    return key_of(before, steps, kept)


def _fingerprint(task: Task) -> str:
    """The scorer's name, its parameters and the models that grade. Its code is not in the log."""
    spec = task.header.child("eval")
    params = [
        score.get("params")
        for score in task.header.child("results").children("scores")
        if _is_of(score, task)
    ]
    options = [scorer.get("options") for scorer in spec.children("scorers") if _is_of(scorer, task)]
    return key_of(task.grader, params, options, spec.get("model_roles"))


def _is_of(score: Row, task: Task) -> bool:
    """Names are registered with their package, and `scorer.key` stands for a part of a value."""
    named = {score.text(field).rpartition("/")[2] for field in ("name", "scorer")}
    return bool(named & {task.grader, task.grader.rpartition(".")[0]} - {""})


def _tokens(usage: Row) -> RecordTokens:
    """Inspect counts cached input apart; `input` is all of it, as others have it."""
    plain, read, written = (
        usage.whole(f"input_tokens{kind}") for kind in ("", "_cache_read", "_cache_write")
    )
    return RecordTokens(
        input=None if plain is None else plain + (read or 0) + (written or 0),
        output=usage.whole("output_tokens"),
        cache_read=read,
        cache_write=written,
        reasoning=usage.whole("reasoning_tokens"),
    )
