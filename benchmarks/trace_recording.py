"""What recording adds to `mist-ci eval`: whole commands with spans and without, in turns, in CPU time.

Run: python -m benchmarks.trace_recording [ROUNDS]

Answers come over HTTP from a server in a process of its own (`benchmarks.eval.server`), and records, journal and store
are on. Processes differ by far more than spans cost, so two numbers are printed: the median of all pairs, which takes
some 50 rounds to be of use, and the CPU time inside the recorder itself, which is the same in each.
"""

import math
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.eval import runners
from benchmarks.eval.measuring import server
from benchmarks.trace.evaluation import TOLD

SAMPLES, ROUNDS, CONNECTIONS = 1000, 8, 64
LATENCY_S = 0.05
"""As in `benchmarks.eval`: a server that answers at once is none, and a call to it half as dear."""
MOST = 0.03
MODES = "with", "without", "timed"


def main() -> None:
    """Prints what spans add."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    taken: dict[str, list[float]] = {mode: [] for mode in MODES}
    own_s = []
    with server(LATENCY_S) as url, tempfile.TemporaryDirectory() as directory:
        for number in range(rounds + 1):
            first = number % len(MODES)
            for mode in (*MODES[first:], *MODES[:first]):
                place = Path(directory) / f"{mode}{number}"
                program = "benchmarks.trace.evaluation", mode
                took = runners.mist_ci(place, url, SAMPLES, CONNECTIONS, program=program)
                if number:  # the first round warms up
                    taken[mode].append(took.cpu_s)
                    own_s += [int((place / TOLD).read_text()) / 1e9] if mode == "timed" else []
    pairs = sorted(one / other for one, other in zip(taken["with"], taken["without"], strict=True))
    low, high = between(pairs)
    print(
        f"{rounds} rounds of {SAMPLES:,} calls, CPU time of the whole command: "
        f"{statistics.median(taken['without']):.2f} s without spans, {statistics.median(taken['with']):.2f} s with them"
    )
    print(
        f"median of pairs: spans add {statistics.median(pairs) - 1:+.1%} (95% interval {low - 1:+.1%} to "
        f"{high - 1:+.1%}; at most {MOST:.0%} is asked for)"
    )
    share = statistics.median(own / whole for own, whole in zip(own_s, taken["timed"], strict=True))
    print(
        f"in the recorder itself: {1e6 * statistics.median(own_s) / SAMPLES:.0f} µs a call, {share:.1%} of the command"
    )


def between(ordered: list[float]) -> tuple[float, float]:
    """An interval for the median, from ranks: it needs no assumption about how processes differ."""
    count = len(ordered)
    out = max(0, math.floor(count / 2 - 1.96 * math.sqrt(count) / 2))
    return ordered[out], ordered[count - 1 - out]


if __name__ == "__main__":
    main()
