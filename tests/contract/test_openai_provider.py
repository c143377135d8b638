"""The OpenAI-compatible client against a real HTTP server that misbehaves (claim level: fake).

The last test asks the example's server, which answers with real weights.
"""

import json
import socket
import subprocess
import sys
import time
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import anyio
import pytest

from mist_ci.errors import CouldNotRun
from mist_ci.models.config import Limits
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage
from mist_ci.ports.model_client import Completion, NoAnswer, Request
from tests.contract import fault_server as faults
from tests.contract.asking import HASTY, KEY, NOW, QUESTION, Asker, outcome
from tests.contract.fault_server import Behaviour, FaultServer

DAWN = "Mon, 23 Nov 2026 05:00:00 GMT"
TINY_SERVER = Path(__file__).parents[2] / "examples" / "tiny_models" / "server.py"


# ── what is sent, and what a good reply gives ──────────────────────────────────────────────────────────────


def test_only_the_allowed_parameters_that_are_set_are_sent() -> None:
    parameters = Parameters(
        temperature=0.0, top_p=0.5, max_tokens=9, stop=("a", "b"), seed=1, reasoning_effort="low"
    )
    messages = (ChatMessage(role="system", content="Briefly."), ChatMessage(role="user", content="é\ud800"))
    with FaultServer() as server:
        Asker(server.url).ask(QUESTION, Request("tiny", messages, parameters))
    first, second = server.seen
    assert first.path == "/v1/chat/completions"
    assert first.body == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "6*7?"}],
        "temperature": 0.0,
    }
    assert second.body == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Briefly."}, {"role": "user", "content": "é\ud800"}],
        "temperature": 0.0, "top_p": 0.5, "max_tokens": 9, "stop": ["a", "b"], "seed": 1,
        "reasoning_effort": "low",
    }  # fmt: skip
    assert first.headers["Authorization"] == f"Bearer {KEY}"


def test_a_good_reply_gives_text_tokens_and_fingerprint() -> None:
    assert outcome(faults.ok) == (Completion("42", "stop", 7, 1, "fp_1", refusal=False, retries=0), [])


def choice(finish_reason: str | None = "stop", **message: object) -> Behaviour:
    return faults.answer(
        choices=[{"finish_reason": finish_reason, "message": {"role": "assistant", **message}}]
    )


@pytest.mark.parametrize(
    ("behaviour", "text", "finish_reason", "refused"),
    [
        (choice(content=None), "", "stop", False),
        (choice("length"), "", "length", False),
        (choice(content=None, refusal="I cannot"), "", "stop", True),
        (
            choice(content=[{"type": "text", "text": "4"}, {"type": "text", "text": "2"}, {}]),
            "42",
            "stop",
            False,
        ),
        (choice(content="a\ud800b"), "a???b", "stop", False),
        (faults.answer(choices=[{"finish_reason": "content_filter"}]), "", "content_filter", False),
    ],
)
def test_an_answer_without_plain_text_is_still_an_answer(
    behaviour: Behaviour, text: str, finish_reason: str, *, refused: bool
) -> None:
    completion, _ = outcome(behaviour)
    assert isinstance(completion, Completion)
    assert completion.text.replace("\ufffd", "?") == text
    assert (completion.finish_reason, completion.refusal) == (finish_reason, refused)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"prompt_tokens": 7},
        {"prompt_tokens": 7, "completion_tokens": -1},
        {"prompt_tokens": True, "completion_tokens": 1},
        {"prompt_tokens": 7, "completion_tokens": float("nan")},
        {"prompt_tokens": "7", "completion_tokens": "1"},
        {"prompt_tokens": 10**40, "completion_tokens": 1},
        [7, 1],
    ],
)
def test_half_or_impossible_usage_is_no_usage(usage: object) -> None:
    completion, _ = outcome(faults.answer(usage=usage))
    assert isinstance(completion, Completion)
    assert (completion.text, completion.tokens_in, completion.tokens_out) == ("42", None, None)


# ── what is tried again ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "fault",
    [
        faults.error(408), faults.error(409), faults.error(425), faults.error(429), faults.error(500),
        faults.error(503), faults.html(502), faults.raw(500, b""), faults.hang_up, faults.cut_mid_body,
        faults.truncated_json, faults.raw(200, b""), faults.raw(200, b"[" * 10**5),
        faults.raw(200, b"\xff{}"),
        faults.answer(choices=[]), choice("error", content="4"), choice(content=42),
        faults.reply(200, {"error": {"code": 502, "message": "upstream"}}),
    ],
)  # fmt: skip
def test_a_passing_fault_is_retried_with_growing_jittered_waits(fault: Behaviour) -> None:
    completion, waits = outcome(fault, fault, faults.ok)
    assert isinstance(completion, Completion)
    assert (completion.text, completion.retries) == ("42", 2)
    assert 0.5 <= waits[0] <= 1.0 <= waits[1] <= 2.0


def test_a_connection_that_the_server_drops_between_calls_costs_no_answer() -> None:
    with FaultServer(faults.ok_then_drop) as server:
        answers = Asker(server.url).ask(*[QUESTION] * 20)
    assert [answer.text for answer in answers if isinstance(answer, Completion)] == ["42"] * 20


@pytest.mark.parametrize(
    ("fault", "asked_s"),
    [
        (faults.error(429, Retry_After="7"), 7.0),
        (faults.error(503, Retry_After="2.5"), 2.5),
        (faults.error(429, retry_after_ms="1500", Retry_After="9"), 1.5),
        (faults.error(429, Retry_After=format_datetime(NOW + timedelta(seconds=20))), 20.0),
        (faults.error(429, Retry_After=DAWN.replace("00 GMT", "20 GMT"), Date=DAWN), 20.0),
        (faults.error(429, Retry_After="Mon, 23 Nov 2026 11:00:00 GMT"), 0.0),
        (faults.error(429, Retry_After="0"), 0.0),
        (faults.error(429, Retry_After="-5"), 0.0),
        (faults.error(429, Retry_After="inf"), 0.0),
        (faults.error(429, Retry_After="soon"), 0.0),
    ],
)
def test_retry_after_is_the_least_wait(fault: Behaviour, asked_s: float) -> None:
    completion, waits = outcome(fault, faults.ok)
    assert isinstance(completion, Completion)
    assert max(asked_s, 0.5) <= waits[0] <= max(asked_s * 1.1, 1.0)


def test_a_retry_after_beyond_a_minute_is_not_waited_for() -> None:
    answer, waits = outcome(faults.error(429, "slow down", Retry_After="3600"))
    assert answer == NoAnswer(
        "429: slow down (the server asks to wait 3600 s, the limit is 60 s)", retries=0, server_gone=False
    )
    assert waits == []


def test_four_retries_and_then_no_answer() -> None:
    answer, waits = outcome(faults.error(500, "broken"))
    assert answer == NoAnswer("500: broken (after 4 retries)", retries=4, server_gone=False)
    assert len(waits) == 4


def test_who_waits_is_told_why_unless_it_was_one_short_wait() -> None:
    with FaultServer(faults.error(500, "broken")) as server:
        asker = Asker(server.url)
        asker.ask()
    assert [one.split(" in ")[0] for one in asker.told] == [
        f"provider prod: 500: broken; try {number} of 5" for number in (3, 4, 5)
    ]
    assert asker.told[-1].endswith(f" in {asker.waits[-1]:.0f} s")
    with FaultServer(faults.error(429, Retry_After="30"), faults.ok) as server:
        asker = Asker(server.url)
        asker.ask()
    assert len(asker.told) == 1


def test_waits_that_would_pass_the_deadline_are_not_waited() -> None:
    answer, waits = outcome(faults.error(503, Retry_After="59"), limits=Limits(timeout_s=0.5))
    assert isinstance(answer, NoAnswer)
    assert answer.reason.endswith("(no time left for another try)")
    assert len(waits) == 2  # 3 * 59 s is more than 2 * 0.5 s + 120 s


@pytest.mark.parametrize("fault", [faults.hang_up, faults.silent])
def test_a_server_that_never_answers_is_gone(fault: Behaviour) -> None:
    answer, _ = outcome(fault, limits=HASTY)
    assert isinstance(answer, NoAnswer)
    assert answer.server_gone
    assert answer.retries == 4


def test_a_server_that_drips_for_ever_is_cut_off_but_not_gone() -> None:
    started = time.monotonic()
    answer, _ = outcome(faults.drip, limits=HASTY)
    assert time.monotonic() - started < 4
    assert answer == NoAnswer(
        "no complete reply within 0.15 s (after 4 retries)", retries=4, server_gone=False
    )


def test_nobody_listening_is_a_server_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    asker = Asker(f"http://127.0.0.1:{port}/v1")
    (answer,) = asker.ask()
    assert isinstance(answer, NoAnswer)
    assert answer.server_gone
    assert answer.reason.startswith("ConnectError: ")


def test_a_reply_without_end_is_dropped_after_eight_mebibytes_and_not_asked_for_again() -> None:
    answer, waits = outcome(faults.huge(30))
    assert isinstance(answer, NoAnswer)
    assert answer.reason.startswith("the reply is longer than any chat completion")
    assert waits == []


# ── many at once ───────────────────────────────────────────────────────────────────────────────────────────


def test_no_more_calls_than_connections_are_under_way() -> None:
    busy: list[int] = []
    peak: list[int] = []

    def slow(handler: faults.Handler) -> None:
        busy.append(1)
        peak.append(len(busy))
        handler.server.owner.closing.wait(0.01)
        busy.pop()
        faults.ok(handler)

    async def ask_together(url: str) -> None:
        client = Asker(url, Limits(connections=4, timeout_s=5.0)).open()
        async with anyio.create_task_group() as tasks:
            for _ in range(24):
                tasks.start_soon(client.complete, QUESTION)
        await client.aclose()

    with FaultServer(slow) as server:
        anyio.run(ask_together, server.url)
        assert len(server.seen) == 24
    assert max(peak) == 4


def test_rpm_keeps_the_starts_of_calls_apart() -> None:
    with FaultServer() as server:
        asker = Asker(server.url, Limits(rpm=6, timeout_s=5.0))
        asker.ask(*[QUESTION] * 4)
    # Nobody really waited, so each call is 10 s further behind its turn.
    assert [round(wait) for wait in asker.waits] == [10, 20, 30]


# ── a real peer ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_examples_server_answers_and_refuses_and_is_understood() -> None:
    for needed in ("numpy", "safetensors", "tokenizers"):
        pytest.importorskip(needed)
    user = ChatMessage(role="user", content="Add 34 and 57.")
    greedy = Parameters(temperature=0.0, max_tokens=8, seed=1, stop=("\n",))
    with subprocess.Popen(
        [sys.executable, str(TINY_SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        asker = Asker(json.loads(server.stdout.readline())["base_url"])
        (answer,) = asker.ask(Request("base", (user,), greedy))
        with pytest.raises(CouldNotRun, match="404"):
            asker.ask(Request("no-such-model", (user,), greedy))
        with pytest.raises(CouldNotRun, match=r"400.*reasoning_effort"):
            asker.ask(Request("base", (user,), Parameters(reasoning_effort="low")))
        (too_long,) = asker.ask(Request("base", (ChatMessage(role="user", content="9" * 5000),), greedy))
        server.terminate()
    assert isinstance(answer, Completion)
    assert (answer.text, answer.finish_reason) == ("091", "stop")
    assert answer.tokens_in
    assert answer.tokens_out
    assert isinstance(too_long, Completion)
    assert (too_long.text, too_long.finish_reason) == ("", "length")
