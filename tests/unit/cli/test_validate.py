"""Claims: validate repairs, compares and remembers as it is asked, and says it in every format, inert."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from mist_ci.cli import cli
from mist_ci.errors import Code, MistError

pytestmark = pytest.mark.slow  # whole commands

HOSTILE = "\x1b[31m\n::error::stolen\n##[error]stolen\r::stop-commands::x"
SUITE = """\
version: 1
name: capitals
role: target
graders: [exact]
samples:
  - {id: a, input: "What is the capital of Norway, and since when?", expected: Oslo}
"""


def line(role: str = "user", said: str = "Hi", answer: str = "Hello.") -> str:
    turns = [{"role": role, "content": said}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns}) + "\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", "true")
    return tmp_path


def validate(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, ["validate", *arguments], standalone_mode=False)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


# Repairs.


def test_a_repair_is_written_and_what_is_left_is_validated() -> None:
    place = Path("train.jsonl")
    place.write_text(line("User") + line("user", "Why?", ""))
    place.chmod(0o640)
    assert "repairs: --fix repairs SF201 where that is safe" in validate("train.jsonl").stdout
    done = validate("train.jsonl", "--fix")
    assert done.return_value == 1
    assert "repairs:" not in done.stdout
    assert "repaired: train.jsonl: 1 row (SF201 × 1)" in done.stderr
    assert "SF212" in done.stdout
    assert "SF201" not in done.stdout
    assert place.read_text() == line() + line("user", "Why?", "")
    assert place.stat().st_mode & 0o777 == 0o640


def test_a_diff_writes_nothing() -> None:
    Path("train.jsonl").write_text(line("User"))
    done = validate("train.jsonl", "--fix", "--diff")
    assert done.return_value == 1
    assert f"-{line('User')}+{line()}" in done.stdout
    assert Path("train.jsonl").read_text() == line("User")
    Path("train.jsonl").write_text(line())
    assert validate("train.jsonl", "--fix", "--diff").return_value == 0


def test_what_cannot_be_rewritten_is_said_and_left() -> None:
    Path("data").mkdir()
    Path("elsewhere.jsonl").write_text(line("User"))
    Path("data/link.jsonl").symlink_to("../elsewhere.jsonl")
    Path("data/inside.jsonl").symlink_to("rows.jsonl")
    Path("data/rows.jsonl").write_text(line("User"))
    Path("data/list.json").write_text(f"[{line('User')}]")
    Path("data/table.csv").write_text("text,label\na,b\n")
    done = validate("data", "--fix")
    for name in ("link.jsonl", "inside.jsonl", "list.json", "table.csv"):
        assert f"not repaired: data/{name}" in done.stderr
    assert Path("elsewhere.jsonl").read_text() == line("User")
    assert Path("data/inside.jsonl").is_symlink()
    assert Path("data/rows.jsonl").read_text() == line()


@pytest.mark.parametrize(
    "content",
    [
        f"[\n {line('User', 'a')},\r\n {line('user', 'b')}]",
        json.dumps(json.loads(line("User", "a")), indent=2) + "\r\n" + line("user", "b"),
    ],
)
def test_json_of_another_shape_becomes_json_lines(content: str) -> None:
    Path("train.jsonl").write_bytes(content.encode())
    shown = validate("train.jsonl", "--fix", "--diff")
    assert Path("train.jsonl").read_bytes() == content.encode()
    done = validate("train.jsonl", "--fix")
    assert done.return_value == 0, done.stdout
    rows = Path("train.jsonl").read_text().splitlines()
    assert [json.loads(row) for row in rows] == [json.loads(line("user", said)) for said in ("a", "b")]
    assert all(f"+{row}" in shown.stdout for row in rows)


def test_a_list_that_calls_itself_json_is_rewritten_when_asked() -> None:
    Path("train.json").write_text(f"[{line('User')}]")
    validate("train.json", "--fix", "--jsonl")
    assert json.loads(Path("train.json").read_text()) == json.loads(line())


def test_what_is_ignored_is_not_repaired() -> None:
    Path("train.jsonl").write_text(line("User"))
    for arguments in (["--ignore", "SF2"], ["--select", "SF3"], ["--per-file-ignores", "*.jsonl:SF2"]):
        assert validate("train.jsonl", "--fix", *arguments).return_value == 0
        assert Path("train.jsonl").read_text() == line("User")


@pytest.mark.parametrize("flag", ["--diff", "--jsonl"])
def test_flags_of_a_repair_need_one(flag: str) -> None:
    Path("train.jsonl").write_text(line())
    with pytest.raises(MistError) as caught:
        validate("train.jsonl", flag)
    assert caught.value.code is Code.USAGE


# What is known.


def test_a_baseline_is_written_and_holds_while_rows_come_and_go() -> None:
    place = Path("train.jsonl")
    place.write_text(line("user", "Why?", "") + line())
    assert validate("train.jsonl", "--write-baseline", "known.txt").return_value == 1
    place.write_text(line("user", "New") + line() + line("user", "Why?", ""))
    done = validate("train.jsonl", "--baseline", "known.txt")
    assert done.return_value == 0
    assert "1 that are known" in done.stdout
    place.write_text(line("user", "Why not?", ""))
    assert validate("train.jsonl", "--baseline", "known.txt").return_value == 1


def test_a_rule_is_ignored_below_a_path() -> None:
    Path("data/legacy").mkdir(parents=True)
    Path("data/legacy/old.jsonl").write_text(line("user", "Why?", ""))
    assert validate("data", "--per-file-ignores", "data/legacy/*.jsonl:SF7,SF212").return_value == 0
    assert validate("data", "--per-file-ignores", "data/new/*.jsonl:SF212").return_value == 1


@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select"])
def test_a_rule_that_is_none_is_refused(option: str) -> None:
    Path("train.jsonl").write_text(line())
    with pytest.raises(MistError) as caught:
        validate("train.jsonl", option, "SF2,SX9")
    assert caught.value.code is Code.UNKNOWN_NAME


def test_since_a_revision_only_new_findings_fail() -> None:
    Path("data").mkdir()
    Path("data/train.jsonl").write_text(line("user", "Why?", "") + line("user", "old"))
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "one")
    Path("data/train.jsonl").write_text(line("user", "new") + line("user", "Why?", ""))
    for paths in (["data"], ["data/train.jsonl"]):
        done = validate(*paths, "--since", "HEAD")
        assert done.return_value == 0
        assert "1 row added, 1 removed, 0 changed, 0 moved; 1 as before" in done.stdout
    assert validate("data").return_value == 1
    with pytest.raises(MistError) as caught:
        validate("data", "--since", "nowhere")
    assert caught.value.code is Code.UNKNOWN_REVISION


def test_since_looks_at_data_only_and_not_behind_links() -> None:
    Path("data").mkdir()
    Path("data/settings.json").write_text('{"epochs": 3}')
    Path("data/train.jsonl").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "one")
    Path("data/train.jsonl").write_text(line("user", "Why?", ""))
    done = validate("data", "--since", "HEAD", "--format", "json")
    assert done.return_value == 1
    assert json.loads(done.stdout)["change"] is None
    Path("out.jsonl").symlink_to("/etc/hostname")
    with pytest.raises(MistError) as caught:
        validate("out.jsonl", "--since", "HEAD")
    assert caught.value.code is Code.UNSAFE_PATH


def test_suites_that_are_given_away_are_found() -> None:
    Path("suites").mkdir()
    Path("suites/capitals.yml").write_text(SUITE)
    Path("train.jsonl").write_text(line("user", "What is the capital of Norway, and since when?"))
    assert validate("train.jsonl").return_value == 0
    done = validate("train.jsonl", "--suites", "suites/*.yml")
    assert done.return_value == 1
    assert "SF804" in done.stdout
    with pytest.raises(MistError) as caught:
        validate("train.jsonl", "--suites", "tests/*.yml")
    assert caught.value.code is Code.FILE_MISSING


# Formats.


def test_every_format_says_the_same_and_nothing_in_it_acts() -> None:
    Path("train.jsonl").write_text(line(HOSTILE, "a") + f"{HOSTILE}\n" + line("user", HOSTILE, ""))
    found = json.loads(validate("train.jsonl", "--format", "json").stdout)
    codes = {one["code"] for one in found["findings"]}
    assert codes >= {"SF201", "SF002", "SF212"}
    sarif = json.loads(validate("train.jsonl", "--format", "sarif").stdout)
    (run,) = sarif["runs"]
    assert {one["ruleId"] for one in run["results"]} == codes
    assert all("markdown" in rule["help"] for rule in run["tool"]["driver"]["rules"])
    identities = {one["identity"] for one in found["findings"]}
    prints = {one["partialFingerprints"]["mistFinding/v1"].partition(":")[0] for one in run["results"]}
    assert prints == identities
    suite = ET.fromstring(validate("train.jsonl", "--format", "junit").stdout)
    assert suite.get("failures") == "1"
    shown = validate("train.jsonl", "--format", "github").stdout.splitlines()
    assert all(one.startswith(("::error file=train.jsonl", "::warning file=")) for one in shown)
    for output_format in ("text", "json", "sarif", "junit", "github"):
        done = validate("train.jsonl", "--format", output_format)
        assert done.return_value == 1
        assert "\x1b" not in done.stdout
        assert "##[" not in done.stdout
        assert not any(one.lstrip().startswith("::error::stolen") for one in done.stdout.splitlines())
        assert not any(one.lstrip().startswith("::stop") for one in done.stdout.splitlines())


def test_a_diff_commands_no_runner() -> None:
    Path("train.jsonl").write_text(f" ::error::stolen ##[error]x\x1b[31m\n{line('User')}")
    done = validate("train.jsonl", "--fix", "--diff")
    assert "##[" not in done.stdout
    assert "\x1b" not in done.stdout
    assert not any(one.lstrip().startswith("::") for one in done.stdout.splitlines())


def test_a_row_of_warnings_fails_no_junit_test_unless_asked() -> None:
    Path("train.jsonl").write_text(line("user", "a", "b\x0c"))
    codes = [
        one["code"] for one in json.loads(validate("train.jsonl", "--format", "json").stdout)["findings"]
    ]
    assert codes == ["SF701"]
    for fail_on, failures in (("error", "0"), ("warning", "1")):
        done = validate("train.jsonl", "--format", "junit", "--fail-on", fail_on)
        assert ET.fromstring(done.stdout).get("failures") == failures
        assert done.return_value == int(failures)


# What is said beside the findings.


def test_a_defect_of_all_rows_hides_no_other_rule() -> None:
    empty = "".join(line("user", f"Why {number}?", "") for number in range(60))
    Path("a.jsonl").write_text(empty + line("User"))
    done = validate("a.jsonl", "--select", "SF2")
    assert done.stdout.count("SF212 empty-content") == 5
    assert done.stdout.count("SF201 unknown-role") == 1
    assert "55 more findings" in done.stdout
    assert "60 × error   SF212" in done.stdout
    assert validate("a.jsonl", "--select", "SF2", "--show", "all").stdout.count("SF212 empty-content") == 60
    assert "error SF" not in validate("a.jsonl", "--select", "SF2", "--show", "0").stdout
    assert validate("a.jsonl", "--select", "SF2", "--show", "1").stdout.count("error SF") == 2


def test_a_pattern_that_no_file_matches_is_said(here: Path) -> None:
    Path("old").mkdir()
    Path("old/a.jsonl").write_text(line("user", "Why?", ""))
    done = validate("old", "--per-file-ignores", "new/*.jsonl:SF212", "--per-file-ignores", "old/:SF801")
    assert done.stdout.count("note: per-file ignores: no file matches") == 1
    assert "'new/*.jsonl'" in done.stdout
    assert done.return_value == 1
    assert validate(str(here / "old"), "--per-file-ignores", "old/*.jsonl:SF212").return_value == 0


def test_a_json_file_of_one_object_is_said_once_and_the_others_are_read() -> None:
    Path("data").mkdir()
    Path("data/a.jsonl").write_text(line())
    Path("data/package.json").write_text('{"a": {\n"file_name": "a.jsonl"}}')
    done = validate("data", "data")
    assert done.stdout.count("data/package.json holds one JSON object") == 1
    assert done.return_value == 0
    Path("data/a.jsonl").unlink()
    with pytest.raises(MistError) as caught:
        validate("data")
    assert "package.json" in str(caught.value.hint)


INSTRUCTION = '{"instruction": "What is 2+2?", "input": "", "output": "4"}\n'


def test_a_dataset_info_is_judged_by_the_rows_beside_it_and_not_said_to_be_passed_over() -> None:
    Path("data").mkdir()
    Path("data/a.jsonl").write_text(INSTRUCTION)
    info = Path("data/dataset_info.json")
    info.write_text('{"a": {"file_name": "a.jsonl"}}')
    done = validate("data")
    assert done.return_value == 0
    assert "dataset_info.json" not in done.stdout
    info.write_text('{"a": {"file_name": "a.jsonl", "columns": {"prompt": "instruction"}}}')
    done = validate("data")
    assert done.return_value == 1
    assert "SF111" in done.stdout
    assert "a.columns.response" in done.stdout
    assert "holds one JSON object" not in done.stdout
    assert validate("data", "--ignore", "SF111").return_value == 0
    ignored = validate("data", "--per-file-ignores", "data/dataset_info.json:SF111")
    assert ignored.return_value == 0
    assert "no file matches" not in ignored.stdout


def test_a_dataset_info_that_was_as_bad_before_is_known() -> None:
    Path("data").mkdir()
    Path("data/a.jsonl").write_text(INSTRUCTION)
    info = Path("data/dataset_info.json")
    info.write_text('{"a": {"file_name": "a.jsonl", "columns": {"prompt": "instruction"}}}')
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "one")
    assert validate("data").return_value == 1
    assert validate("data", "--since", "HEAD").return_value == 0
    info.write_text('{"a": {"file_name": "a.jsonl", "columns": {"response": "output"}}}')
    assert validate("data", "--since", "HEAD").return_value == 1


def test_a_tokenizer_that_cannot_count_is_an_error() -> None:
    Path("a.jsonl").write_text(line())
    Path("tokenizer.json").write_text("{}")
    with pytest.raises(MistError) as caught:
        validate("a.jsonl", "--tokenizer", "tokenizer.json")
    assert caught.value.code is Code.WRONG_VALUE
    assert caught.value.where is not None
    assert caught.value.where.file == "tokenizer.json"
