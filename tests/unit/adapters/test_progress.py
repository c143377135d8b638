"""Claims: a waiting person learns what goes on, a log stays short, and quiet is quiet."""

import io

import pytest

from mist_ci.adapters import progress
from mist_ci.adapters.progress import BarProgress, LineProgress, SilentProgress
from mist_ci.ports.progress import Progress


def work(shown: Progress, steps: int = 3) -> None:
    shown.start("asking", steps)
    for _ in range(steps):
        shown.advance()
    shown.finish()


def test_a_log_says_what_begins_and_how_long_it_took() -> None:
    stream = io.StringIO()
    work(LineProgress(stream))
    first, last = stream.getvalue().splitlines()
    assert first == "asking …"
    assert last.startswith("asking: 3 of 3 in ")


def test_a_log_gets_a_line_now_and_then_and_not_per_step(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    work(LineProgress(stream), steps=10_000)
    assert len(stream.getvalue().splitlines()) == 2
    monkeypatch.setattr(progress, "FIRST_LINE_S", 0)
    work(LineProgress(stream))
    assert "asking: 1 of 3, " in stream.getvalue()


def test_a_run_that_broke_off_says_how_far_it_came() -> None:
    stream = io.StringIO()
    shown = LineProgress(stream)
    shown.start("asking", 10)
    shown.advance(4)
    shown.finish()
    assert "asking: 4 of 10 in" in stream.getvalue()


def test_finishing_twice_or_before_the_start_says_nothing() -> None:
    for shown in (LineProgress(stream := io.StringIO()), BarProgress(stream)):
        shown.finish()
        shown.advance()
        shown.finish()
    assert stream.getvalue() == ""


def test_quiet_is_quiet() -> None:
    shown = SilentProgress()
    work(shown)
    shown.say("nothing")


def test_a_bar_goes_away_and_a_line_stays_with_its_brackets() -> None:
    stream = io.StringIO()
    shown = BarProgress(stream)
    work(shown)
    shown.say("[bold]results[/bold] in [/tmp]")
    assert "[bold]results[/bold] in [/tmp]" in stream.getvalue()


def test_a_bar_starts_again_for_the_next_stage() -> None:
    shown = BarProgress(io.StringIO())
    work(shown)
    work(shown)


def test_a_log_tells_at_once_what_is_waited_for_and_then_seldom() -> None:
    stream = io.StringIO()
    shown = LineProgress(stream)
    shown.waits("before anything began")
    shown.start("asking", 10)
    for number in range(100):
        shown.waits(f"provider prod: 500: boom; try {number} of 5 in 2 s")
    shown.advance()
    shown.finish()
    first, told, last = stream.getvalue().splitlines()
    assert told == "asking: 0 of 10, waiting: provider prod: 500: boom; try 0 of 5 in 2 s"
    assert "waiting" not in first + last


def test_a_bar_shows_what_is_waited_for_until_it_moves() -> None:
    shown = BarProgress(stream := io.StringIO())
    shown.waits("before anything began")
    shown.start("asking", 10)
    shown.waits("provider prod: 500: [bold]boom")
    shown.advance()
    shown.finish()
    assert "before" not in stream.getvalue()
    stage = shown._stage
    assert stage is not None
    assert stage.waits == ""
