"""Claims: line 1 says whose comment it is, and nothing else in the text can."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters.github import marker
from tests.contract.github.hosting import GATE, body, order

HEAD = "c" * 40
LINE = f"<!-- mist-ci gate=release run=r1 head={HEAD} pr=12 order=81.2 -->"


def test_what_was_stamped_can_be_read() -> None:
    stamped, text = marker.stamp(body(), GATE, 12, order(81, 2))
    assert text.splitlines()[0] == LINE
    assert text.splitlines()[1:] == body().splitlines()[1:]
    assert marker.read(text) == stamped
    assert marker.read(text.replace("\n", "\r\n")) == stamped


@pytest.mark.parametrize(
    "line",
    [
        "",
        "passed",
        f" {LINE}",
        f"{LINE} ",
        f"> {LINE}",
        LINE.replace("order=81.2", ""),
        LINE.replace("order=81.2", "order=81"),
        LINE.replace("order=81.2", "order=81.0"),
        LINE.replace("order=81.2", "order=-1.2"),
        LINE.replace("order=81.2", f"order={'9' * 30}.1"),
        LINE.replace("order=81.2", "order=\N{FULLWIDTH DIGIT EIGHT}1.2"),
        LINE.replace("order=81.2", "order=81.2 order=99.1"),
        LINE.replace("pr=12", "pr=twelve"),
        LINE.replace("gate=release", "gate=re<lease"),
        LINE.replace("run=r1", "run=r1 author=me"),
        LINE.removesuffix("-->"),
    ],
)
def test_anything_else_on_line_1_is_no_marker(line: str) -> None:
    assert marker.read(f"{line}\n{LINE}\n") is None


@given(st.text())
def test_reading_never_raises(text: str) -> None:
    assert marker.read(text) is None
    marker.read(f"<!-- mist-ci {text} -->")


@pytest.mark.parametrize("text", ["passed", body(gate="other"), f"{LINE}\nalready stamped", f"\n{body()}"])
def test_only_the_reports_own_first_line_is_stamped(text: str) -> None:
    with pytest.raises(ValueError, match="must begin with the marker of gate release"):
        marker.stamp(text, GATE, 12, order(1))


def test_equal_means_the_same_words_about_the_same_commit() -> None:
    def sent(text: str, run: int, head: str = HEAD) -> str:
        return marker.stamp(body(text, run=f"r{run}", head=head), GATE, 12, order(run))[1]

    assert marker.says_the_same(sent("passed", 1), sent("passed", 2))
    assert marker.says_the_same(sent("passed", 1).replace("\n", "\r\n").rstrip(), sent("passed", 2))
    assert not marker.says_the_same(sent("passed", 1), sent("failed", 2))
    assert not marker.says_the_same(sent("passed", 1), sent("passed", 2, "d" * 40))
    assert not marker.says_the_same("passed", "passed")


def test_the_later_run_is_newer_and_of_one_run_the_later_attempt() -> None:
    in_order = [order(9), order(9, 2), order(10), order(100), order(100, 10)]
    for index, older in enumerate(in_order):
        assert not older.is_newer_than(older)
        for newer in in_order[index + 1 :]:
            assert newer.is_newer_than(older)
            assert not older.is_newer_than(newer)
