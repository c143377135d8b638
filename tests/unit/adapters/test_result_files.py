"""Claims: every file is read once and in a fixed order, too much is refused before it is read, writing is whole."""

import os
from pathlib import Path

import pytest

from mist_ci.adapters.result_files import ResultFilesOnDisk
from mist_ci.errors import Code, ConfigError, CouldNotRun

DISK = ResultFilesOnDisk()


def test_a_directory_is_all_its_files_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b.json", "a/z.json", "a/.hidden", ".cache/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    found = DISK.read([str(tmp_path), str(tmp_path / "b.json")])
    assert [file.data for file in found] == [b"a/z.json", b"b.json"]
    assert [file.stem for file in found] == ["z", "b"]


def test_a_results_directory_of_ours_is_its_attempts(tmp_path: Path) -> None:
    for name in ("attempts.jsonl", "eval-results.jsonl", "report.json"):
        (tmp_path / name).write_text(name)
    assert [file.data for file in DISK.read([str(tmp_path)])] == [b"attempts.jsonl"]


def test_a_hidden_directory_that_is_named_is_read(tmp_path: Path) -> None:
    (tmp_path / ".deepeval").mkdir()
    (tmp_path / ".deepeval" / "run.json").write_text("{}")
    assert len(DISK.read([str(tmp_path / ".deepeval")])) == 1


@pytest.mark.parametrize("name", ["nothing.json", "empty"])
def test_what_is_not_there_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError) as caught:
        DISK.read([str(tmp_path / name)])
    assert caught.value.code is Code.FILE_MISSING
    assert caught.value.where is not None
    assert caught.value.where.file == str(tmp_path / name)


def test_more_than_fits_is_refused_before_it_is_read(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"x" * 600)
    with pytest.raises(ConfigError) as caught:
        ResultFilesOnDisk(max_bytes=1000).read([str(tmp_path)])
    assert caught.value.message == "1,200 bytes in 2 files, and at most 1,000 are read at once"


def test_lines_are_written_whole_and_replace_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "new" / "records.jsonl"
    DISK.write(str(target), [b"a", b"b"])
    DISK.write(str(target), [b"c"])
    assert target.read_bytes() == b"c\n"
    assert [path.name for path in target.parent.iterdir()] == ["records.jsonl"]


def test_a_place_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CouldNotRun) as caught:
        DISK.write(str(tmp_path / "file" / "records.jsonl"), [b"a"])
    assert caught.value.code is Code.CANNOT_WRITE


def test_a_name_that_is_no_text_can_be_told(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.csv")
    Path(path).write_bytes(b"case_id,score\n")
    (file,) = DISK.read([path])
    assert file.path.endswith("bad\ufffd.csv")


def test_what_has_no_end_is_not_read() -> None:
    with pytest.raises(ConfigError, match="is no regular file"):
        DISK.read(["/dev/zero"])
