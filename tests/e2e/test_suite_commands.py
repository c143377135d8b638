"""`mist-ci suite` as somebody at a keyboard sees it, and what the commands say about files that are wrong."""

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import ASSISTANT, ROOT, mist_ci

KINDS = ("qa", "choice", "extraction", "tools")
HEADER = "version: 1\nname: qa\ngraders: [exact]\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "suites").mkdir()
    return tmp_path


def refused(place: Path, *arguments: str, code: int = 2) -> str:
    done = mist_ci(*arguments, cwd=place)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_what_new_writes_loads_and_gets_its_own_answers_right(place: Path, kind: str) -> None:
    assert mist_ci("suite", "new", "mine", "--kind", kind, cwd=place).returncode == 0
    done = mist_ci("suite", "lint", "--format", "json", cwd=place)
    assert done.returncode == 0, done.stdout
    (suite,) = json.loads(done.stdout)["suites"]
    assert (suite["name"], suite["errors"]) == ("mine", [])
    assert [warning["name"] for warning in suite["warnings"]] == ["too-few-samples"]
    shown = json.loads(
        mist_ci("suite", "show", "suites/mine.yml", "-n", "9", "--format", "json", cwd=place).stdout
    )
    primary = [next(iter(one["scores_of_expected"].values())) for one in shown["samples"]]
    assert set(primary) <= {1, None}
    assert primary.count(None) <= 1


def test_new_never_overwrites_and_refuses_names_that_are_none(place: Path) -> None:
    (place / "suites" / "mine.yml").write_text("mine")
    assert "MC204: exists already" in refused(place, "suite", "new", "mine")
    assert (place / "suites" / "mine.yml").read_text() == "mine"
    assert "cannot be the name of a suite" in refused(place, "suite", "new", "../mine")


def test_show_is_safe_on_a_terminal_in_a_log_and_in_markdown(place: Path) -> None:
    evil = "##[error]x\n::error::y\u202e\x1b[31m<script>|`@team"
    row = {"id": "::set::a", "input": evil, "expected": evil, "tags": ["##[x]"]}
    (place / "suites" / "qa.yml").write_text(HEADER + "data: qa.jsonl\n")
    (place / "suites" / "qa.jsonl").write_text(json.dumps(row))
    for shape in ("text", "markdown", "json"):
        done = mist_ci("suite", "show", "suites/qa.yml", "--format", shape, cwd=place)
        assert done.returncode == 0, done.stderr
        assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())
        assert not {"\x1b", "\u202e"} & set(done.stdout)
        if shape != "markdown":
            assert "##[" not in done.stdout


def test_show_names_what_there_is(place: Path) -> None:
    suite = "suites/arithmetic.yml"
    (place / "suites" / "arithmetic.yml").write_text((ASSISTANT / suite).read_text())
    (place / "suites" / "arithmetic.jsonl").write_text(
        (ASSISTANT / "suites" / "arithmetic.jsonl").read_text()
    )
    done = mist_ci("suite", "show", suite, "--sample", "arithmetic-57-83", cwd=place)
    assert "  | Add 57 and 83." in done.stdout
    assert "graders on it: numeric 1, exact 1" in done.stdout
    assert "did you mean 'arithmetic-57-83'?" in refused(
        place, "suite", "show", suite, "--sample", "aritmetic-57-83"
    )
    assert "no file matches 'nowhere.yml'" in refused(place, "suite", "show", "nowhere.yml")


def test_a_hash_is_pinned_and_a_change_is_found(place: Path) -> None:
    assert mist_ci("suite", "new", "mine", cwd=place).returncode == 0
    pinned = mist_ci("suite", "hash", cwd=place).stdout
    (place / "suites.lock").write_text(pinned)
    assert mist_ci("suite", "hash", "--check", "suites.lock", cwd=place).returncode == 0
    file = place / "suites" / "mine.yml"
    text = file.read_text()
    file.write_text(
        text.replace("tags: [geography]", "tags: [maps]").replace("role: retain", "role: critical")
    )
    assert mist_ci("suite", "hash", "--check", "suites.lock", cwd=place).returncode == 0
    file.write_text(text.replace("expected: Lima", "expected: Cusco"))
    done = mist_ci("suite", "hash", "--check", "suites.lock", cwd=place)
    assert (done.returncode, "mine is sha256:" in done.stdout) == (1, True)
    (place / "suites.lock").write_text("nonsense\n")
    assert "suites.lock:1" in refused(place, "suite", "hash", "--check", "suites.lock")


def test_lint_finds_every_error_in_every_file_and_exits_with_2(place: Path) -> None:
    (place / "suites" / "a.yml").write_text(HEADER.replace("qa", "a") + "data: a.jsonl\n")
    rows = ('{"input": "x"}', '{"input": "y", "expected": "z", "tag": "t"}')
    (place / "suites" / "a.jsonl").write_text("\n".join(rows))
    (place / "suites" / "b.yml").write_text(HEADER + "samples: [{input: x, expected: y}]\n")
    (place / "suites" / "c.yml").write_text(HEADER + "samples: [{input: x, expected: y}]\n")
    done = mist_ci("suite", "lint", cwd=place)
    assert done.returncode == 2
    for words in (
        "suites/a.jsonl:2:1: tag: error MC103: unknown key 'tag'",
        "grader exact: expected is missing",
        "the suite name 'qa' is taken by suites/b.yml",
        "3 suites: 3 errors, 2 warnings",
    ):
        assert words in done.stdout
    assert mist_ci("suite", "lint", "suites/b.yml", cwd=place).returncode == 0
    assert mist_ci("suite", "lint", "suites/b.yml", "--strict", cwd=place).returncode == 1


BAD = {
    "an unknown grader": (HEADER.replace("exact", "exakt"), '{"input": "a", "expected": "b"}', "suites/qa.yml:3:11",
                          "no grader is named 'exakt'\n  next: did you mean 'exact'?"),
    "an unknown option": (HEADER.replace("[exact]", "[exact: {ignore_cas: true}]"), '{"input": "a", "expected": "b"}',
                          "suites/qa.yml:3:11", "did you mean 'ignore_case'?"),
    "a missing file": (HEADER, None, "suites/qa.yml:4:1: data", "suites/qa.jsonl is not in"),
    "a sample without expectation": (HEADER, '{"input": "a"}', "suites/qa.jsonl:1: expected", "expected is missing"),
    "a duplicate key": (HEADER, '{"input": "a", "input": "b"}', "suites/qa.jsonl:1:16", "appears twice"),
    "a duplicate key in the suite": (HEADER + "name: qb\n", '{"input": "a", "expected": "b"}', "suites/qa.yml:4:1",
                                     "the key 'name' appears twice"),
    "an undefined variable": (HEADER + "prompt: '{{ question }}'\n", '{"input": "a", "expected": "b"}',
                              "suites/qa.jsonl:1: prompt", "'question' is undefined"),
    "a misspelt key": (HEADER, '{"input": "a", "expeced": "b"}', "suites/qa.jsonl:1:1: expeced",
                       "did you mean 'expected'?"),
    "an unknown role": (HEADER + "role: targt\n", '{"input": "a", "expected": "b"}', "suites/qa.yml:4:1: role",
                        "did you mean 'target'?"),
    "two equal questions": (HEADER, '{"input": "a", "expected": "b"}\n{"input": "a", "expected": "c"}',
                            "suites/qa.jsonl:2", "the same question stands in line 1"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BAD)
def test_a_mistake_is_one_clear_error_before_anybody_is_asked(place: Path, mistake: str) -> None:
    suite, rows, where, words = BAD[mistake]
    (place / "mist.yml").write_text(
        "version: 1\nproviders: {p: {type: openai, base_url: http://127.0.0.1:9/v1}}\nmodels: {m: m.yml}\n"
        "suites: [suites/*.yml]\ngates: {release: {branches: [main]}}\n"
    )
    (place / "m.yml").write_text("version: 1\nprovider: p\nmodel: m\n")
    (place / "suites" / "qa.yml").write_text(suite + "data: qa.jsonl\n")
    if rows is not None:
        (place / "suites" / "qa.jsonl").write_text(rows)
    told = refused(place, "eval", "m.yml")
    assert told.startswith(where)
    assert words in told
    assert "more: mist-ci explain MC" in told
    assert not (place / "mist-results").exists()
    linted = mist_ci("suite", "lint", cwd=place)
    assert linted.returncode == 2
    assert linted.stdout.startswith(where)


def test_an_unknown_tag_is_one_clear_error(place: Path) -> None:
    shutil.copytree(ASSISTANT, place / "x")
    told = refused(place / "x", "eval", "models/assistant.yml", "--tags", "hard")
    assert "no sample has the tag 'hard'" in told
    assert "no sample of these suites has a tag" in told


def test_the_ready_made_suites_and_the_examples_have_no_errors() -> None:
    for pattern in ("suites/*/suite.yml", "examples/assistant/suites/*.yml"):
        done = mist_ci("suite", "lint", pattern, cwd=ROOT)
        assert (done.returncode, ": error " in done.stdout) == (0, False), done.stdout + done.stderr
