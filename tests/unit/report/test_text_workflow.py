"""Claims: nothing that is printed becomes a command of the workflow runner."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.report.text import plain, workflow_safe
from tests.unit.report.runner_parser import commands

WORDS = ": :: # ## ##[ [ ] error set-output add-mask Warning %0A \\ x"
WHITE = "\r\n\t\x0b\x0c\x85\xa0\u2028\u3000\x1c\x00 "
INVISIBLE = "\u200b\u200d\u00ad\ufeff\u202e\ufe0f\U000e0041\u0301\ud800"
PIECES = [*WORDS.split(), *WHITE, *INVISIBLE, "\r\n", "\x1b[0m", "set-output name=a", "stop-commands"]

ATTACKS = {
    "at the start": "::error::gone",
    "with properties": "::error file=a.py,line=1::gone",
    "after white space": " \t\u3000::warning::gone",
    "on a later line": "fine\n::set-output name=passed::true",
    "after a carriage return": "fine\r::set-output name=passed::true",
    "old syntax": "##[error]gone",
    "old syntax in mid-line": "the model said ##[add-mask]a and more",
    "behind a longer run": "###[error]gone",
    "second of two": "##[ ##[error]gone",
    "parted by invisible characters": "#\u200d#\u00ad[error]gone",
    "colons parted": ":\u200b:error:\u200b:gone",
    "a stop token": "::stop-commands::abc\n::abc::",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_known_attack_is_a_command_before_and_text_after(attack: str) -> None:
    assert commands(attack) != []
    assert commands(workflow_safe(attack)) == []
    assert commands(plain(attack, 1000)) == []


@pytest.mark.slow
def test_two_hundred_thousand_hostile_strings_hold_no_command() -> None:
    chance = random.Random(20_240_229)
    live_before = 0
    for number in range(200_000):
        text = "".join(chance.choices(PIECES, k=chance.randint(1, 12)))
        if number % 20 == 0:
            live_before += bool(commands(text))
        safe = workflow_safe(text)
        assert commands(safe) == [], ascii(text)
    assert live_before > 100, "the alphabet is not hostile enough to prove anything"


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_making_text_safe_twice_changes_nothing_more(text: str) -> None:
    assert workflow_safe(workflow_safe(text)) == workflow_safe(text)


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES)).map("".join), st.integers(1, 20))
def test_a_cut_line_is_as_safe_as_a_whole_one(text: str, limit: int) -> None:
    line = plain(text, limit)
    assert commands(line) == []
    assert 1 <= len(line) <= limit
    assert len(line.splitlines()) == 1


def test_other_build_services_find_no_command_either() -> None:
    assert workflow_safe("##vso[task.setvariable variable=a]b") == r"##\vso[task.setvariable variable=a]b"
    assert workflow_safe("##teamcity[buildStatus]") == r"##\teamcity[buildStatus]"


@pytest.mark.parametrize("text", ["a.py::test_b", "std::vec", "# heading", "## [1] x", "a\n\tb", "100 %"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert workflow_safe(text) == text


def test_the_mark_is_a_backslash_that_a_reader_sees() -> None:
    assert workflow_safe("  ::error::x ##[group]y") == r"  \::error::x ##\[group]y"
