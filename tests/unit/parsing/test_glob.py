"""Claims: a star stays on its level, and nothing in a pattern is more than a wildcard."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.parsing.glob import matches, matches_any


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        ("main", "main", True),
        ("main", "maintenance", False),
        ("main", "not/main", False),
        ("release/*", "release/2.1", True),
        ("release/*", "release/2/1", False),
        ("release/*", "release/", True),
        ("release/**", "release/2/1", True),
        ("**/*.yml", "a.yml", True),
        ("**/*.yml", "a/b/c.yml", True),
        ("suites/*.yml", "suites/a.yml", True),
        ("suites/*.yml", "suites/deep/a.yml", False),
        ("suites/*.yml", "suites/a.yml\n", False),
        ("suites/*.yml", "suites/a.yml.bak", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("data/[ab].jsonl", "data/a.jsonl", False),
        ("data/[ab].jsonl", "data/[ab].jsonl", True),
        ("a.b", "axb", False),
        ("(a+)+$", "(a+)+$", True),
        ("**", "anything/at/all", True),
        ("*", "", True),
    ],
)
def test_a_pattern_matches_the_whole_name(pattern: str, text: str, wanted: bool) -> None:
    assert matches(pattern, text) is wanted


def test_one_of_several_is_enough_and_none_is_none() -> None:
    assert matches_any(("main", "release/*"), "release/1")
    assert not matches_any((), "main")


@given(st.text(max_size=30), st.text(max_size=30))
@settings(deadline=None)
def test_any_pattern_can_be_asked(pattern: str, text: str) -> None:
    assert matches(pattern, text) in (True, False)


@given(st.text(max_size=30).filter(lambda text: not set(text) & set("*?")))
@settings(deadline=None)
def test_without_wildcards_only_the_same_text_matches(text: str) -> None:
    assert matches(text, text)
    assert not matches(text, text + "x")
