"""What people said about answers: the rows that a judge is held against."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Annotated, Literal

from pydantic import Field

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.base import Fraction, Model
from mist_ci.models.suite import Sample, Suite
from mist_ci.parsing import document, strict_json
from mist_ci.parsing.document import nearest
from mist_ci.parsing.safe_yaml import Document

_HALF = 0.5
_WORDS: Mapping[str, float] = {
    "pass": 1.0, "fail": 0.0, "better": 1.0, "worse": 0.0, "tie": _HALF,
}  # fmt: skip


class LabelRow(Model):
    """One line of a file of labels."""

    sample: Annotated[str, Field(min_length=1)] | None = None
    """The id of a sample of the suite; or `input`, its very input."""
    input: str | None = None
    output: str
    """What was answered."""
    other: str | None = None
    """For a pairwise judge: the answer that `output` is held against."""
    label: Literal["pass", "fail", "better", "worse", "tie"] | bool | Fraction
    """What a person says: pass or fail, true or false, or a score from 0 to 1; of a pair better, worse or tie."""
    rater: str | None = None
    """Who says so. Of several people the mean counts."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One answer, or a pair, with the mean of what people said about it, in [0, 1]."""

    sample: Sample
    output: str
    other: str | None
    score: float
    line: int


@dataclass(frozen=True, slots=True)
class Labels:
    """All answers that people labelled, each once. `digest` is of the file; on `split` ones raters are of two minds."""

    answers: tuple[Labelled, ...]
    split: int
    digest: str


def read_labels(data: bytes, file: str, suite: Suite, *, pairs: bool) -> Labels:
    """The labels of a JSON Lines file about the samples of a suite.

    Raises ConfigError for a row that is none, a sample that the suite does not have, and for a rater who says two
    things about one answer.
    """
    said: defaultdict[tuple[str, str, str | None], dict[str | None, float]] = defaultdict(dict)
    places: dict[tuple[str, str, str | None], tuple[Sample, int]] = {}
    for line, row in _rows(data, file):
        where = Where(file, line)
        sample = _sample(row, suite, where)
        if (row.other is not None) != pairs:
            wanted = "an `other` answer to compare with" if pairs else "no `other`: it judges one answer"
            raise ConfigError(Code.BAD_SAMPLE, f"this judge wants {wanted}", where=where)
        answer = (sample.key, row.output, row.other)
        if row.rater in said[answer]:
            hint = "name each `rater`, and let each of them label an answer once"
            raise ConfigError(Code.DUPLICATE, "this answer has a label already", where=where, hint=hint)
        said[answer][row.rater] = _score(row)
        places.setdefault(answer, (sample, line))
    if not said:
        raise ConfigError(Code.BAD_SAMPLE, "there are no labels", where=Where(file))
    found = [
        Labelled(places[key][0], key[1], key[2], fmean(scores.values()), places[key][1])
        for key, scores in said.items()
    ]
    split = [
        one for one in found if len(said[one.sample.key, one.output, one.other]) > 1 and one.score == _HALF
    ]
    kept = tuple(one for one in found if one not in split and not (pairs and one.score == _HALF))
    return Labels(kept, len(found) - len(kept), "sha256:" + hashlib.sha256(data).hexdigest())


def _rows(data: bytes, file: str) -> Iterator[tuple[int, LabelRow]]:
    for line, text in enumerate(data.split(b"\n"), start=1):
        if not text.strip():
            continue
        try:
            value = strict_json.parse(text)
        except strict_json.JsonProblem as problem:
            place = Where(file, line, problem.column)
            raise ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=place) from None
        yield line, document.validate(LabelRow, Document(file, value, {(): (line, 1)}))


def _score(row: LabelRow) -> float:
    return _WORDS[row.label] if isinstance(row.label, str) else float(row.label)


def _sample(row: LabelRow, suite: Suite, where: Where) -> Sample:
    """The sample that a row is about. Raises ConfigError MC106."""
    if (row.sample is None) == (row.input is None):
        raise ConfigError(Code.BAD_SAMPLE, "a label has either `sample` or `input`", where=where)
    if row.sample is not None:
        found = next((one for one in suite.samples if one.id == row.sample), None)
        hint = nearest(row.sample, [one.id for one in suite.samples])
    else:
        found = next((one for one in suite.samples if row.input in _inputs(one)), None)
        hint = "name it by its id: `sample`"
    if found is None:
        named = row.sample if row.sample is not None else row.input
        message = f"{suite.name} has no sample {named!r}"
        raise ConfigError(Code.UNKNOWN_NAME, message, where=where, hint=hint)
    return found


def _inputs(sample: Sample) -> Sequence[str]:
    return (sample.input, sample.messages[-1].content) if sample.messages else (sample.input,)
