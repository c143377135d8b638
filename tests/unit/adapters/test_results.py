"""Claims: a record is on disk when the call returns, whole, and checks out; a disk that refuses is one error."""

import json
import os
import subprocess
import zlib
from pathlib import Path

import msgspec
import pytest

from mist_ci.adapters.results import ResultDirectories, ResultDirectory
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.message import Envelope, EvalResult, payload_bytes
from tests.fakes import TickingClock


@pytest.fixture
def directory(tmp_path: Path) -> ResultDirectory:
    return ResultDirectories(tmp_path / "results", TickingClock()).create("run-1")


def attempt(output: str = "4") -> Attempt:
    return Attempt(
        side=Side.HEAD,
        suite="qa",
        suite_digest="d",
        sample="a",
        key="k",
        attempt=0,
        status=AttemptStatus.SCORED,
        score=1.0,
        scores={"exact": 1.0},
        output=output,
        provider="prod",
        model="m",
        start_ns=1,
        end_ns=2,
    )


def result(task: str) -> EvalResult:
    return EvalResult(
        suite="qa", task=task, passed=True, score=1.0, baseline_score=0.5, delta=0.5, duration_ms=1.5
    )


def lines(directory: ResultDirectory, name: str) -> list[bytes]:
    return (Path(directory.location) / name).read_bytes().splitlines()


def test_a_run_has_a_directory_of_its_own_below_the_one_that_was_named(
    directory: ResultDirectory, tmp_path: Path
) -> None:
    assert directory.location == str(tmp_path / "results" / "run-1")
    assert list((tmp_path / "results" / "run-1").iterdir()) == []


def test_a_run_never_writes_into_the_directory_of_another_one(
    directory: ResultDirectory, tmp_path: Path
) -> None:
    del directory
    with pytest.raises(CouldNotRun) as caught:
        ResultDirectories(tmp_path / "results", TickingClock()).create("run-1")
    assert caught.value.code is Code.CANNOT_WRITE
    assert "--results-dir" in str(caught.value.hint)


def test_a_new_place_for_results_is_hidden_from_git(directory: ResultDirectory, tmp_path: Path) -> None:
    del directory
    assert (tmp_path / "results" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    seen = subprocess.run(
        ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        check=True,
    )
    assert seen.stdout == b""


def test_a_directory_that_was_there_before_keeps_its_own_rules(tmp_path: Path) -> None:
    ResultDirectories(tmp_path, TickingClock()).create("run-1")
    assert not (tmp_path / ".gitignore").exists()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / ".gitignore").write_text("mine")
    ResultDirectories(tmp_path / "results", TickingClock()).create("run-1")
    assert (tmp_path / "results" / ".gitignore").read_text() == "mine"


def test_a_place_that_cannot_hold_results_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CouldNotRun) as caught:
        ResultDirectories(tmp_path / "file", TickingClock()).create("run-1")
    assert caught.value.code is Code.CANNOT_WRITE


def test_every_attempt_is_on_disk_as_soon_as_it_is_recorded(directory: ResultDirectory) -> None:
    for number, output in enumerate(("4", "a\nb\u2028c\r", "😀")):
        directory.record(attempt(output))
        written = (Path(directory.location) / "attempts.jsonl").read_bytes()
        assert written.count(b"\n") == number + 1
        assert msgspec.json.decode(written.splitlines()[-1], type=Attempt).output == output
    directory.close()


def test_messages_travel_in_envelopes_that_check_out(directory: ResultDirectory) -> None:
    for task in ("a", "é\n", ""):
        directory.message("eval.result", result(task))
    directory.close()
    written = lines(directory, "eval-results.jsonl")
    envelopes = [Envelope.model_validate_json(line) for line in written]
    assert [envelope.payload["task"] for envelope in envelopes] == ["a", "é\n", ""]
    assert [envelope.checksum for envelope in envelopes] == [
        zlib.crc32(payload_bytes(line)) for line in written
    ]
    assert len({envelope.id for envelope in envelopes}) == 3


def test_a_whole_file_is_there_or_not_and_never_half(directory: ResultDirectory) -> None:
    directory.save("comment.md", "first")
    directory.save("comment.md", "half a pair: \ud800, and é")
    assert sorted(path.name for path in Path(directory.location).iterdir()) == ["comment.md"]
    assert (Path(directory.location) / "comment.md").read_text(encoding="utf-8") == "half a pair: ?, and é"


def test_a_report_that_is_saved_after_closing_is_saved(directory: ResultDirectory) -> None:
    directory.record(attempt())
    directory.close()
    directory.record(attempt())
    directory.close()
    assert len(lines(directory, "attempts.jsonl")) == 2


def test_a_directory_that_disappears_is_one_error(directory: ResultDirectory) -> None:
    Path(directory.location).rmdir()
    with pytest.raises(CouldNotRun) as recording:
        directory.record(attempt())
    with pytest.raises(CouldNotRun) as saving:
        directory.save("status.json", "{}")
    assert recording.value.code is saving.value.code is Code.CANNOT_WRITE


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is always full")  # noqa: PTH110
def test_a_full_disk_is_one_error(directory: ResultDirectory) -> None:
    (Path(directory.location) / "attempts.jsonl").symlink_to("/dev/full")
    with pytest.raises(CouldNotRun) as caught:
        directory.record(attempt())
    assert "no space left" in caught.value.message.lower()
    directory.close()


def test_a_record_that_the_disk_takes_in_pieces_is_written_to_the_end(
    directory: ResultDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, data: whole(file, bytes(data)[:7]))
    directory.record(attempt("x" * 50))
    directory.record(attempt("y" * 50))
    directory.close()
    assert [json.loads(line)["output"][0] for line in lines(directory, "attempts.jsonl")] == ["x", "y"]


def test_a_link_in_the_place_of_the_results_is_refused(tmp_path: Path) -> None:
    """A checkout of head may hold one."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "results").symlink_to(elsewhere)
    stores = ResultDirectories(tmp_path / "results", TickingClock())
    for write in (lambda: stores.create("run"), lambda: stores.save("junit.xml", "text")):
        with pytest.raises(CouldNotRun) as raised:
            write()
        assert raised.value.code is Code.CANNOT_WRITE
    assert list(elsewhere.iterdir()) == []


def test_no_file_is_written_through_a_link(tmp_path: Path) -> None:
    results, target = tmp_path / "results", tmp_path / "target"
    results.mkdir()
    target.write_text("precious")
    for name in (".junit.xml.part", "junit.xml"):
        (results / name).symlink_to(target)
    path = ResultDirectories(results, TickingClock()).save("junit.xml", "text")
    assert target.read_text() == "precious"
    assert Path(path).read_text() == "text"
    assert not Path(path).is_symlink()
