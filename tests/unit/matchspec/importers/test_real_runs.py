"""Claims about the small real runs of Inspect, lm-eval and promptfoo that are kept: the same models, asked the same."""

from pathlib import Path

import pytest

from mist_ci.adapters.result_files import ResultFilesOnDisk
from mist_ci.matchspec.importers import IMPORTERS, ResultFile, Wish, import_results
from mist_ci.models.record import FINISHED, Record
from tests.unit.matchspec.importers.reading import DATA

ARCHIVES, HARNESS, PROMPTFOO = "inspect/{}", "lm_eval/{}", "promptfoo_real/{}"
TOOLS = {"inspect": ARCHIVES, "lm-eval": HARNESS, "promptfoo": PROMPTFOO}
SAMPLES = 20


def files(tool: str, model: str) -> list[ResultFile]:
    directory = DATA / TOOLS[tool].format(model)
    # Inspect's document holds two samples of the archive again, asked twice.
    paths = [str(file) for file in sorted(directory.iterdir()) if tool != "inspect" or file.suffix == ".eval"]
    return list(ResultFilesOnDisk().read(paths))


def records(tool: str, model: str) -> tuple[Record, ...]:
    return import_results(files(tool, model), Wish())


@pytest.mark.parametrize("tool", TOOLS)
def test_every_file_is_recognised_by_one_importer_and_nothing_is_lost(tool: str) -> None:
    for file in files(tool, "base"):
        assert [each.NAME for each in IMPORTERS if each.recognises(file)] == [tool]
    found = records(tool, "base")
    assert len(found) == SAMPLES
    assert {record.source.status for record in found} == {FINISHED}
    assert all(record.source.version for record in found)


@pytest.mark.parametrize("model", ["base", "naive"])
def test_three_evaluators_agree_about_the_same_answers(model: str) -> None:
    told = [{one.case_id: (one.suite, one.output.strip()) for one in records(tool, model)} for tool in TOOLS]
    assert told[0] == told[1] == told[2]
    values = [
        {one.case_id: one.value for one in records(tool, model) if one.suite == "reversal"} for tool in TOOLS
    ]
    assert values[0] == values[1] == values[2]


def test_what_is_kept_is_small_and_names_no_machine() -> None:
    kept = [file for place in TOOLS.values() for file in (DATA / place.format("")).rglob("*.*")]
    assert sum(file.stat().st_size for file in kept) <= 300_000
    for path in kept:
        (file,) = ResultFilesOnDisk().read([str(path)])
        for content in (file.members or {"": file.data}).values():
            assert not any(
                trace in content for trace in (b"/tmp/", b"/home/", b"/root/", str(Path.cwd()).encode())
            )
