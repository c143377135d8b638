"""Claims: `mist:NAME` is the suite that ships under this name, and nothing of a repository can pass for it."""

import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec import find, load
from mist_ci.models.verdict import Outcome
from mist_ci.pipeline import Ask, run_gates
from tests.fakes import Commit, FakeModels, InlineExecutor, MemoryFiles, MemoryTree, jsonl, never, world

POLICY = 'version: 1\nsuites: ["{entry}"]\ngates: {{release: {{branches: [main]}}}}\n'


def suite(name: str, answer: str = "4") -> dict[str, str]:
    return {
        "suite.yml": f"version: 1\nname: {name}\ngraders: [exact]\ndata: samples.jsonl\n",
        "samples.jsonl": jsonl([f'{{"input": "2+2?", "expected": "{answer}"}}']),
    }


def tree_of(**suites: dict[str, str]) -> MemoryTree:
    files = {f"mist:{name}/{file}": text for name, texts in suites.items() for file, text in texts.items()}
    return MemoryTree(files, "the suites that ship")


SHIPPED = tree_of(arithmetic=suite("arithmetic"), logic=suite("logic"))


def found(*entries: str, files: Commit | None = None) -> list[str]:
    tree = MemoryTree(files or {"mist.yml": POLICY.format(entry=entries[0])})
    return [one.path for one in find(tree, entries, "mist.yml", SHIPPED)]


def test_a_ready_made_suite_goes_by_its_name() -> None:
    assert found("mist:arithmetic") == ["mist:arithmetic"]
    assert found("mist:logic", "mist:arithmetic", "mist:logic") == ["mist:logic", "mist:arithmetic"]


def test_a_star_takes_all_of_them() -> None:
    assert found("mist:*") == ["mist:arithmetic", "mist:logic"]


def test_suites_of_the_team_and_ready_made_ones_stand_side_by_side() -> None:
    own = {f"suites/{file}": text for file, text in suite("qa").items()}
    assert found("suites/*.yml", "mist:logic", files=own) == ["suites/suite.yml", "mist:logic"]


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("mist:arithmetics", "did you mean 'arithmetic'?"),
        ("mist:", "known here: arithmetic, logic"),
        ("mist:haiku-*", "known here: arithmetic, logic"),
    ],
)
def test_a_name_that_no_suite_has_is_an_error_with_the_nearest_one(entry: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        found(entry)
    error = caught.value
    assert (error.code, error.message) == (Code.UNKNOWN_NAME, f"no ready-made suite is named {entry!r}")
    assert error.hint == hint
    assert error.where is not None
    assert (error.where.file, error.where.line, error.where.field) == ("mist.yml", 2, "suites[0]")


def test_a_suite_of_the_team_cannot_have_the_name_of_a_ready_made_one_beside_it() -> None:
    own = {f"suites/{file}": text for file, text in suite("logic").items()}
    with pytest.raises(ConfigError) as caught:
        found("suites/*.yml", "mist:logic", files=own)
    assert caught.value.code is Code.DUPLICATE
    assert caught.value.where is not None
    assert caught.value.where.file == "mist:logic"


def test_a_file_of_the_repository_that_is_named_like_one_is_not_taken_for_it() -> None:
    twin = {f"mist:arithmetic/{file}": text for file, text in suite("arithmetic", answer="5").items()}
    tree = MemoryTree({"mist.yml": POLICY.format(entry="mist:arithmetic"), **twin})
    (real,) = find(tree, ("mist:arithmetic",), "mist.yml", SHIPPED)
    assert [sample.expected for sample in load(real, InlineExecutor()).samples] == ["4"]


GATED: Commit = {
    "mist.yml": """\
version: 1
providers: {prod: {type: openai, base_url: https://llm.example.com/v1, key_env: KEY}}
models: {bot: bot.yml}
suites: ["mist:*"]
gates: {release: {branches: [main], require: [arithmetic]}}
""",
    "bot.yml": "version: 1\nprovider: prod\nmodel: good-2026-01-01\n",
}


def test_a_gate_can_rest_on_ready_made_suites_alone() -> None:
    head = {**GATED, "bot.yml": "version: 1\nprovider: prod\nmodel: bad-2026-01-01\n"}
    models = FakeModels(lambda model, _: "4" if model.startswith("good") else "5")
    there = world(files=MemoryFiles(GATED, head), models=models, shipped=SHIPPED)
    (report,) = run_gates(there, Ask(base="main", head="head"))
    (model,) = report.decision.models
    assert {one.numbers.suite for one in model.suites} == {"arithmetic", "logic"}
    assert {one.numbers.path for one in model.suites} == {"mist:arithmetic", "mist:logic"}


def test_a_change_of_a_file_that_is_named_like_one_changes_no_suite() -> None:
    twin = {f"mist:arithmetic/{file}": text for file, text in suite("arithmetic", answer="5").items()}
    there = world(files=MemoryFiles(GATED, {**GATED, **twin}), models=FakeModels(never), shipped=SHIPPED)
    (report,) = run_gates(there, Ask(base="main", head="head"))
    assert report.decision.outcome is Outcome.NOTHING_TO_GATE
