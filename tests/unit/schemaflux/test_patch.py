"""Claims: git applies the diff of a repair, and gets what the repair writes."""

import random
import subprocess
from pathlib import Path

import pytest

from mist_ci.ports.sources import BytesSource
from mist_ci.schemaflux import fixing
from mist_ci.schemaflux.example import chat, rows


def content_of(seed: int) -> bytes:
    """Rows of which some can be repaired; some end in CRLF, and the last one in nothing."""
    dice = random.Random(seed)
    lines = []
    for number in range(dice.randint(1, 40)):
        role = "User" if dice.random() < 0.15 else "user"
        end = b"\r\n" if dice.random() < 0.1 else b"\n"
        lines.append(rows(chat((role, str(number)), ("assistant", "x"))).strip() + end)
    content = b"".join(lines)
    return content.rstrip() if dice.random() < 0.5 else content


@pytest.mark.parametrize("seed", range(12))
def test_git_applies_it(tmp_path: Path, seed: int) -> None:
    content = content_of(seed)
    repair = fixing.Repair(BytesSource("train.jsonl", content))
    (tmp_path / "train.jsonl").write_bytes(content)
    diff = b"".join(fixing.patch("train.jsonl", repair.lines))
    if diff:
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, check=True)
    assert (tmp_path / "train.jsonl").read_bytes() == b"".join(one.new for one in repair.lines())


def test_a_file_that_becomes_another_one_is_replaced_as_a_whole(tmp_path: Path) -> None:
    old, new = [b"[\n", b"1]"], [b"1\n"]
    (tmp_path / "train.jsonl").write_bytes(b"".join(old))
    diff = b"".join(fixing.whole_patch("train.jsonl", lambda: old, lambda: new))
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, check=True)
    assert (tmp_path / "train.jsonl").read_bytes() == b"1\n"


@pytest.mark.parametrize("name", ['a "b".jsonl', "a\nb.jsonl", "a\\b.jsonl", "é ü.jsonl"])
def test_a_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    content = rows(chat(("User", "1"), ("assistant", "x")))
    (tmp_path / name).write_bytes(content)
    diff = b"".join(fixing.patch(name, fixing.Repair(BytesSource(name, content)).lines))
    assert diff.count(b"\n") == 5
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, check=True)
    assert (tmp_path / name).read_bytes() == content.replace(b"User", b"user")
