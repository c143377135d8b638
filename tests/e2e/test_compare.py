"""Results of other runners, from files to exit codes, as somebody at a keyboard sees it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def mist(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mist_ci", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def table(path: Path, right: int, n: int = 200, suite: str = "math", model: str = "m") -> Path:
    """A table of pass/fail results: the first `right` cases of n are right."""
    rows = [
        {"suite": suite, "case_id": f"c{i}", "input": f"{i}?", "score": float(i < right), "model": model}
        for i in range(n)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return path


@pytest.mark.parametrize(
    ("right", "code", "told"),
    [(190, 0, "✅ MIST CI: passed"), (150, 1, "regressed: math −20.0 points")],
)
def test_compare_exits_as_the_gate_does(tmp_path: Path, right: int, code: int, told: str) -> None:
    table(tmp_path / "base.jsonl", 190)
    table(tmp_path / "head.jsonl", right)
    done = mist("compare", "base.jsonl", "head.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (code, "")
    assert told in done.stdout
    assert f"exit    {code}" in done.stdout


def test_records_of_import_compare_like_the_files_they_came_from(tmp_path: Path) -> None:
    table(tmp_path / "base.jsonl", 190)
    table(tmp_path / "head.jsonl", 150)
    for side in ("base", "head"):
        done = mist("import", f"{side}.jsonl", "--out", f"{side}-records.jsonl", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    direct = mist("compare", "base.jsonl", "head.jsonl", "--format", "json", cwd=tmp_path)
    records = mist("compare", "base-records.jsonl", "head-records.jsonl", "--format", "json", cwd=tmp_path)
    suites = [json.loads(done.stdout)["decision"]["models"][0]["suites"] for done in (direct, records)]
    assert suites[0] == suites[1]
    assert json.loads(direct.stdout)["exit_code"] == 1


@pytest.mark.parametrize("shape", ["text", "json", "markdown"])
def test_no_name_in_results_commands_the_runner_that_reads_the_output(tmp_path: Path, shape: str) -> None:
    evil = "##[error]::error::x"
    table(tmp_path / "base.jsonl", 190, suite=evil, model=evil)
    table(tmp_path / "head.jsonl", 100, suite=evil, model=evil)
    told = mist("compare", "base.jsonl", "head.jsonl", "--format", shape, cwd=tmp_path).stdout
    told += mist(
        "import", "base.jsonl", "--format", "json" if shape == "json" else "text", cwd=tmp_path
    ).stdout
    assert "math" not in told
    assert "##[" not in told
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]


def test_a_file_that_nobody_understands_is_one_message(tmp_path: Path) -> None:
    table(tmp_path / "base.jsonl", 190)
    (tmp_path / "head.jsonl").write_text('{"what": "is this"}\n')
    done = mist("compare", "base.jsonl", "head.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "MC113" in done.stderr
    assert "Traceback" not in done.stderr


def test_tables_that_are_named_after_their_sides_get_one_name(tmp_path: Path) -> None:
    for side in ("base", "head"):
        rows = "".join(f"c{number},1\n" for number in range(100))
        (tmp_path / f"{side}.csv").write_text(f"case_id,score\n{rows}")
    done = mist("compare", "base.csv", "head.csv", cwd=tmp_path)
    assert done.returncode == 3
    assert "--suite NAME names both" in done.stdout
    assert mist("compare", "base.csv", "head.csv", "--suite", "math", cwd=tmp_path).returncode == 0


def test_a_margin_is_a_number(tmp_path: Path) -> None:
    table(tmp_path / "base.jsonl", 190)
    done = mist("compare", "base.jsonl", "base.jsonl", "--margin", "nan", cwd=tmp_path)
    assert done.returncode == 2
    assert "nan is no number" in done.stderr


def test_a_misspelt_suite_names_the_nearest(tmp_path: Path) -> None:
    table(tmp_path / "base.jsonl", 190)
    table(tmp_path / "head.jsonl", 190)
    done = mist("compare", "base.jsonl", "head.jsonl", "--target", "mats", cwd=tmp_path)
    assert done.returncode == 2
    assert "math" in done.stderr


def test_a_suite_is_trained_for_or_critical_and_not_both(tmp_path: Path) -> None:
    for side in ("base", "head"):
        table(tmp_path / f"{side}.jsonl", 190)
    roles = ("--target", "math", "--critical", "math")
    done = mist("compare", "base.jsonl", "head.jsonl", *roles, cwd=tmp_path)
    assert done.returncode == 2
    assert "math is named by --target and by --critical" in done.stderr


def test_compare_imports_no_heavy_numerics(tmp_path: Path) -> None:
    table(tmp_path / "base.jsonl", 190)
    table(tmp_path / "head.jsonl", 190)
    program = (
        "import sys\n"
        "from mist_ci.cli import cli\n"
        "cli.main(['compare', 'base.jsonl', 'head.jsonl'], standalone_mode=False)\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'statsmodels'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


POLICY = """\
version: 1
providers:
  prod: {type: openai, base_url: "http://127.0.0.1:9/v1"}
models: {bot: models/bot.yml}
suites: [suites/*.yml]
gates:
  release: {branches: [main], require: [math]}
"""
SUITE = "version: 1\nname: math\nrole: critical\nimported: true\n"


def reference(model: str) -> str:
    return f"version: 1\nprovider: prod\nmodel: {model}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A pull request to another model, in a repository whose suite another runner asks."""
    place = tmp_path / "repository"
    (place / "suites").mkdir(parents=True)
    (place / "models").mkdir()
    (place / "mist.yml").write_text(POLICY)
    (place / "suites" / "math.yml").write_text(SUITE)
    (place / "models" / "bot.yml").write_text(reference("one"))

    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
            cwd=place,
            check=True,
            capture_output=True,
        )

    git("init", "--quiet", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "--message", "policy")
    git("switch", "--quiet", "--create", "change")
    (place / "models" / "bot.yml").write_text(reference("two"))
    git("commit", "--quiet", "--all", "--message", "another model")
    return place


def gate(repository: Path, *results: str) -> subprocess.CompletedProcess[str]:
    handed = [word for one in results for word in ("--results", one)]
    return mist("gate", "--base", "main", "--head", "change", *handed, "--format", "json", cwd=repository)


@pytest.mark.parametrize(("right", "outcome", "code"), [(190, "passed", 0), (150, "failed", 1)])
def test_the_gate_decides_on_results_that_it_was_handed(
    repository: Path, right: int, outcome: str, code: int
) -> None:
    table(repository / "base.jsonl", 190, model="openai:chat:one")
    table(repository / "head.jsonl", right, model="two")
    done = gate(repository, "base=base.jsonl", "head=head.jsonl")
    (report,) = json.loads(done.stdout)["reports"]
    assert (report["decision"]["outcome"], done.returncode) == (outcome, code), done.stderr
    assert report["decision"]["models"][0]["suites"][0]["numbers"]["role"] == "critical"
    assert Path(repository, report["results_dir"], "eval-results.jsonl").read_text().count("\n") == 201


def test_results_of_another_model_are_evidence_of_nothing(repository: Path) -> None:
    table(repository / "base.jsonl", 190, model="one")
    table(repository / "head.jsonl", 190, model="three")
    done = gate(repository, "base=base.jsonl", "head=head.jsonl")
    assert done.returncode == 3
    assert "the results of head are of three, and models/bot.yml says two" in done.stdout


def test_a_suite_of_another_runner_needs_its_results(repository: Path) -> None:
    done = gate(repository)
    assert done.returncode == 3
    assert "its results are imported: hand them over with --results" in done.stdout


@pytest.mark.parametrize(
    ("handed", "told"),
    [("other=x.jsonl", "does not say which side it is"), ("base=x.jsonl", "there are no results of head")],
)
def test_results_say_which_side_they_are(repository: Path, handed: str, told: str) -> None:
    done = gate(repository, handed)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_suite_that_the_gate_requires_is_missed_whoever_asks_it(repository: Path) -> None:
    own = SUITE.replace("imported: true", "graders: [exact]\nsamples: [{input: hard, expected: x}]")
    (repository / "suites" / "math.yml").write_text(f'{own}prompt: "{{{{ input }}}}"\n')
    for side in ("base", "head"):
        table(repository / f"{side}.jsonl", 190, suite="other")
    done = mist("compare", "base.jsonl", "head.jsonl", "--config", "mist.yml", cwd=repository)
    assert done.returncode == 3, done.stderr
    assert "math" in done.stdout


def test_results_do_not_take_the_place_of_a_suite_that_is_asked_here(repository: Path) -> None:
    """Ten easy cases of the same name would decide instead of the samples that base has."""
    own = SUITE.replace("imported: true", "graders: [exact]\nsamples: [{input: hard, expected: x}]")
    (repository / "suites" / "math.yml").write_text(f'{own}prompt: "{{{{ input }}}}"\n')
    for words in (["switch", "main"], ["commit", "-am", "own"], ["switch", "change"], ["rebase", "main"]):
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words]
        subprocess.run(git, cwd=repository, check=True, capture_output=True)
    table(repository / "base.jsonl", 10, n=200, model="one")
    table(repository / "head.jsonl", 200, model="two")
    done = gate(repository, "base=base.jsonl", "head=head.jsonl")
    assert done.returncode == 3, done.stderr
    assert "the policy's own suite is asked here" in done.stdout


def test_results_that_nobody_needs_are_told(repository: Path) -> None:
    table(repository / "head.jsonl", 190, model="two")
    handed = ("--results", "head=head.jsonl", "--format", "json")
    done = mist("gate", "--base", "main", "--head", "main", *handed, cwd=repository)
    assert done.returncode == 0, done.stderr
    assert "nobody looked at them" in done.stdout


@pytest.mark.parametrize("command", ["eval", "calibrate"])
def test_what_another_runner_asks_is_not_asked_here_and_nothing_asked_is_no_pass(
    repository: Path, command: str
) -> None:
    alone = mist(command, "models/bot.yml", cwd=repository)
    (repository / "suites" / "own.yml").write_text(
        "version: 1\nname: own\ngraders: [exact]\nsamples: [{input: a, expected: b}]\n"
    )
    chosen = mist(command, "models/bot.yml", "--suite", "own", "--suite", "math", cwd=repository)
    both = mist(command, "models/bot.yml", cwd=repository)
    told = "nothing to ask here, another runner does (imported: true): math"
    for done in (alone, chosen):
        assert done.returncode == 2
        assert f"error MC201: {told}" in done.stderr
    assert f"note: {told}" in both.stderr


def test_what_a_runner_does_not_tell_is_not_told_as_nothing(repository: Path, tmp_path: Path) -> None:
    sides = {
        side: table(tmp_path / f"{side}.jsonl", 190, model=m)
        for side, m in (("base", "one"), ("head", "two"))
    }
    done = gate(repository, *(f"{side}={path}" for side, path in sides.items()))
    assert json.loads(done.stdout)["reports"][0]["spend"] == []
