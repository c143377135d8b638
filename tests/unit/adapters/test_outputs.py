"""Claims: what was stored whole comes back; anything else is left out, counted, and never an error or an answer."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mist_ci.adapters.output_cache import OutputCache
from mist_ci.adapters.outputs import OutputDirectory
from mist_ci.adapters.packing import MAX_ENTRY_BYTES, MAX_PACKED_BYTES, packed
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.output import RequestIdentity, StoredAnswer
from mist_ci.models.output_cache import Keep
from mist_ci.models.suite import ChatMessage, ToolCall
from tests.fakes import TickingClock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WHERE = Provider(type="openai", base_url="http://127.0.0.1:1/v1")


def identity(number: int = 0, model: str = "base") -> RequestIdentity:
    reference = ModelReference(
        version=1, provider="prod", model=model, parameters=Parameters(temperature=0, stop=("a", "b"))
    )
    return RequestIdentity.of(WHERE, reference, (ChatMessage(role="user", content=f"Question {number}?"),), 0)


def answer(text: str = "4", written: datetime = NOON) -> StoredAnswer:
    return StoredAnswer(
        text=text,
        finish_reason="stop",
        tokens_in=10,
        tokens_out=2,
        fingerprint="fp",
        refusal=False,
        written=written,
        run="run-1",
    )


def opened(
    root: Path, *, may_write: bool = True, at: datetime = NOON, limit_bytes: int = 2**20
) -> OutputDirectory:
    return OutputDirectory(root, TickingClock(at), may_write=may_write, limit_bytes=limit_bytes)


def fill(root: Path, numbers: range, at: datetime = NOON, text: str = "answer") -> Path:
    """A segment with an answer to each of these questions."""
    before = set(segments(root))
    store = opened(root, at=at)
    for number in numbers:
        store.put(identity(number), answer(f"{text} {number}", at))
    assert store.take_notices() == ()
    (segment,) = set(segments(root)) - before
    return segment


def segments(root: Path) -> list[Path]:
    return sorted(root.glob("answers-*.jsonl"))


def found(root: Path, numbers: range) -> dict[int, str]:
    """What a later run finds. None of it may be the answer to another question."""
    store = opened(root, may_write=False, limit_bytes=2**28)
    answers = {number: got.text for number in numbers if (got := store.get(identity(number))) is not None}
    assert all(text.split()[-1] == str(number) for number, text in answers.items())
    return answers


def test_a_later_run_reads_exactly_what_was_written(tmp_path: Path) -> None:
    whole = answer('Ünïcode, "quotes", \n line feeds, \u2028 and \0')
    opened(tmp_path / "a" / "store").put(identity(), whole)
    assert opened(tmp_path / "a" / "store").get(identity()) == whole


def test_a_run_does_not_find_what_it_wrote_itself(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.put(identity(), answer())
    assert store.get(identity()) is None
    assert opened(tmp_path).get(identity()) is not None


def test_a_directory_that_is_not_there_is_an_empty_store(tmp_path: Path) -> None:
    store = opened(tmp_path / "none", may_write=False)
    assert store.get(identity()) is None
    assert store.take_notices() == ()
    assert not (tmp_path / "none").exists()


def test_who_may_not_write_leaves_no_trace(tmp_path: Path) -> None:
    fill(tmp_path / "store", range(3))
    before = {path: path.read_bytes() for path in (tmp_path / "store").iterdir()}
    store = opened(tmp_path / "store", may_write=False, limit_bytes=10)
    store.put(identity(9), answer())
    assert {path: path.read_bytes() for path in (tmp_path / "store").iterdir()} == before


def test_stored_answers_are_hidden_from_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    fill(tmp_path / "store", range(1))
    told = subprocess.run(
        ["git", "-C", str(tmp_path), "status", "--porcelain"], capture_output=True, text=True, check=True
    )
    assert told.stdout == ""


def test_what_was_asked_is_nowhere_in_the_files(tmp_path: Path) -> None:
    assert b"Question" not in fill(tmp_path, range(3)).read_bytes()


def test_the_first_answer_counts(tmp_path: Path) -> None:
    """Or whoever asks once more, and saves that, would choose."""
    fill(tmp_path, range(2), NOON, "first")
    fill(tmp_path, range(1), NOON + timedelta(days=1), "later")
    store = opened(tmp_path, at=NOON + timedelta(days=1))
    assert [store.get(identity(number)) for number in (0, 1, 0)] == [
        answer("first 0"),
        answer("first 1"),
        answer("first 0"),
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_runs_at_once_the_answer_that_was_given_first_counts(
    order: tuple[int, int], tmp_path: Path
) -> None:
    """Whichever began, ended or sorts first."""
    texts = ("early", "late")
    stores = [opened(tmp_path, at=NOON + timedelta(hours=hours)) for hours in (0, 1)]
    for number in order:
        when = NOON + timedelta(hours=2, minutes=number)
        stores[1 - number].put(identity(), answer(texts[number], when))
    assert opened(tmp_path, at=NOON + timedelta(hours=3)).get(identity()) == answer(
        "early", NOON + timedelta(hours=2)
    )


def test_a_run_that_is_cancelled_and_started_again_keeps_what_it_was_told_first(tmp_path: Path) -> None:
    cancelled = opened(tmp_path)
    for number in range(3):
        cancelled.put(identity(number), answer(f"unlucky {number}"))
    again = opened(tmp_path, at=NOON + timedelta(hours=1))
    for number in range(6):
        if again.get(identity(number)) is None:
            again.put(identity(number), answer(f"rest {number}", NOON + timedelta(hours=1)))
    told = found(tmp_path, range(6))
    assert [told[number].split()[0] for number in range(6)] == ["unlucky"] * 3 + ["rest"] * 3


def test_two_caches_unpacked_over_each_other_give_the_first_answers_of_both(tmp_path: Path) -> None:
    """As a job does: the newest cache of all, and over it the newest of its pull request."""
    fill(tmp_path / "own", range(3), NOON, "first")
    shutil.copytree(tmp_path / "own", tmp_path / "all")
    fill(tmp_path / "own", range(3, 5), NOON + timedelta(hours=2), "mine")
    fill(tmp_path / "all", range(6), NOON + timedelta(hours=1), "other")
    shutil.copytree(tmp_path / "all", tmp_path / "both")
    shutil.copytree(tmp_path / "own", tmp_path / "both", dirs_exist_ok=True)
    told = opened(tmp_path / "both", at=NOON + timedelta(hours=3))
    texts = [got.text for number in range(6) if (got := told.get(identity(number))) is not None]
    assert texts == ["first 0", "first 1", "first 2", "other 3", "other 4", "other 5"]
    assert told.take_notices() == ()


def test_when_the_first_is_damaged_or_expired_the_next_one_counts(tmp_path: Path) -> None:
    segment = fill(tmp_path, range(2), NOON, "answer")
    segment.write_bytes(flip(segment.read_bytes()))
    fill(tmp_path, range(2), NOON + timedelta(days=1), "second")
    fill(tmp_path, range(2), NOON + timedelta(days=2), "third")
    store = opened(tmp_path, at=NOON + timedelta(days=3))
    texts = [
        got.text for number in range(2) if (got := store.get(identity(number), NOON + timedelta(hours=1)))
    ]
    assert texts == ["second 0", "second 1"]
    assert "1 damaged, 1 expired" in store.take_notices()[0]


def test_a_renewed_answer_takes_the_place_of_what_the_model_said_before(tmp_path: Path) -> None:
    for day, (text, renewed) in enumerate([("a", False), ("b", True), ("c", True), ("d", False)]):
        when = NOON + timedelta(days=day)
        one = replace(answer(text, when), renewed=renewed)
        opened(tmp_path, at=when).put(identity(), one)
    got = opened(tmp_path, at=NOON + timedelta(days=5)).get(identity())
    assert got is not None
    assert got.text == "c"


def test_what_is_too_old_is_counted_and_not_used(tmp_path: Path) -> None:
    fill(tmp_path, range(3))
    store = opened(tmp_path)
    assert [store.get(identity(number), NOON + timedelta(seconds=1)) for number in range(3)] == [None] * 3
    assert store.get(identity(0), NOON + timedelta(seconds=1)) is None
    assert store.take_notices() == (f"stored answers in {tmp_path} that were not used: 3 expired",)
    assert store.take_notices() == ()


def test_what_comes_from_the_future_is_not_used(tmp_path: Path) -> None:
    fill(tmp_path, range(1), NOON + timedelta(days=30))
    store = opened(tmp_path)
    assert store.get(identity(0)) is None
    assert "1 from the future" in store.take_notices()[0]


def cut(data: bytes) -> bytes:
    return data[:-40]


def flip(data: bytes) -> bytes:
    return data.replace(b"answer 1", b"answer 7")


def swap_keys(data: bytes) -> bytes:
    first, second, *rest = data.splitlines(keepends=True)
    head = len('{"key":"') + 64
    return b"".join([second[:head] + first[head:], first[:head] + second[head:], *rest])


def foreign(data: bytes) -> bytes:
    return b'{"id": 7}\nnot even JSON\n\n' + b"[" * 5000 + b"\n" + data


def of_another_version(data: bytes) -> bytes:
    return remade(data, lambda entry: entry.update(version=2))


def with_another_field(data: bytes) -> bytes:
    return remade(data, lambda entry: entry.update(score=1.0))


def of_another_model(data: bytes) -> bytes:
    return remade(data, lambda entry: entry["identity"].update(model="better"))


def without_text(data: bytes) -> bytes:
    return remade(data, lambda entry: entry["answer"].update(text=None))


def as_older_versions_wrote(data: bytes) -> bytes:
    return remade(data, lambda entry: entry["identity"]["parameters"].update(top_p=None, seed=None))


def remade(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The second line with a changed entry, and a checksum that fits."""
    import hashlib

    lines = data.splitlines()
    line = json.loads(lines[1])
    change(line["entry"])
    body = json.dumps(line["entry"], separators=(",", ":")).encode()
    head = f'{{"key":"{line["key"]}","sha256":"{hashlib.sha256(body).hexdigest()}","entry":'
    lines[1] = head.encode() + body + b"}"
    return b"\n".join(lines) + b"\n"


@pytest.mark.parametrize(
    ("damage", "left", "told"),
    [
        (cut, {0, 1, 2}, "1 cut off"),
        (flip, {0, 2, 3}, "1 damaged"),
        (swap_keys, {2, 3}, "2 of another request"),
        (foreign, {0, 1, 2, 3}, "4 not understood"),
        (of_another_version, {0, 2, 3}, "1 not understood"),
        (with_another_field, {0, 2, 3}, "1 not understood"),
        (of_another_model, {0, 2, 3}, "1 of another request"),
        (without_text, {0, 2, 3}, "1 not understood"),
    ],
)
def test_what_is_not_as_it_was_written_is_left_out_and_counted(
    damage: Callable[[bytes], bytes], left: set[int], told: str, tmp_path: Path
) -> None:
    segment = fill(tmp_path, range(4))
    segment.write_bytes(damage(segment.read_bytes()))
    store = opened(tmp_path)
    assert {number for number in range(4) if store.get(identity(number)) is not None} == left
    assert store.take_notices() == (f"stored answers in {tmp_path} that were not used: {told}",)


def test_what_older_versions_wrote_is_still_used(tmp_path: Path) -> None:
    segment = fill(tmp_path, range(2))
    segment.write_bytes(as_older_versions_wrote(segment.read_bytes()))
    assert set(found(tmp_path, range(2))) == {0, 1}


def test_calls_costs_and_probabilities_come_back(tmp_path: Path) -> None:
    whole = replace(
        answer(),
        tool_calls=(ToolCall(id="1", name="weather", arguments='{"city": "Líma"'),),
        cost_usd=Decimal("0.000000123"),
        first_logprobs={"Yes": -0.25},
    )
    opened(tmp_path).put(identity(), whole)
    assert opened(tmp_path).get(identity()) == whole


@pytest.mark.slow
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_makes_a_wrong_answer(tmp_path: Path, data: st.DataObject) -> None:
    for path in segments(tmp_path):
        path.unlink()
    segment = fill(tmp_path, range(4))
    written = bytearray(segment.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(written) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                written[at] = data.draw(st.integers(0, 255))
            case 1:
                del written[at : at + data.draw(st.integers(1, 600))]
            case _:
                written[at:at] = data.draw(st.binary(max_size=40))
        written = written or bytearray(b"\n")
    segment.write_bytes(bytes(written))
    for number, text in found(tmp_path, range(4)).items():
        assert text == f"answer {number}"


def test_a_file_that_shrinks_while_a_run_reads_is_no_answer_and_one_that_vanishes_is_read_on(
    tmp_path: Path,
) -> None:
    segment = fill(tmp_path, range(4))
    store = opened(tmp_path)
    assert store.get(identity(0)) is not None
    segment.write_bytes(segment.read_bytes()[:-10])
    assert store.get(identity(3)) is None
    segment.unlink()
    assert store.get(identity(1)) is not None
    assert opened(tmp_path).get(identity(1)) is None
    assert "1 gone" in store.take_notices()[0]


def test_only_files_of_our_own_naming_are_read_or_deleted(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    segment = fill(elsewhere, range(2))
    root = tmp_path / "store"
    root.mkdir()
    (root / segment.name).symlink_to(segment)
    os.mkfifo(root / segment.name.replace("answers-2026", "answers-2025"))
    (root / "notes.jsonl").write_bytes(segment.read_bytes())
    store = opened(root, at=NOON + timedelta(days=1), limit_bytes=2000)
    assert store.get(identity(0)) is None
    for number in range(20):
        store.put(identity(number), answer())
    assert {"notes.jsonl", segment.name} <= {path.name for path in root.iterdir()}
    assert segment.exists()
    assert store.take_notices() == ()


def test_the_oldest_answers_go_when_the_store_is_full(tmp_path: Path) -> None:
    limit = 40_000
    for day in range(12):
        store = opened(tmp_path, at=NOON + timedelta(days=day), limit_bytes=limit)
        for number in range(day * 20, day * 20 + 20):
            store.put(identity(number), answer(f"answer {number}"))
        assert sum(path.stat().st_size for path in segments(tmp_path)) <= limit + 1000
    left = found(tmp_path, range(240))
    assert 0 < len(left) < 240
    assert sorted(left) == list(range(240 - len(left), 240))


def test_a_very_long_answer_is_stored_in_few_bytes_and_looked_after_like_any_other(tmp_path: Path) -> None:
    text = "a word and another " * 400_000
    store = opened(tmp_path, limit_bytes=2**28)
    store.put(identity(1), answer("short"))
    store.put(identity(2), answer(text))
    (segment,) = segments(tmp_path)
    assert len(text) > 7 * MAX_ENTRY_BYTES
    assert segment.stat().st_size < MAX_ENTRY_BYTES
    later = opened(tmp_path, limit_bytes=2**28)
    assert later.get(identity(2)) == answer(text)
    assert later.get(identity(1)) == answer("short")
    assert later.take_notices() == ()
    cache = OutputCache(tmp_path, TickingClock(NOON))
    survey = cache.survey(timedelta(days=7))
    assert (survey.entries, survey.flaws, survey.models[0].usable) == (2, [], 2)
    os.utime(segment, (0, 0))
    pruned = cache.prune(Keep(most_bytes=segment.stat().st_size - 1), dry_run=False)
    assert pruned.entries == 1
    assert opened(tmp_path, limit_bytes=2**28).get(identity(2)) == answer(text), "the newer of the two"


def test_what_claims_to_be_packed_and_is_not_is_left_out(tmp_path: Path) -> None:
    bomb = packed(b" " * (MAX_PACKED_BYTES + 1))
    for number, body in enumerate((b'"no base64"', packed(b"{}")[:-9] + b'"', packed(b"{}"), bomb)):
        key, checksum = identity(number).key, hashlib.sha256(body).hexdigest()
        line = f'{{"key":"{key}","sha256":"{checksum}","packed":'.encode() + body + b"}\n"
        with (tmp_path / "answers-20261119T120000000000Z-00000000.jsonl").open("ab") as segment:
            segment.write(line)
    store = opened(tmp_path)
    assert [store.get(identity(number)) for number in range(4)] == [None] * 4
    assert "not used: 4 not understood" in store.take_notices()[0]


def test_an_answer_of_enormous_length_is_not_stored_and_that_is_told(tmp_path: Path) -> None:
    store = opened(tmp_path, limit_bytes=2**30)
    store.put(identity(1), answer("x" * (MAX_PACKED_BYTES + 1)))
    assert segments(tmp_path) == []
    assert store.take_notices() == (f"too long to be stored in {tmp_path}, and asked again next time: 1",)


def test_a_file_larger_than_a_whole_store_is_not_read(tmp_path: Path) -> None:
    fill(tmp_path, range(50))
    store = opened(tmp_path, limit_bytes=1000)
    assert store.get(identity(0)) is None
    assert "1 in unreadable files" in store.take_notices()[0]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_where_nothing_can_be_stored_is_one_notice(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = opened(tmp_path / place)
    for number in range(3):
        assert store.get(identity(number)) is None
        store.put(identity(number), answer())
    (notice,) = store.take_notices()
    assert notice.startswith(("stored answers in", "answers could not be stored in"))


def test_a_segment_that_somebody_deletes_ends_the_storing_with_a_notice(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.put(identity(0), answer())
    (segment,) = segments(tmp_path)
    segment.unlink()
    for number in range(1, 4):
        store.put(identity(number), answer())
    (notice,) = store.take_notices()
    assert notice == f"answers could not be stored in {tmp_path}: No such file or directory"
    assert segments(tmp_path) == []


WRITER = """
import sys
from pathlib import Path
from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.outputs import OutputDirectory
from tests.unit.adapters.test_outputs import answer, identity

store = OutputDirectory(Path(sys.argv[1]), SystemClock(), may_write=True)
first, last = int(sys.argv[2]), int(sys.argv[3])
for number in range(first, last):
    store.put(identity(number), answer(f"{'long ' * 500}answer {number}"))
    if number == first:
        print("writing", flush=True)
assert store.take_notices() == (), store.take_notices()
"""


def writer(root: Path, first: int, last: int) -> "subprocess.Popen[bytes]":
    arguments = [sys.executable, "-c", WRITER, str(root), str(first), str(last)]
    return subprocess.Popen(arguments, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE)


@pytest.mark.slow
def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [writer(tmp_path / "store", 200 * number, 200 * number + 200) for number in range(3)]
    for one in writers:
        one.communicate(timeout=60)
    assert [one.returncode for one in writers] == [0, 0, 0]
    assert len(segments(tmp_path / "store")) == 3
    assert len(found(tmp_path / "store", range(600))) == 600


@pytest.mark.slow
def test_a_killed_writer_leaves_whole_answers(tmp_path: Path) -> None:
    killed = writer(tmp_path / "store", 0, 10**6)
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"writing\n"
    time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    left = found(tmp_path / "store", range(5000))
    assert left
    assert sorted(left) == list(range(len(left)))
