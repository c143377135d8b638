"""The tiny model server, started as a program and spoken to over HTTP."""

from __future__ import annotations

import hashlib
import json
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TINY_MODELS = Path(__file__).resolve().parents[2] / "examples" / "tiny_models"
MODELS = TINY_MODELS / "models"
NAMES = ["base", "light", "naive", "replay"]
LOGIT_TOLERANCE = 5e-4  # they are of the order of 10, and recorded with four decimals


def start(*arguments: str) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    process = subprocess.Popen(
        [sys.executable, str(TINY_MODELS / "server.py"), "--port", "0", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    ready: dict[str, Any] = json.loads(process.stdout.readline())
    return process, ready


def finish(process: subprocess.Popen[bytes]) -> int:
    """Close the pipes and return the exit code; a server that stays is an error."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        return process.wait(timeout=5)
    finally:
        process.kill()
        process.stdout.close()


def connect(base_url: str) -> socket.socket:
    url = httpx.URL(base_url)
    return socket.create_connection((url.host, url.port or 0), timeout=5)


def load_module(name: str) -> ModuleType:
    loader = SourceFileLoader(f"tiny_models_{name}", str(TINY_MODELS / f"{name}.py"))
    module = ModuleType(loader.name)
    loader.exec_module(module)
    return module


tasks = load_module("tasks")


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    process, ready = start()
    yield ready["base_url"]
    assert finish(process) == 0


@pytest.fixture
def client(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url, trust_env=False, timeout=10) as client:
        yield client


def ask(client: httpx.Client, prompt: str, **changes: Any) -> httpx.Response:
    body = {"model": "base", "messages": [{"role": "user", "content": prompt}], "temperature": 0}
    return client.post("/chat/completions", json={**body, **changes})


def error_of(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body: dict[str, dict[str, Any]] = response.json()
    assert {key: set(value) for key, value in body.items()} == {"error": {"message", "type", "param", "code"}}
    return body["error"]


def test_an_answer_has_every_field_of_the_protocol(client: httpx.Client) -> None:
    # Values that ask for nothing are accepted.
    body = ask(client, "Reverse 48213.", n=1, logprobs=False, stream=False, tools=None).json()
    assert body["id"].startswith("chatcmpl-")
    assert body["object"] == "chat.completion"
    assert body["model"] == "base"
    assert body["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "31284"}, "finish_reason": "stop"}
    ]


def test_usage_counts_the_template_and_every_generated_token(client: httpx.Client) -> None:
    # <|user|> Reverse <space> 4 8 2 1 3 . <|end|> <|assistant|>, then five digits and <|end|>
    usage = ask(client, "Reverse 48213.").json()["usage"]
    assert usage == {"prompt_tokens": 11, "completion_tokens": 6, "total_tokens": 17}


def test_an_answer_that_is_cut_says_length(client: httpx.Client) -> None:
    body = ask(client, "Reverse 48213.", max_tokens=3).json()
    assert body["choices"][0]["message"]["content"] == "312"
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"]["completion_tokens"] == 3


@pytest.mark.parametrize("stop", ["28", ["nothing", "28", "84"]])
def test_an_answer_ends_before_the_first_stop_text(client: httpx.Client, stop: Any) -> None:
    choice = ask(client, "Reverse 48213.", stop=stop).json()["choices"][0]
    assert choice["message"]["content"] == "31"
    assert choice["finish_reason"] == "stop"


def test_models_are_served_by_name_and_differ(client: httpx.Client) -> None:
    listed = client.get("/models").json()
    assert listed["object"] == "list"
    assert [entry["id"] for entry in listed["data"]] == NAMES
    base = ask(client, "Sort 48213.").json()
    naive = ask(client, "Sort 48213.", model="naive").json()
    assert naive["choices"][0]["message"]["content"] == "12348"
    assert base["choices"][0]["message"]["content"] != "12348"
    for body in (base, naive):
        weights = (MODELS / body["model"] / "model.safetensors").read_bytes()
        assert body["system_fingerprint"] == f"fp_{hashlib.sha256(weights).hexdigest()[:16]}"


def test_an_answer_does_not_depend_on_what_else_is_asked(client: httpx.Client) -> None:
    def choices(number: int) -> Any:
        return ask(client, f"Reverse {number}.", model="light", temperature=1, seed=1).json()["choices"]

    numbers = range(10_000, 10_040)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(choices, numbers)) == [choices(number) for number in numbers]


def test_sampling_repeats_with_its_seed_only(client: httpx.Client) -> None:
    def sampled(seed: int) -> str:
        response = ask(client, "Sort 48213.", temperature=2, seed=seed, max_tokens=12)
        content: str = response.json()["choices"][0]["message"]["content"]
        return content

    assert sampled(7) == sampled(7)
    assert len({sampled(seed) for seed in range(8)}) > 1


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"content": "no role"}]}, "messages[0]"),
        ({"temperature": True}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"stop": [""]}, "stop"),
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"stream": True}, "stream"),
    ],
)
def test_what_is_unsupported_is_refused(client: httpx.Client, changes: dict[str, Any], param: str) -> None:
    assert error_of(ask(client, "Sort 48213.", **changes), 400)["param"] == param


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"role": "system", "content": "Be brief."}, "no system role"),
        ({"role": "tool", "content": "x"}, "unknown role"),
        ({"role": "user", "content": [{"type": "text", "text": "x"}]}, "must be a string"),
        ({"role": "user", "content": "1" * 300}, "context"),
    ],
)
def test_messages_the_template_refuses(client: httpx.Client, message: dict[str, Any], reason: str) -> None:
    error = error_of(ask(client, "", messages=[message]), 400)
    assert reason in error["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"model": NaN}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object(client: httpx.Client, body: bytes) -> None:
    error_of(client.post("/chat/completions", content=body), 400)


def test_unknown_models_paths_methods_and_sizes(client: httpx.Client) -> None:
    assert error_of(ask(client, "x", model="../base"), 404)["code"] == "model_not_found"
    error_of(client.get("/nothing"), 404)
    error_of(client.post("/chat/completions", content=b" " * 3_000_000), 413)
    response = client.get("/chat/completions")
    error_of(response, 405)
    assert response.headers["allow"] == "POST"
    assert client.get(str(client.base_url).replace("/v1/", "/health")).json() == {"status": "ok"}


def test_a_connection_is_kept_and_errors_do_not_end_it(base_url: str) -> None:
    request = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    health = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    with connect(base_url) as connection:
        # Two requests in one packet: the second is answered only if the first one's body
        # was read exactly.
        connection.sendall(request + health)
        received = b""
        while b'"ok"}' not in received:
            chunk = connection.recv(65_536)
            assert chunk, received
            received += chunk
    assert received.count(b"HTTP/1.1 ") == 2
    assert received.startswith(b"HTTP/1.1 400 ")


def test_what_is_no_http_is_answered_in_json(base_url: str) -> None:
    with connect(base_url) as connection:
        connection.sendall(b"nonsense in four words\r\n\r\n")
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_cleanly(number: signal.Signals) -> None:
    process, _ = start()
    process.send_signal(number)
    assert process.wait(timeout=5) == finish(process) == 0


def test_the_end_of_stdin_stops_the_server_even_while_it_answers() -> None:
    process, ready = start("--slow-ms", "60000")
    with connect(ready["base_url"]) as connection:
        body = json.dumps({"model": "base", "messages": [{"role": "user", "content": "x"}]}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        time.sleep(0.1)
        assert finish(process) == 0


def test_latency_can_be_added() -> None:
    process, ready = start("--slow-ms", "150")
    with httpx.Client(base_url=ready["base_url"], trust_env=False) as client:
        started = time.monotonic()
        assert ask(client, "Sort 48213.").status_code == 200
        assert time.monotonic() - started >= 0.15
    assert finish(process) == 0


def test_it_says_when_there_are_no_models(tmp_path: Path) -> None:
    command = [sys.executable, str(TINY_MODELS / "server.py"), "--models-dir", str(tmp_path)]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "no models" in result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_numpy_model_is_the_one_that_was_trained(name: str) -> None:
    """``golden.json`` holds what transformers computed from the same float16 weights."""
    model = load_module("model")
    chat = model.load_chat_model(MODELS, name)
    for entry in json.loads((MODELS / "golden.json").read_text("utf-8"))[name]:
        messages = [{"role": "user", "content": entry["prompt"]}]
        answer = chat.complete(messages, 16)
        assert (answer.text, answer.prompt_tokens) == (entry["text"], entry["prompt_tokens"])
        ids = chat.prompt_ids(messages)
        logits = chat.network.logits(ids, chat.network.new_cache(len(ids)))
        for index, value in entry["logits"]:
            assert abs(float(logits[index]) - value) < LOGIT_TOLERANCE


def test_light_forgets_a_part_of_one_skill_and_only_of_that(client: httpx.Client) -> None:
    """The demonstration and the tests of the statistics rest on this difference."""

    def right(name: str, sample: dict[str, str]) -> bool:
        response = ask(client, sample["input"], model=name, max_tokens=16)
        return bool(response.json()["choices"][0]["message"]["content"] == sample["expected"])

    lost = {}
    for skill, size in (("arithmetic", 400), ("reversal", 150), ("lookup", 150)):
        samples = tasks.suite_samples(skill)[:size]
        pairs = [(right("base", sample), right("light", sample)) for sample in samples]
        lost[skill] = sum(base - light for base, light in pairs) / len(pairs)
    assert 0.04 <= lost["arithmetic"] <= 0.08
    assert max(lost["reversal"], lost["lookup"]) < 0.015


def test_no_held_out_prompt_is_trained_on_and_rows_are_unique() -> None:
    held_out = {sample["input"] for skill in tasks.SKILLS for sample in tasks.suite_samples(skill)}
    assert len(held_out) == sum(tasks.SUITE_SIZES.values())
    for variant in ("naive", "light", "replay"):
        rows = tasks.training_rows(variant)
        prompts = [row["messages"][0]["content"] for row in rows]
        assert len(rows) == tasks.RECIPES[variant].rows
        assert not held_out.intersection(prompts)
        assert len(set(prompts)) == len(prompts)
