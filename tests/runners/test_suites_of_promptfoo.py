"""A suite in promptfoo's own words, graded by promptfoo now: our grades are the same."""

import json
import shutil
from pathlib import Path

import pytest

from mist_ci.adapters.directory import DirectoryTree
from mist_ci.matchspec import load, read
from mist_ci.matchspec.graders.assertions import Assertions
from mist_ci.models.answer import Answer
from tests.fakes import InlineExecutor
from tests.runners.running import ROOT, Runners

EXAMPLE = ROOT / "tests" / "data" / "suites" / "promptfoo"


def test_promptfoo_grades_as_we_do_and_as_was_written_down(runners: Runners, tmp_path: Path) -> None:
    place = tmp_path / "pf"
    shutil.copytree(EXAMPLE, place)
    (place / "out").mkdir()
    results = json.loads((runners.promptfoo_in(place, "promptfooconfig.yaml") / "results.json").read_text())
    told = [
        {
            "description": one["testCase"]["description"],
            "output": one["response"]["output"],
            "score": one["score"],
            "passed": one["success"],
        }
        for one in results["results"]["results"]
    ]
    written = json.loads((EXAMPLE / "graded.json").read_text())
    assert sorted(told, key=str) == sorted(written, key=str)

    (tmp_path / "s.yml").write_text("version: 1\nname: s\ndata: pf/promptfooconfig.yaml\n")
    suite = load(read(DirectoryTree(tmp_path), "s.yml"), InlineExecutor())
    for one in told:
        found = [sample for sample in suite.samples if one["description"] in (sample.id, sample.cluster)]
        sample = next(
            sample for sample in found if len(found) == 1 or sample.messages[-1].content == one["output"]
        )
        answer = Answer(one["output"])
        assert Assertions().grade(answer, sample) == pytest.approx(one["score"])
        assert Assertions(all_or_nothing=True).grade(answer, sample) == one["passed"]
