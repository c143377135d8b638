"""One row of a samples file of lm-evaluation-harness as a record."""

import re
from dataclasses import dataclass

from mist_ci.matchspec.importers import lm_eval_metric
from mist_ci.matchspec.importers.importer import hash_of, key_of
from mist_ci.matchspec.importers.lm_eval_metric import Choice
from mist_ci.matchspec.importers.rows import Row, as_text
from mist_ci.models.record import Record, RecordStatus, Source
from mist_ci.parsing.strict_json import JsonValue

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_GRADING = ("metric_list", "filter_list", "output_type", "process_results", "doc_to_choice", "doc_to_target")
_GENERATED = "generate_until"


@dataclass(frozen=True, slots=True)
class Task:
    """What all rows of a task share."""

    name: str
    suite: str
    model: str
    choice: Choice
    results: Row
    source: Source

    @property
    def config(self) -> Row:
        """The task's own configuration."""
        return self.results.child("configs").child(self.name)


def record(row: Row, task: Task) -> Record:
    """The record of a row. Raises MC113 when a hash or the metric is missing."""
    for name in ("doc_hash", "prompt_hash", "target_hash"):
        if not row.text(name):
            raise row.error("is missing", name, lm_eval_metric.OTHER_VERSION)
    doc_hash = row.text("doc_hash")
    value = lm_eval_metric.value(row, task.choice)
    answer = _answer(row)
    is_empty = task.config.text("output_type") == _GENERATED and not _raw(row).strip()
    return Record(
        suite=task.suite,
        case_key=key_of(task.name, doc_hash, task.choice.filter),
        case_id=_id(row) or doc_hash[:12],
        repeat=0,
        grader=task.choice.grader,
        value=value,
        status=RecordStatus.FAIL if is_empty else RecordStatus.OK,
        source=task.source,
        model=task.model,
        higher_is_better=lm_eval_metric.higher_is_better(task.results, task.name, task.choice.metric),
        scores=lm_eval_metric.others(row, task.choice),
        input=_prompt(row),
        expected=as_text(row.get("target")),
        output=answer,
        reason="empty answer" if is_empty else "",
        input_hash=doc_hash,
        target_hash=row.text("target_hash"),
        prompt_hash=key_of(row.text("prompt_hash"), _settings(row)),
        grader_fingerprint=_fingerprint(task),
    )


def _id(row: Row) -> str:
    """What the dataset calls the document; its place in it is no name."""
    doc = row.get("doc")
    name = doc.get("id") if isinstance(doc, dict) else None
    return str(name) if isinstance(name, str | int) else ""


def _argument(row: Row, name: str) -> JsonValue:
    return row.child("arguments").child("gen_args_0").get(name)


def _prompt(row: Row) -> str:
    asked = _argument(row, "arg_0")
    return as_text(asked[0] if isinstance(asked, list) and len(asked) == 1 else asked)


def _settings(row: Row) -> JsonValue:
    """Temperature and the like of generated text: the harness's own prompt hash leaves them out."""
    settings = _argument(row, "arg_1")
    return settings if isinstance(settings, dict) else None


def _answer(row: Row) -> str:
    answers = row.get("filtered_resps")
    return as_text(answers[0] if isinstance(answers, list) and len(answers) == 1 else answers)


def _raw(row: Row) -> str:
    """What the model wrote before any filter: a filter may have found nothing in it."""
    answers = row.get("resps")
    while isinstance(answers, list) and len(answers) == 1:
        answers = answers[0]
    return as_text(answers)


def _fingerprint(task: Task) -> str:
    """How a row is scored, and the task's version. Functions are named with the address they had in memory."""
    graded = {name: task.config.get(name) for name in _GRADING if name in task.config}
    version = task.results.child("versions").get(task.name)
    return hash_of([task.choice.grader, _ADDRESS.sub("0x", as_text(graded)), version])
