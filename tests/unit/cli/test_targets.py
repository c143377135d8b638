"""Claims: targets are listed and shown, with their sources; a misspelt name says the nearest."""

import json

import pytest
from click.testing import CliRunner, Result

from mist_ci.adapters.targets import shipped_targets
from mist_ci.cli import cli
from mist_ci.errors import UsageError


def shown(*arguments: str) -> Result:
    told = CliRunner().invoke(cli, ["targets", *arguments], standalone_mode=False)
    if told.exception is not None:
        raise told.exception
    return told


def test_all_are_listed_with_their_dates() -> None:
    text = shown().stdout
    for target in shipped_targets():
        assert target.title in text
    assert "last day for jobs 2027-01-05" in text


def test_one_is_shown_with_sources_and_what_contradicts_them() -> None:
    text = shown("together").stdout
    assert "Where sources disagree" in text
    assert "MAX_FILE_SIZE_GB" in text


def test_json_is_the_file() -> None:
    one = json.loads(shown("trl", "--format", "json").stdout)
    assert (one["name"], one["turns"]["weights"]["value"]) == ("trl", "ignored")
    everything = json.loads(shown("--format", "json").stdout)
    assert [target["name"] for target in everything] == [target.name for target in shipped_targets()]


def test_a_misspelt_name_says_the_nearest() -> None:
    with pytest.raises(UsageError, match="no target is named 'mistrl'"):
        shown("mistrl")
