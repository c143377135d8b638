"""Claims: looking after stored answers never loses a good one that was to be kept, and never touches a run's file."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from mist_ci.adapters.output_cache import OutputCache
from mist_ci.errors import UsageError
from mist_ci.models.output_cache import Keep
from tests.fakes import TickingClock
from tests.unit.adapters.test_outputs import NOON, answer, fill, found, identity, opened, segments

WEEK = timedelta(days=7)
PINNED = "ft:gpt-4o-mini-2024-07-18:acme::abc123"


def cache(root: Path) -> OutputCache:
    return OutputCache(root, TickingClock(NOON))


def rest(root: Path) -> None:
    """Nobody has written here for a day."""
    for segment in segments(root):
        os.utime(segment, (0, 0))


def test_entries_are_counted_by_model_with_their_ages_and_what_would_be_found(tmp_path: Path) -> None:
    fill(tmp_path, range(3), NOON - timedelta(days=30))
    fill(tmp_path, range(2, 5), NOON - timedelta(days=1))
    store = opened(tmp_path)
    store.put(identity(0, PINNED), answer(written=NOON - timedelta(days=300)))
    survey = cache(tmp_path).survey(WEEK)
    assert (survey.entries, survey.repeated, survey.files, survey.flaws) == (7, 1, 3, [])
    alias, pinned = survey.models
    assert (alias.model, alias.is_pinned, alias.entries, alias.usable) == ("base", False, 6, 3)
    assert (pinned.model, pinned.is_pinned, pinned.entries, pinned.usable) == (PINNED, True, 1, 1)
    assert (alias.oldest, alias.newest) == (NOON - timedelta(days=30), NOON - timedelta(days=1))
    assert survey.size_bytes == sum(path.stat().st_size for path in segments(tmp_path))


def test_every_line_that_is_not_as_it_was_written_is_named_with_its_place(tmp_path: Path) -> None:
    segment = fill(tmp_path, range(4))
    lines = segment.read_bytes().split(b"\n")
    lines[0] = lines[0].replace(b"answer 0", b"answer 9")
    lines[1] = b"nonsense"
    segment.write_bytes(b"\n".join(lines[:3]) + b"\n" + lines[3][:-20])
    survey = cache(tmp_path).survey(WEEK)
    assert [(flaw.line, flaw.what) for flaw in survey.flaws] == [
        (1, "damaged"),
        (2, "not understood"),
        (4, "cut off"),
    ]
    assert survey.entries == 1


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        (Keep(), [0, 1, 2, 3, 4, 5]),
        (Keep(not_before=NOON - timedelta(days=7)), [3, 4, 5]),
        (Keep(without_models=("base",)), []),
        (Keep(without_models=("other",)), [0, 1, 2, 3, 4, 5]),
        (Keep(most_bytes=0), []),
    ],
)
def test_what_is_to_be_kept_is_kept_and_a_dry_run_changes_nothing(
    keep: Keep, left: list[int], tmp_path: Path
) -> None:
    fill(tmp_path, range(3), NOON - timedelta(days=30))
    fill(tmp_path, range(3, 6), NOON - timedelta(days=1))
    rest(tmp_path)
    before = {path: path.read_bytes() for path in segments(tmp_path)}
    dry = cache(tmp_path).prune(keep, dry_run=True)
    assert {path: path.read_bytes() for path in segments(tmp_path)} == before
    assert cache(tmp_path).prune(keep, dry_run=False) == dry
    assert dry.entries == 6 - len(left)
    assert sorted(found(tmp_path, range(6))) == left
    assert not list(tmp_path.glob("*.part"))


def test_for_the_size_the_oldest_go_first(tmp_path: Path) -> None:
    fill(tmp_path, range(4))
    rest(tmp_path)
    size = sum(path.stat().st_size for path in segments(tmp_path))
    cache(tmp_path).prune(Keep(most_bytes=size // 2), dry_run=False)
    assert sorted(found(tmp_path, range(4))) == [2, 3]


def test_pruning_takes_flaws_out_and_the_rest_is_whole(tmp_path: Path) -> None:
    segment = fill(tmp_path, range(3))
    segment.write_bytes(segment.read_bytes() + b'{"key":')
    rest(tmp_path)
    assert cache(tmp_path).prune(Keep(), dry_run=False).flaws == 1
    assert cache(tmp_path).survey(WEEK).flaws == []
    assert sorted(found(tmp_path, range(3))) == [0, 1, 2]


def test_the_file_of_a_run_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    segment = fill(tmp_path, range(3))
    pruned = cache(tmp_path).prune(Keep(most_bytes=0), dry_run=False)
    assert pruned.in_use == [segment.name]
    assert sorted(found(tmp_path, range(3))) == [0, 1, 2]


def test_which_answer_is_the_first_stays_so(tmp_path: Path) -> None:
    fill(tmp_path, range(2), NOON - timedelta(days=2), "first answer")
    fill(tmp_path, range(2), NOON - timedelta(days=1), "second answer")
    rest(tmp_path)
    cache(tmp_path).prune(Keep(not_before=NOON - timedelta(days=3)), dry_run=False)
    assert found(tmp_path, range(2)) == {0: "first answer 0", 1: "first answer 1"}


def test_a_directory_that_is_not_there_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        cache(tmp_path / "nowhere")
