"""What one score of an Inspect log says: a number from 0 to 1, and whether the model or the measurement failed."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mist_ci.errors import ConfigError
from mist_ci.matchspec.importers.rows import Row, shown
from mist_ci.models.record import RecordStatus

NO_ANSWER = "N"
_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, NO_ANSWER: 0.0}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_MODEL_REASONS = ("invalid_response_format", "refusal", "no_response")
_GRADER_REASONS = ("grader_failed", "scoring_failed")
_MACHINE_LIMITS = ("time", "working", "operator")
_STOPPED_SHORT = ("max_tokens", "model_length", "content_filter")
_HINT = (
    "values may be C, I, P, N, true, false or numbers from 0 to 1; choose another score with --grader NAME"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a sample. `value` is None where the status does not count."""

    status: RecordStatus
    value: float | None
    reason: str = ""


def names(samples: Iterable[Row]) -> tuple[str, ...]:
    """The scorers of a log, and `scorer.key` for those whose values have parts, in the order of the log."""
    found = dict.fromkeys(name for sample in samples for name in _all_values(sample))
    # A scorer whose values have parts writes a bare NaN where it could not score.
    whole = {name.rpartition(".")[0] for name in found}
    return tuple(name for name in found if name not in whole)


def chosen(samples: list[Row], wanted: str | None, header: Row) -> str:
    """The name that decides. Raises MC113, with the names there are, when the log leaves a choice or has none."""
    there = names(samples)
    listed = ", ".join(repr(name) for name in there)
    if wanted is not None and wanted not in there and samples:
        raise header.error(f"has no score named {wanted!r}", "eval.scorers", f"there are: {listed or 'none'}")
    if wanted is None and len(there) > 1:
        raise header.error(f"has several scores: {listed}", "eval.scorers", "choose one with --grader NAME")
    return wanted or next(iter(there), "score")


def others(sample: Row, decided: str) -> dict[str, float]:
    """What all other scorers say, where that is a number."""
    found: dict[str, float] = {}
    for name, (score, value) in _all_values(sample).items():
        number = None if name == decided else _number(value, score, quiet=True)
        if number is not None and math.isfinite(number):
            found[name] = number
    return found


def outcome(sample: Row, name: str) -> Outcome:
    """Of errors and of limits of time the model knows nothing: they are missing, never a zero.

    All other limits, refusals and answers that stop short are the model's: they count, with the score they got.
    """
    limit = sample.child("limit").text("type")
    if missing := _missing(sample, limit):
        return Outcome(RecordStatus.ERROR, None, missing)
    values = _all_values(sample)
    score, value = values.get(name) or values.get(name.rpartition(".")[0]) or (None, None)
    if score is None:
        return Outcome(RecordStatus.ERROR, None, f"not scored by {name}")
    reason = score.text("reason") or score.child("metadata").text("unscored_reason")
    if reason in _GRADER_REASONS:
        return Outcome(RecordStatus.ERROR, None, reason)
    number = _number(value, score)
    if number is None:
        if reason in _MODEL_REASONS:
            return Outcome(RecordStatus.FAIL, 0.0, reason)
        return Outcome(RecordStatus.ERROR, None, reason or "unscored")
    if not 0 <= number <= 1:
        raise score.error(f"is {number:g}, not a number from 0 to 1", "value", _HINT)
    failure = reason if reason in _MODEL_REASONS else _failure(sample, limit, value, number)
    return Outcome(RecordStatus.FAIL if failure else RecordStatus.OK, number, failure)


def _missing(sample: Row, limit: str) -> str:
    error = sample.get("error")
    if error is not None:
        message = sample.child("error").text("message") if isinstance(error, dict) else str(error)
        return (message.strip().splitlines() or ["error"])[0]
    if sample.get("invalidation") is not None:
        return f"invalidated: {sample.child('invalidation').text('reason')}".removesuffix(": ")
    return f"limit: {limit}" if limit in _MACHINE_LIMITS else ""


def _failure(sample: Row, limit: str, value: object, number: float) -> str:
    """Why the model gave no usable answer; empty when it did."""
    if limit:
        return f"limit: {limit}"
    if value == NO_ANSWER:
        return "no answer"
    choices = sample.child("output").children("choices")
    stopped = choices[0].text("stop_reason") if choices else ""
    if stopped in _STOPPED_SHORT:
        return f"stopped: {stopped}"
    # An agent may do its work without a last word; who scores nothing and says nothing gave no answer.
    return "" if number or answer(sample).strip() else "empty answer"


def answer(sample: Row) -> str:
    """The text of the model's last message."""
    output = sample.child("output")
    choices = output.children("choices")
    content = choices[0].child("message").get("content") if choices else output.get("completion")
    return text_of(content)


def text_of(content: object) -> str:
    """A message's text: all of it, or its text parts, one below the other."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _all_values(sample: Row) -> Mapping[str, tuple[Row, object]]:
    scores = sample.child("scores")
    found: dict[str, tuple[Row, object]] = {}
    for scorer in scores.values:
        if scorer in scores:
            score = scores.child(scorer)
            found.update((name, (score, value)) for name, value in _parts(scorer, score.get("value")))
    return found


def _parts(scorer: str, value: object) -> Iterator[tuple[str, object]]:
    match value:
        case dict():
            yield from ((f"{scorer}.{key}", part) for key, part in value.items())
        case list():
            yield from ((f"{scorer}.{index}", part) for index, part in enumerate(value))
        case _:
            yield scorer, value


def _number(value: object, score: Row, *, quiet: bool = False) -> float | None:
    """None for NaN, which is how Inspect writes that there is no score. Raises MC113 for what is no number."""
    if isinstance(value, bool | int | float):
        number = _as_float(value)
        return None if math.isnan(number) else number
    known = _from_text(value) if isinstance(value, str) else None
    if known is not None or quiet or value is None:
        return known
    raise _no_number(value, score)


def _from_text(text: str) -> float | None:
    """As Inspect itself counts: letters, words, and numbers that are written as text."""
    known = _LETTERS.get(text, _WORDS.get(text.lower()))
    try:
        return float(text) if known is None else known
    except ValueError:
        return None


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _no_number(value: object, score: Row) -> ConfigError:
    return score.error(f"is {shown(value)}, which is no score from 0 to 1", "value", _HINT)  # type: ignore[arg-type]
