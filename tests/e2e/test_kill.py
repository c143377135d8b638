"""Claims: a run that is killed at any point loses no answer that came back, and nobody is paid twice for one."""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.contract import fault_server as faults
from tests.contract.fault_server import FaultServer, Handler

SAMPLES, CONNECTIONS = 60, 4
ROOT = Path(__file__).parents[2]


def repository(place: Path, url: str) -> None:
    for folder in ("models", "suites"):
        (place / folder).mkdir()
    place.joinpath("mist.yml").write_text(
        f"version: 1\nproviders:\n  p:\n    type: openai\n    base_url: {url}\n"
        f"    limits: {{connections: {CONNECTIONS}}}\nmodels: {{m: models/m.yml}}\n"
        'suites: ["suites/*.yml"]\ngates: {release: {branches: [main]}}\n'
    )
    place.joinpath("models/m.yml").write_text("version: 1\nprovider: p\nmodel: m-2026-01-01\n")
    place.joinpath("suites/s.yml").write_text("version: 1\nname: s\ngraders: [contains]\ndata: s.jsonl\n")
    rows = (json.dumps({"input": f"Question {number}?", "expected": "42"}) for number in range(SAMPLES))
    place.joinpath("suites/s.jsonl").write_text("".join(f"{row}\n" for row in rows))


def start(place: Path) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-m",
        "mist_ci",
        "eval",
        "models/m.yml",
        "--outputs",
        "store",
        "--format",
        "json",
    ]
    return subprocess.Popen(
        command,
        cwd=place,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_killed_again_and_again_asks_only_what_was_under_way_once_more(
    seed: int, tmp_path: Path
) -> None:
    rng, lock, answered = random.Random(seed), threading.Lock(), 0

    def slow(handler: Handler) -> None:
        nonlocal answered
        time.sleep(0.01)
        faults.ok(handler)
        with lock:
            answered += 1

    kills = 0
    with FaultServer(slow) as server:
        repository(tmp_path, server.url)
        while True:
            running, until = start(tmp_path), answered + rng.randrange(1, 25)
            while running.poll() is None and answered < until:
                time.sleep(0.001)
            if running.poll() is None:
                time.sleep(rng.random() * 0.01)
                running.kill()
                kills += running.wait() != 0
            out, err = running.communicate(timeout=60)
            if running.returncode == 0:
                break
        asked = Counter(str(seen.body["messages"]) for seen in server.seen)
        again = start(tmp_path)
        again.communicate(timeout=60)
        assert len(server.seen) == asked.total(), "everything is stored, so nobody is asked"
    assert kills >= 2
    assert len(asked) == SAMPLES
    assert asked.total() <= SAMPLES + kills * CONNECTIONS, "at most the calls in flight are asked again"
    assert json.loads(out)["suites"][0]["head"]["answered"] == SAMPLES, err
    runs = [path for path in (tmp_path / "mist-results").iterdir() if path.is_dir()]
    ended = [has_spans_of_its_attempts(run) for run in runs]
    assert kills <= len(runs) - 2
    assert ended.count(True) >= 2, "and one more where the signal came after the end"


def has_spans_of_its_attempts(run: Path) -> bool:
    """True for a run that ended. What was killed has the spans of every attempt, but for the one it was writing."""
    records, trace = run / "attempts.jsonl", run / "trace.jsonl"
    attempts = [json.loads(line) for line in records.read_bytes().splitlines()] if records.exists() else []
    lines = trace.read_bytes().splitlines() if trace.exists() else []
    spans = [json.loads(line)["payload"] for line in lines]
    counts = Counter(span["operation"] for span in spans)
    assert counts["mist.attempt"] == counts["gen_ai.chat"]
    assert 0 <= len(attempts) - counts["mist.attempt"] <= 1
    if counts["mist.run"]:
        assert spans[-1]["attrs"]["calls"] == sum(not one["reused"] for one in attempts)
    return counts["mist.run"] == 1


@pytest.mark.slow
def test_two_runs_at_once_share_a_store_and_the_next_one_asks_nobody(tmp_path: Path) -> None:
    with FaultServer() as server:
        repository(tmp_path, server.url)
        both = [start(tmp_path), start(tmp_path)]
        for one in both:
            _, err = one.communicate(timeout=60)
            assert one.returncode == 0, err
        asked = len(server.seen)
        third = start(tmp_path)
        third.communicate(timeout=60)
        assert SAMPLES <= asked <= 2 * SAMPLES
        assert len(server.seen) == asked
    verify = [sys.executable, "-m", "mist_ci", "cache", "verify", "store"]
    here = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(verify, cwd=tmp_path, env=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
