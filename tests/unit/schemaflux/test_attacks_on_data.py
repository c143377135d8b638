"""Data of a hostile head: nothing hides a finding, nothing goes on for ever, and what is private stays so."""

from pathlib import Path

import pytest

from mist_ci.adapters.sources import Opener, open_paths
from mist_ci.adapters.targets import load_targets
from mist_ci.models.finding import DataReport
from mist_ci.schemaflux.example import GOOD, chat, rows
from tests.unit.schemaflux.checking import check

ALPACA = b"".join(
    rows({"instruction": f"Add {one} to it.", "input": f"It is {one}", "output": f"That is {2 * one}"})
    for one in range(10)
)


TOKEN = "sk-proj-" + "aQ7xR2mW9pL4vT8kZ3nB" + "T3BlbkFJ" + "yH5cJ1sD6gF0uE2wX9oP"


def talk(count: int) -> bytes:
    return b"".join(
        rows(chat(("user", f"Question {one}?"), ("assistant", f"Answer {one}."))) for one in range(count)
    )


def new(report: DataReport, code: str) -> int:
    return sum(one.count for one in report.all_counts if one.code == code and not one.known)


def test_rows_that_become_wrong_because_others_come_before_them_are_new() -> None:
    report = check(talk(20) + ALPACA, known={"train.jsonl": ALPACA})
    assert new(report, "SF103") == 10


def test_rows_that_move_into_a_file_of_another_format_are_new() -> None:
    report = check({"b.jsonl": talk(20) + ALPACA}, known={"a.jsonl": ALPACA, "b.jsonl": talk(20)})
    assert new(report, "SF103") == 10
    assert report.rows_new == 10


def test_rows_that_move_into_a_file_of_the_same_format_stay_known() -> None:
    report = check({"b.jsonl": talk(20)}, known={"a.jsonl": talk(20)})
    assert report.rows_new == 0


def test_a_file_of_the_size_that_it_had_is_not_the_same_file() -> None:
    target = load_targets(["azure"])
    before = talk(10)
    lost = talk(9)
    after = lost[:-4] + b" " * (len(before) - len(lost)) + lost[-4:]
    assert len(after) == len(before)
    first = check(talk(9), targets=target)
    assert new(first, "SF012") == 1
    assert new(check(after, known={"train.jsonl": before}, targets=target), "SF012") == 1
    assert new(check(before, known={"train.jsonl": before}, targets=target), "SF012") == 0


def said(report: DataReport) -> str:
    return report.model_dump_json()


def shows_nothing_of(secret: str, report: DataReport) -> None:
    assert report.findings
    for start in range(8, len(secret) - 7):
        assert secret[start : start + 8] not in said(report)


def test_a_frame_that_begins_inside_of_a_secret_shows_nothing_of_it() -> None:
    shown = check(
        rows(
            {
                "messages": [
                    {"role": "user", "name": TOKEN, "content": 5},
                    {"role": "assistant", "content": "b"},
                ]
            }
        )
    )
    assert new(shown, "SF105") == 1
    shows_nothing_of(TOKEN, shown)


def test_words_of_a_near_duplicate_do_not_show_an_address_of_somebody() -> None:
    asked = (
        "How do I get the stains of red wine out of the white tablecloth that my grandmother gave us in June?"
    )
    told = "Put salt on the stain while it is wet, rinse it with cold water, and soak the cloth over night in milk. Ask"
    mail = "zebulon.quartermaine@fjordlandia.no"
    files = b"".join(rows(chat(("user", asked), ("assistant", f"{told} {who}"))) for who in ("nobody", mail))
    report = check(files)
    assert new(report, "SF803") == 1
    assert not any(word in said(report) for word in ("quartermaine", "fjordlandia"))


@pytest.mark.slow
def test_a_row_of_addresses_with_many_problems_is_looked_through_once() -> None:
    addresses = " ".join(f"zebulon{one}@fjordlandia{one}.no" for one in range(5_000))
    bad = ",".join(f'{{"role":"r{one}"}}' for one in range(200))
    report = check(f'{{"messages":[{{"role":"user","content":"{addresses}"}},{bad}]}}\n'.encode())
    assert new(report, "SF104") == 200


@pytest.mark.slow
def test_a_row_of_many_unknown_keys_ends() -> None:
    check(GOOD[:-2] + "".join(f',"k{one}":1' for one in range(100_000)).encode() + b"}\n")


def test_a_long_first_row_does_not_make_settings_of_a_file(tmp_path: Path) -> None:
    long = rows(chat(("user", "Why? " * 20_000), ("assistant", "Because.")))
    (tmp_path / "train.json").write_bytes(long + talk(3))
    (tmp_path / "settings.json").write_bytes(b'{"a": "' + b"b" * 200_000 + b'"}\n')
    with Opener() as opener:
        assert [Path(one.path).name for one in open_paths(opener, [tmp_path])] == ["train.json"]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_what_cannot_be_read_shows_no_key(name: str) -> None:
    report = check({name: f'text,"{TOKEN}","{TOKEN}"\n'.encode()})
    shows_nothing_of(TOKEN, report)
    shows_nothing_of(TOKEN, check({name: f'{{"{TOKEN}":1,"{TOKEN}":2}}\n'.encode()}))


def test_a_row_that_is_wrong_before_it_is_deep_is_a_finding() -> None:
    for end in (b"", b"]" * 100_000 + b"}"):
        report = check(talk(3) + b'{"a":1,"a":2,"b":' + b"[" * 100_000 + end + b"\n" + talk(1))
        assert report.rows == 5
        assert [one.code for one in report.findings][:1] == ["SF002"]
