"""Results that other runners wrote, read into records: one module per tool."""

from collections.abc import Sequence

from msgspec.structs import replace

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.importers import (
    inspect_log,
    junit,
    lm_eval,
    openai_evals,
    openai_hosted,
    own,
    plain,
    promptfoo,
)
from mist_ci.matchspec.importers.importer import Importer, ResultFile, Wish
from mist_ci.matchspec.importers.own import encode
from mist_ci.models.record import Record

__all__ = ["IMPORTERS", "Importer", "ResultFile", "Wish", "detect", "encode", "import_results"]

IMPORTERS: tuple[Importer, ...] = (
    promptfoo,
    inspect_log,
    lm_eval,
    openai_hosted,
    openai_evals,
    junit,
    plain,
    own,
)
"""Every importer there is. No file is recognised by two of them."""


def detect(files: Sequence[ResultFile], tool: str | None = None) -> Importer:
    """The importer of that name, or the one that recognises all the files. Raises ConfigError MC113."""
    if tool is not None:
        named = next((each for each in IMPORTERS if tool == each.NAME), None)
        if named is None:
            names = [each.NAME for each in IMPORTERS]
            message = f"no importer is named {tool!r}; there are: {', '.join(names)}"
            hint = "leave --tool out, and the tool is found out; `plain` reads CSV and JSONL tables"
            raise ConfigError(Code.BAD_RESULTS, message, hint=hint)
        return named
    found = [each for each in IMPORTERS if files and all(each.recognises(file) for file in files)]
    if len(found) == 1:
        return found[0]
    raise _undetected(files, found)


def _undetected(files: Sequence[ResultFile], found: Sequence[Importer]) -> ConfigError:
    expected = "; ".join(each.EXPECTS for each in found or IMPORTERS)
    if not files:
        return ConfigError(Code.BAD_RESULTS, "no file of results was given", hint=expected)
    if found:
        hint = f"name the tool with --tool: {expected}"
        return _refused("more than one importer understands this", files[0].path, hint)
    kinds = {file.path: [each.NAME for each in IMPORTERS if each.recognises(file)] for file in files}
    stranger = next((path for path, names in kinds.items() if not names), None)
    if any(file.path == stranger and not file.data.strip() for file in files):
        return _refused("the file is empty", str(stranger), "hand over what a finished run wrote")
    if stranger is not None:
        return _refused("no importer knows this file", stranger, f"understood are: {expected}")
    told = "; ".join(f"{path} is {' or '.join(names)}" for path, names in list(kinds.items())[:10])
    return _refused(f"files of several tools: {told}", files[0].path, "hand over one tool's files at a time")


def import_results(
    files: Sequence[ResultFile], wish: Wish | None = None, tool: str | None = None
) -> tuple[Record, ...]:
    """The records of one run's files, each checked. Raises ConfigError MC113.

    Every record that counts has a finite value in [0, 1]; no suite, case and repeat comes twice on one side.
    """
    wish = wish or Wish()
    importer = detect(files, tool)
    if not files:
        raise _undetected(files, [importer])
    if wish.prompt is not None and importer is not promptfoo:
        raise _refused(f"results of {importer.NAME} leave no choice of prompts", _path(files), None)
    records = _chosen(importer.read(files, wish), wish, _path(files))
    if not records:
        raise _refused("there are no results in it", _path(files), f"expected: {importer.EXPECTS}")
    _check(records)
    return tuple(records)


def _chosen(records: list[Record], wish: Wish, path: str) -> list[Record]:
    """The records of the model and the side that were asked for; those that know no side are on it."""
    if wish.model is not None:
        models = sorted({record.model for record in records})
        if records and wish.model not in models:
            listed = ", ".join(repr(model) for model in models if model) or "none, it names no model"
            raise _refused(f"no results of model {wish.model!r}; there are: {listed}", path, None)
        records = [record for record in records if record.model == wish.model]
    if wish.side is not None:
        placed = (record if record.side else replace(record, side=wish.side) for record in records)
        others = sorted({record.side for record in records if record.side} - {wish.side})
        records = [record for record in placed if record.side == wish.side]
        if others and not records:
            message = f"there are no results of {wish.side} in it, only of {' and '.join(others)}"
            raise _refused(message, path, "were the two sides confused?")
    return records


def _path(files: Sequence[ResultFile]) -> str:
    return files[0].path if files else ""


def _check(records: Sequence[Record]) -> None:
    seen: dict[tuple[str | None, str, str, int], Record] = {}
    for record in records:
        value = record.value
        # NaN is not between 0 and 1 either; and a record that is missing has no value.
        good = value is not None and 0 <= value <= 1 if record.status.counts else value is None
        if not good:
            raise _bad_value(record)
        place = (record.side, record.suite, record.case_key, record.repeat)
        if seen.setdefault(place, record) is not record:
            raise _twice(seen[place], record)


def _bad_value(record: Record) -> ConfigError:
    message = f"the {record.grader} of case {record.case_id!r} in suite {record.suite!r} is {record.value}"
    hint = "choose another grader with --grader NAME, or scale the scores before you hand them over"
    if not record.status.counts:
        return _refused(f"{message}, and its status is {record.status}", record.source.file, None)
    return _refused(f"{message}, not a number from 0 to 1", record.source.file, hint)


def _twice(first: Record, second: Record) -> ConfigError:
    cases = repr(first.case_id)
    if first.case_id != second.case_id:
        cases += f" and {second.case_id!r}"
    files = first.source.file
    if first.source.file != second.source.file:
        files += f" and {second.source.file}"
    message = f"case {cases} of suite {first.suite!r} comes twice as repeat {first.repeat} ({files})"
    hint = "number its repeats, or hand over the results of one run and one side at a time"
    return _refused(message, second.source.file, hint)


def _refused(message: str, file: str, hint: str | None) -> ConfigError:
    return ConfigError(Code.BAD_RESULTS, message, where=Where(file) if file else None, hint=hint)
