"""openai/evals: the event log of `oaieval`, one JSON object a line.

A spec, events of samples in whatever order threads wrote them, and somewhere a final report when the run came to its
end. Seen with evals 3.0.1.
`sample_id` is `name.split.index`, a position; a case is known by its prompt and what was expected.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from mist_ci.matchspec.importers.importer import Wish, hash_of, key_of
from mist_ci.matchspec.importers.numbering import numbered
from mist_ci.matchspec.importers.rows import Row, as_text, lines, refused, top_keys
from mist_ci.models.record import FINISHED, Record, RecordStatus, Source
from mist_ci.models.result_file import ResultFile
from mist_ci.parsing.strict_json import JsonValue

NAME = "openai-evals"
EXPECTS = 'openai-evals: JSONL log of openai/evals (first line {"spec"}, last line {"final_report"})'

_FINAL = "final_report"
_MATCH = "match"


@dataclass(slots=True)
class _Sample:
    """The events of one sample, by type."""

    name: str
    events: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def data(self, kind: str) -> list[Row]:
        """What the events of a type carry."""
        return [event.child("data") for event in self.events.get(kind, [])]

    def first(self, kind: str, name: str) -> JsonValue:
        """A field of the first event of a type."""
        return next((data.get(name) for data in self.data(kind) if name in data), None)

    def scores(self) -> dict[str, float]:
        """Every number that was recorded of it: `match`, and the metrics by name; means where there are several."""
        found: dict[str, list[float]] = defaultdict(list)
        for data in self.data(_MATCH):
            correct = data.flag("correct")
            if correct is not None:
                found[_MATCH].append(float(correct))
        for data in self.data("metrics"):
            for name, value in data.values.items():
                if isinstance(value, bool | int | float):
                    found[name].append(float(value))
        return {name: sum(values) / len(values) for name, values in found.items()}


def recognises(file: ResultFile) -> bool:
    """True when the first line is a spec, a final report, or an event of a sample."""
    keys = top_keys(file)
    return keys == {"spec"} or _FINAL in keys or {"run_id", "event_id", "sample_id", "type", "data"} <= keys


def read(files: Sequence[ResultFile], wish: Wish) -> list[Record]:
    """One record a sample; a case that comes again is its next repeat. Raises MC113."""
    return [record for file in files for record in _read(file, wish)]


def _read(file: ResultFile, wish: Wish) -> list[Record]:
    rows = lines(file)
    spec = next((row.child("spec") for row in rows if "spec" in row), None)
    if spec is None:
        hint = "hand over the whole log: its first line says what was run"
        raise refused("the line with the spec is not there", file.path, hint=hint)
    source = Source(NAME, "", file.sha256, _status(rows), file.path)
    samples = _samples(rows)
    grader = _grader(samples, wish.grader, file)
    return numbered(_record(sample, spec, grader, wish, source) for sample in samples)


def _status(rows: Sequence[Row]) -> str:
    """A small log has its report before its events, so a report alone does not say that all of them are there."""
    if not any(_FINAL in row.values or row.get("type") == _FINAL for row in rows):
        return "unfinished: no final report"
    numbers = {number for row in rows if (number := row.whole("event_id")) is not None}
    expected = max(numbers, default=-1) + 1
    return FINISHED if len(numbers) == expected else f"unfinished: {len(numbers)} of {expected} events"


def _samples(rows: Sequence[Row]) -> list[_Sample]:
    """By sample id, so that repeats are numbered alike whatever the order of the lines."""
    samples: dict[str, _Sample] = {}
    events = [row for row in rows if "spec" not in row.values and _FINAL not in row.values]
    for row in sorted(events, key=lambda row: row.number("event_id") or 0):
        name, kind = row.text("sample_id"), row.text("type")
        if kind == _FINAL:
            continue
        if not name or not kind:
            raise row.error("must be an event with a type and a sample_id")
        samples.setdefault(name, _Sample(name)).events[kind].append(row)
    return [samples[name] for name in sorted(samples)]


def _grader(samples: Sequence[_Sample], wanted: str | None, file: ResultFile) -> str:
    names = dict.fromkeys(name for sample in samples for name in sample.scores())
    listed = ", ".join(repr(name) for name in names) or "none"
    if wanted is not None and names and wanted not in names:
        raise refused(f"no score is named {wanted!r}; there are: {listed}", file.path)
    usual = next((name for name in (_MATCH, "score") if name in names), None)
    chosen = wanted or usual or (next(iter(names)) if len(names) == 1 else None)
    if chosen is None and names:
        hint = "choose the one that decides with --grader NAME"
        raise refused(f"one score has to decide; there are: {listed}", file.path, hint=hint)
    return chosen or _MATCH


def _record(sample: _Sample, spec: Row, grader: str, wish: Wish, source: Source) -> Record:
    prompt = sample.first("sampling", "prompt") or sample.first(_MATCH, "prompt")
    expected = sample.first(_MATCH, "expected")
    raw = next((row.get("data") for row in sample.events.get("raw_sample", [])), None)
    if not prompt and not raw:
        row = next(iter(sample.events.values()))[0]
        hint = "the log needs sampling events (or raw_sample): a sample_id is only a position"
        raise row.error(f"nothing tells which case {sample.name} is", "sample_id", hint)
    key = key_of(prompt or raw, expected)
    scores = sample.scores()
    errors = [as_text(data.get("message")) or "error" for data in sample.data("error")]
    value = scores.get(grader)
    functions = spec.get("completion_fns")
    models = [as_text(each) for each in functions] if isinstance(functions, list) else []
    return Record(
        suite=wish.suite or spec.text("eval_name") or source.file,
        case_key=key,
        case_id=key[:12],
        repeat=0,
        grader=grader,
        value=value,
        status=RecordStatus.ERROR if value is None else RecordStatus.OK,
        source=source,
        model=next(iter(models), ""),
        passed=value == 1 if grader == _MATCH and value is not None else None,
        scores=scores,
        input=as_text(prompt or raw),
        expected=as_text(expected),
        output=_output(sample),
        reason="" if value is not None else next(iter(errors), f"no {grader} was recorded"),
        input_hash=hash_of(prompt or raw),
        target_hash=hash_of(expected),
        # What grades: the eval's class, and the models after the first one, which judge.
        grader_fingerprint=key_of(spec.get("base_eval"), models[1:]),
    )


def _output(sample: _Sample) -> str:
    sampled = sample.first("sampling", "sampled") or sample.first(_MATCH, "sampled")
    if isinstance(sampled, list) and len(sampled) == 1:
        sampled = sampled[0]
    return as_text(sampled) or as_text(sample.first(_MATCH, "picked"))
