"""`mist-ci eval` as it is, without its spans, or saying what they took: MODE is `with`, `without` or `timed`.

Run: python -m benchmarks.trace.evaluation MODE eval REFERENCE [OPTIONS]

`timed` writes to `recorder.txt` how many nanoseconds of CPU time the recorder took. Two clocks stand around it, and a
third one right behind: what passes between the last two is what a clock takes there, and is taken off.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from time import thread_time_ns

from mist_ci.cli import main
from mist_ci.models.attempt import Attempt
from mist_ci.tokentrace import recorder
from mist_ci.tokentrace.spans import Attribute, Status

TOLD = Path("recorder.txt")
Recorder = recorder.Recorder


class Without(Recorder):
    """Only keeps attempts."""

    def record(self, attempt: Attempt) -> None:
        """See Recorder."""
        self.store.record(attempt)

    def end(self, start_ns: int, end_ns: int, about: Mapping[str, Attribute], status: Status) -> None:
        """See Recorder."""


class Timed(Recorder):
    """Says what it took by itself."""

    own_ns = 0

    def record(self, attempt: Attempt) -> None:
        """See Recorder."""
        self.store.record(attempt)
        first = thread_time_ns()
        self.trace_one(attempt)
        then = thread_time_ns()
        Timed.own_ns += then - first - (thread_time_ns() - then)

    def end(self, start_ns: int, end_ns: int, about: Mapping[str, Attribute], status: Status) -> None:
        """See Recorder."""
        first = thread_time_ns()
        super().end(start_ns, end_ns, about, status)
        TOLD.write_text(str(Timed.own_ns + thread_time_ns() - first))


if __name__ == "__main__":
    mode, *sys.argv[1:] = sys.argv[1:]
    chosen = {"with": Recorder, "without": Without, "timed": Timed}[mode]
    setattr(recorder, Recorder.__name__, chosen)  # before the commands read it
    main()
