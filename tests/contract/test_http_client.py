"""The client under every wire format: limits of the provider, lost replies, time that runs out (claim level: fake)."""

import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from mist_ci.adapters.providers.lanes import BrokenExchange, Lanes
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Limits
from mist_ci.ports.model_client import Completion, NoAnswer, Request
from tests.contract import fault_server as faults
from tests.contract.asking import HASTY, PATIENT, QUESTION, Asker, outcome
from tests.contract.fault_server import ANSWER, Behaviour, FaultServer, Handler

BODY = json.dumps(ANSWER).encode()


def bytes_of(*pieces: bytes, close: bool = True) -> Behaviour:
    """Exactly these bytes instead of a reply."""

    def play(handler: Handler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
        handler.close_connection = close

    return play


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: application/json", *lines, "", ""]).encode()


# ── what the provider allows ───────────────────────────────────────────────────────────────────────────────


def test_a_call_that_is_told_to_wait_makes_the_others_wait_too() -> None:
    with FaultServer(faults.error(429, Retry_After="30"), faults.ok) as server:
        asker = Asker(server.url)
        asker.ask(QUESTION, QUESTION)
    own, other = asker.waits
    assert 30 <= own <= 33
    assert 29 <= other <= 30


@pytest.mark.parametrize("status", [200, 429])
def test_a_limit_that_is_used_up_makes_the_next_call_wait_until_it_is_reset(status: int) -> None:
    told = {"x_ratelimit_remaining_requests": "0", "x_ratelimit_reset_requests": "20s"}
    with FaultServer(faults.reply(status, ANSWER if status == 200 else {}, **told), faults.ok) as server:
        asker = Asker(server.url)
        asker.ask(QUESTION, QUESTION)
    assert round(max(asker.waits)) == 20


def test_tokens_per_minute_hold_the_next_call_back_and_are_settled_by_what_was_used() -> None:
    large = Request(QUESTION.model, QUESTION.messages, QUESTION.parameters, tokens=1000)
    with FaultServer() as server:
        asker = Asker(server.url, Limits(tpm=600, timeout_s=5.0))
        asker.ask(large, large)
        assert asker.waits == []  # of the first thousand tokens eight were used
        unreported = faults.answer(usage=None)
    with FaultServer(unreported) as server:
        asker = Asker(server.url, Limits(tpm=600, timeout_s=5.0))
        asker.ask(large, large)
    assert [round(wait) for wait in asker.waits] == [90]  # 100 s of tokens were taken, 10 s may be at once


def test_a_server_in_trouble_is_asked_by_fewer() -> None:
    clients = []

    async def ask(url: str) -> None:
        clients.append(client := Asker(url).open())
        await client.complete(QUESTION)
        await client.aclose()

    with FaultServer(faults.error(503)) as server:
        anyio.run(ask, server.url)
    assert clients[0]._traffic.places.concurrency.limit < 2  # type: ignore[attr-defined]


# ── time ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_when_the_time_for_all_calls_is_over_the_run_could_not_be_finished() -> None:
    with FaultServer(faults.silent) as server, pytest.raises(CouldNotRun) as caught:
        Asker(server.url, Limits(timeout_s=30, total_s=0.2)).ask()
    assert caught.value.code is Code.OUT_OF_TIME
    assert "limits.total_s is 0.2" in caught.value.message


def test_interim_replies_without_end_are_no_reply() -> None:
    def play(handler: Handler) -> None:
        while not handler.server.owner.closing.wait(0.01):
            handler.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n")

    answer, _ = outcome(play, limits=HASTY)
    assert isinstance(answer, NoAnswer)
    assert answer.server_gone


def test_a_reply_that_is_small_and_its_frame_without_end_is_not_read_on() -> None:
    """A byte of the body in each chunk, and eight thousand of an extension that nobody wants."""

    def play(handler: Handler) -> None:
        handler.wfile.write(head("Transfer-Encoding: chunked"))
        while not handler.server.owner.closing.is_set():
            handler.wfile.write(b"1;a=" + b"b" * 8_000 + b"\r\nx\r\n")

    answer, _ = outcome(play, limits=Limits(timeout_s=60.0))
    assert isinstance(answer, NoAnswer)
    assert "sends without end" in answer.reason


# ── replies that are not whole ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "fault",
    [
        bytes_of(head("Transfer-Encoding: chunked"), b"5\r\n{}\r\n\r\n"),
        bytes_of(head("Transfer-Encoding: chunked"), b"zz\r\n"),
        bytes_of(head("Transfer-Encoding: chunked"), b"%x\r\n" % len(BODY), BODY[:10]),
        bytes_of(head("Content-Length: 4096"), BODY),
        bytes_of(head("Content-Length: 10", "Content-Length: 20"), BODY),
        bytes_of(head("Content-Length: -1"), BODY),
        bytes_of(b"HTTP/1.1 200 OK\r\n"),
        bytes_of(b"nonsense\r\n\r\n"),
        bytes_of(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 2**20 + b"\r\n\r\n"),
        bytes_of(b""),
    ],
)
def test_a_reply_that_is_broken_is_asked_for_again(fault: Behaviour) -> None:
    completion, waits = outcome(fault, faults.ok)
    assert isinstance(completion, Completion)
    assert (completion.text, completion.retries, len(waits)) == ("42", 1, 1)


def test_a_body_in_chunks_is_put_together() -> None:
    half = len(BODY) // 2
    chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:half], BODY[half:], b"")]
    completion, _ = outcome(bytes_of(head("Transfer-Encoding: chunked"), *chunks, close=False))
    assert isinstance(completion, Completion)
    assert completion.text == "42"


def test_what_a_server_says_unasked_is_never_the_answer_to_the_next_question() -> None:
    other = BODY.replace(b'"42"', b'"66"')
    both = head(f"Content-Length: {len(BODY)}") + BODY + head(f"Content-Length: {len(other)}") + other
    with FaultServer(bytes_of(both, close=False), faults.ok) as server:
        answers = Asker(server.url).ask(QUESTION, QUESTION)
    assert [one.text for one in answers if isinstance(one, Completion)] == ["42", "42"]


def test_why_each_try_brought_nothing_is_told() -> None:
    answer, _ = outcome(faults.error(500, "broken"), faults.cut_mid_body, faults.ok)
    assert isinstance(answer, Completion)
    assert answer.tried[0] == "500: broken"
    assert re.fullmatch(r"the server closed the connection after [0-9,]+ bytes of its reply", answer.tried[1])
    silent, _ = outcome(faults.hang_up, faults.ok)
    assert isinstance(silent, Completion)
    assert silent.tried == ("the server closed the connection after the request, without a reply",)


@pytest.mark.parametrize(
    ("fault", "may_cost"),
    [
        (faults.error(500), False),
        (faults.error(429), False),
        (faults.cut_mid_body, True),
        (faults.truncated_json, True),
        (faults.silent, True),
    ],
)
def test_a_try_that_may_have_cost_money_is_repeated_only_with_leave(
    fault: Behaviour, *, may_cost: bool
) -> None:
    asked: list[bool] = []

    def refuse() -> bool:
        asked.append(True)
        return False

    answers = ask_with(refuse, fault, faults.ok)
    assert asked == [True] * may_cost
    if may_cost:
        assert isinstance(answers, NoAnswer)
        assert answers.reason.endswith("(no money left for another try)")
    else:
        assert isinstance(answers, Completion)


def ask_with(may_retry: Callable[[], bool], *script: Behaviour) -> Completion | NoAnswer:
    request = Request(QUESTION.model, QUESTION.messages, QUESTION.parameters, may_retry=may_retry)
    with FaultServer(*script) as server:
        return Asker(server.url, Limits(timeout_s=0.3)).ask(request)[0]


# ── TLS ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_a_server_whose_certificate_nobody_vouches_for_gets_no_request(tmp_path: Path) -> None:
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names],
        check=True,
        capture_output=True,
    )
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    async def ask(address: str, trusted: ssl.SSLContext | None) -> bytes | None:
        lanes = Lanes({})
        lanes._tls = trusted
        try:
            return (await lanes.post(address, b"{}", PATIENT.timeout_s)).body
        finally:
            await lanes.aclose()

    with FaultServer() as server:
        server._listener.socket = served.wrap_socket(server._listener.socket, server_side=True)
        address = server.url.replace("http:", "https:") + "/chat/completions"
        with pytest.raises(BrokenExchange, match="certificate verify failed"):
            anyio.run(ask, address, None)
        assert server.seen == []
        trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        assert anyio.run(ask, address, trusting) == BODY
