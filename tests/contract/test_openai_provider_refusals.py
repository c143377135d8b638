"""What the client does when a server will not answer, now or later (claim level: fake)."""

import pytest

from mist_ci.ports.model_client import Completion
from tests.contract import fault_server as faults
from tests.contract.asking import QUESTION, Asker, refusal
from tests.contract.fault_server import Behaviour, FaultServer


@pytest.mark.parametrize(
    ("fault", "message", "hint"),
    [
        (faults.error(401, "bad key"), "401: bad key", "is the key in LLM_KEY right?"),
        (faults.error(403, "no"), "403: no", "is the key in LLM_KEY right?"),
        (faults.error(404, "no such model"), "404: no such model", "does prod serve tiny"),
        (faults.reply(404, {"detail": "Not Found"}), "404: Not Found", "base_url"),
        (faults.html(404), "404: an HTML page", "base_url"),
        (faults.error(402, "pay"), "402: pay", "credit"),
        (faults.error(429, "no money", "insufficient_quota"), "429: no money", "credit"),
        (faults.error(400, "bad seed"), "400: bad seed", "parameters"),
        (faults.reply(422, {"detail": [{"msg": "extra field"}]}), "422: extra field", "parameters"),
        (faults.reply(200, {"error": {"message": "bad model"}}), "200: bad model", "/v1"),
        (faults.reply(200, {"error": "bad model"}), "200: bad model", "/v1"),
        (faults.reply(200, {"hello": "world"}), "200: JSON that is not a chat completion", "/v1"),
        (faults.html(200), "200: an HTML page instead of JSON", "/v1"),
        (faults.gzip_bomb, "200: a compressed reply", "/v1"),
        (faults.redirect(302, "/login"), "302: a redirect to another path", "never followed"),
    ],
)
def test_a_refusal_stops_at_once_and_says_what_to_do(fault: Behaviour, message: str, hint: str) -> None:
    error = refusal(fault)
    assert error.message.startswith(f"provider prod refused model tiny: {message}")
    assert hint in (error.hint or "")


def test_a_servers_words_are_one_clean_line_of_bounded_length() -> None:
    error = refusal(faults.error(400, "a\r\n::error::b\x1b[31m\u202e " + "x" * 10**6))
    text = error.message.removeprefix("provider prod refused model tiny: 400: ")
    assert text.startswith("a ::error::b[31m xxx")
    assert len(text) == 300


@pytest.mark.parametrize(
    ("fault", "finish_reason"),
    [
        (faults.error(400, "too long", "context_length_exceeded"), "length"),
        (faults.error(400, "This model's maximum context length is 64 tokens"), "length"),
        (faults.error(400, "the request exceeds the available context size"), "length"),
        (
            faults.error(400, "The decoder prompt (length 9) is longer than the maximum model length of 8"),
            "length",
        ),
        (faults.error(413, "too large"), "length"),
        (faults.error(400, "filtered", "content_filter"), "content_filter"),
        (faults.reply(200, {"error": {"code": 400, "message": "maximum context length"}}), "length"),
    ],
)
def test_one_sample_that_is_too_long_or_filtered_is_an_empty_answer(
    fault: Behaviour, finish_reason: str
) -> None:
    with FaultServer(fault, faults.ok) as server:
        first, second = Asker(server.url).ask(QUESTION, QUESTION)
    assert first == Completion("", finish_reason, None, None, None)
    assert isinstance(second, Completion)
    assert second.text == "42"
