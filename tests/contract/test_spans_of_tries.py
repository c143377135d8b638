"""Claims: every try has its span with its own times, and none of them tells the key or loses a cent."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mist_ci.adapters.providers import ProviderClients
from mist_ci.adapters.providers.retrying import Retrying
from mist_ci.adapters.results import ResultDirectories
from mist_ci.matchspec import Contestant, Portion, evaluate
from mist_ci.models.attempt import Side
from mist_ci.models.config import Limits, Provider
from mist_ci.models.modelref import ModelReference
from mist_ci.tokentrace import Recorder
from tests.contract import fault_server as faults
from tests.contract.asking import KEY
from tests.contract.fault_server import FaultServer
from tests.fakes import TickingClock, spans_in, world
from tests.unit.matchspec.test_run import suite


def test_tries_that_fail_are_in_the_trace_with_their_times_and_without_the_key(tmp_path: Path) -> None:
    clock = TickingClock(datetime(2026, 11, 26, tzinfo=UTC))
    answer = faults.reply(200, faults.ANSWER | {"system_fingerprint": KEY})
    with FaultServer(faults.error(500, f"your key is {KEY}"), faults.error(429, KEY * 3), answer) as server:
        provider = Provider(type="openai", base_url=server.url, key_env="K", limits=Limits(connections=1))
        clients = ProviderClients({"K": KEY}, Retrying(first_delay_s=0.01))
        outside = replace(world(clock=clock), models=clients)
        directory = ResultDirectories(tmp_path / "out", clock).create("run")
        recorder = Recorder(directory, outside.progress, clock)
        reference = ModelReference(version=1, provider="prod", model="tiny")
        seat = Contestant(Side.HEAD, reference, provider)
        with recorder.run({}):
            (one,) = evaluate([Portion.whole(suite(1))], [seat], outside, recorder).attempts
    directory.close()
    for file in (tmp_path / "out" / "run").iterdir():
        assert KEY not in file.read_text()
    first, second, call, attempt, *_ = spans_in((tmp_path / "out" / "run" / "trace.jsonl").read_bytes())
    assert [span.status for span in (first, second, call, attempt)] == ["error", "error", "ok", "ok"]
    assert str(first.attrs["reason"]).startswith("500")
    assert "***" in str(first.attrs["reason"])
    times = [(span.start_ns, span.end_ns) for span in (first, second, call)]
    assert times == list(one.tried_ns) == sorted(times)
    assert attempt.start_ns <= first.start_ns <= first.end_ns < second.start_ns
    assert second.end_ns + 10**6 < call.start_ns < call.end_ns <= attempt.end_ns
    assert attempt.attrs["retries"] == 2
