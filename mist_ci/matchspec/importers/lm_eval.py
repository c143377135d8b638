"""lm-evaluation-harness 0.4: `results_*.json` with the `samples_*.jsonl` that `--log_samples` writes beside it.

A case is its document, known by the harness's own `doc_hash`; `doc_id` is a position. One row stands for one document
and one filter. What each field means was read from the files of lm_eval 0.4.13 and from its source.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mist_ci.errors import ConfigError
from mist_ci.matchspec.importers import python_json
from mist_ci.matchspec.importers.importer import Wish
from mist_ci.matchspec.importers.lm_eval_metric import Choice, choose
from mist_ci.matchspec.importers.lm_eval_sample import Task, record
from mist_ci.matchspec.importers.numbering import numbered
from mist_ci.matchspec.importers.rows import Row, refused, shown, top_keys
from mist_ci.models.record import FINISHED, Record, Source
from mist_ci.models.result_file import ResultFile

NAME = "lm-eval"
VERSIONS = "0.4."
EXPECTS = "lm-evaluation-harness 0.4: results_*.json with its samples_*.jsonl (lm_eval --log_samples --output_path DIR)"

_RESULT_KEYS = {"results", "configs", "versions"}
_SAMPLE_KEYS = {"doc_id", "doc"}
_STAMP = re.compile(r"(?:^|_)(\d{4}-\d\d-\d\dT[\d.-]+)$")
_LOGGED = "run lm_eval with --log_samples, and hand over the samples_*.jsonl files beside results_*.json"


@dataclass(frozen=True, slots=True)
class _Run:
    """One results file and the rows of each of its tasks."""

    results: Row
    file: ResultFile
    rows: Mapping[str, list[Row]]
    counted: Mapping[str, int]
    """Documents that each task says it asked about."""

    @property
    def model(self) -> str:
        return self.results.text("model_name") or self.results.child("config").text("model")


def recognises(file: ResultFile) -> bool:
    """True for results with `configs` and `versions`, and for rows with `doc_id` and `doc`."""
    keys = top_keys(file)
    return keys >= _RESULT_KEYS or keys >= _SAMPLE_KEYS


def read(files: Sequence[ResultFile], wish: Wish) -> list[Record]:
    """One record per document of each task, by one metric after one filter. Raises MC113."""
    results = [file for file in files if top_keys(file) >= _RESULT_KEYS]
    samples = [file for file in files if file not in results]
    if not results:
        hint = "hand over results_*.json as well: it says what the scores mean and how many there should be"
        raise refused("there are samples and no results", files[0].path if files else "", hint=hint)
    every = [_run(file, samples, is_only=len(results) == 1) for file in results]
    _refuse_strays(samples, every)
    runs = _of_one_model(every, wish)
    tasks = [task for run in runs for task in run.rows]
    _refuse_twins(tasks, wish, runs[0])
    return [each for run in runs for task in run.rows for each in _records(run, task, wish)]


def _records(run: _Run, name: str, wish: Wish) -> Iterator[Record]:
    choice = choose(run.rows[name], wish.grader, run.results, name)
    rows = sorted((row for row in run.rows[name] if row.text("filter") == choice.filter), key=_place)
    source = Source(
        NAME,
        run.results.text("lm_eval_version"),
        run.file.sha256,
        _status(run, name, choice, len(rows)),
        run.file.path,
    )
    task = Task(name, wish.suite or name, run.model, choice, run.results, source)
    yield from numbered(record(row, task) for row in rows)


def _place(row: Row) -> int:
    """Numbers the repeats of equal documents; nothing else depends on it."""
    return row.whole("doc_id") or 0


def _status(run: _Run, name: str, choice: Choice, rows: int) -> str:
    """A limit is a choice of who ran it; samples that were asked for and are not there mean that it did not finish.

    The harness only warns when it cannot write its samples.
    """
    counted = run.counted[name]
    if rows > counted:
        message = f"has {rows} samples of filter {choice.filter!r}, and the results count {counted}"
        raise run.rows[name][0].error(
            message, hint="the files are not of one run, or the run was written twice"
        )
    return FINISHED if rows == counted else f"unfinished: {rows} of {counted} samples"


def _run(file: ResultFile, samples: Sequence[ResultFile], *, is_only: bool) -> _Run:
    results = python_json.document(file.data, file.path)
    version = results.get("lm_eval_version")
    if not isinstance(version, str) or not version.startswith(VERSIONS):
        raise results.error(
            f"is {shown(version)}, and 0.4 is understood", "lm_eval_version", f"expected: {EXPECTS}"
        )
    counts = results.child("n-samples")
    if not counts.values:
        raise results.error(
            "is missing: nobody knows how many samples there should be", "n-samples", f"expected: {EXPECTS}"
        )
    rows: dict[str, list[Row]] = {}
    counted: dict[str, int] = {}
    for task in counts.values:
        effective = counts.child(task).whole("effective")
        if effective is None:
            raise counts.error("is missing", f"{task}.effective")
        found = [each for each in samples if _belongs(each, file, task, is_only=is_only)]
        if len(found) != 1:
            raise _not_one(found, task, results)
        rows[task], counted[task] = python_json.lines(found[0].data, found[0].path), effective
    return _Run(results, file, rows, counted)


def _not_one(found: Sequence[ResultFile], task: str, results: Row) -> ConfigError:
    if not found:
        return results.error(f"there is no file of samples for the task {task!r}", "n-samples", _LOGGED)
    listed = ", ".join(file.path for file in found)
    return results.error(
        f"several files have samples of the task {task!r}: {listed}", "n-samples", "hand over one run's files"
    )


def _belongs(samples: ResultFile, results: ResultFile, task: str, *, is_only: bool) -> bool:
    """Rows do not say their task: the file's name does, with the time that the results have in theirs."""
    named = samples.stem.removeprefix("samples_")
    stamp = _STAMP.search(results.stem)
    if is_only or stamp is None:
        return _STAMP.sub("", named) == task
    return named == f"{task}_{stamp[1]}" and _directory(samples) == _directory(results)


def _directory(file: ResultFile) -> str:
    return file.path.replace("\\", "/").rpartition("/")[0]


def _of_one_model(runs: list[_Run], wish: Wish) -> list[_Run]:
    kept = [run for run in runs if wish.model in (None, run.model)]
    models = dict.fromkeys(run.model for run in kept or runs)
    if not kept or len(models) > 1:
        listed = ", ".join(repr(model) for model in models)
        message = (
            f"there are results of several models: {listed}"
            if kept
            else f"none is of {wish.model!r}: {listed}"
        )
        raise runs[0].results.error(message, "model_name", "choose one of them with --model NAME")
    return kept


def _refuse_strays(samples: Sequence[ResultFile], runs: Sequence[_Run]) -> None:
    """A file that nobody reads would be a loss without a word."""
    known = {rows[0].file for run in runs for rows in run.rows.values() if rows}
    for file in samples:
        if file.path not in known and file.data.strip():
            hint = "its name has to say the task: samples_TASK_TIME.jsonl, as lm_eval names it"
            raise refused("belongs to no task of the results", file.path, hint=hint)


def _refuse_twins(tasks: Sequence[str], wish: Wish, run: _Run) -> None:
    twin = next((task for task in tasks if tasks.count(task) > 1), None)
    if twin is not None:
        hint = "hand over the results of one run at a time"
        raise run.results.error(f"the task {twin!r} is in several files of results", "results", hint)
    if wish.suite is not None and len(tasks) > 1:
        listed = ", ".join(repr(task) for task in tasks)
        raise run.results.error(
            f"one suite name for several tasks: {listed}", "n-samples", "import one task at a time"
        )
