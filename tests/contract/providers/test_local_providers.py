"""Claims about a local command, a Python function and a recording: the same as about servers, where they apply.

The programs are real ones (claim level: real).
"""

import json
import os
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest

from mist_ci.adapters.providers import ProviderClients
from mist_ci.adapters.providers.replay import Recorder, nearest, read_tape
from mist_ci.adapters.providers.retrying import Retrying
from mist_ci.errors import Code, ConfigError, CouldNotRun, UsageError
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.output import RequestIdentity
from mist_ci.models.suite import ChatMessage, Tool, ToolCall
from mist_ci.planning import read_policy
from mist_ci.ports.model_client import Completion, NoAnswer, Request
from mist_ci.report import redact
from tests.fakes import MemoryTree

USER = ChatMessage(role="user", content="6*7?")
QUESTION = Request("tiny", (USER,), Parameters(temperature=0.0))
SECRET = "s3cret-zqw-token"
ENVIRON = {"PATH": os.environ["PATH"], "TOKEN": SECRET, "OTHER": "must not be seen"}


@dataclass
class Local:
    """A provider without a network, in a directory of its own."""

    directory: Path
    provider: dict[str, Any]
    by_hand: bool = True
    retries: int = 0
    recorder: Recorder | None = None
    waits: list[float] = field(default_factory=list)

    def ask(self, *requests: Request) -> list[Completion | NoAnswer]:
        """Answers in order."""

        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)

        async def run() -> list[Completion | NoAnswer]:
            retrying = Retrying(max_retries=self.retries, sleep=sleep)
            directory = self.directory if self.by_hand else None
            clients = ProviderClients(ENVIRON, retrying, redact, directory, self.recorder)
            client = clients.open("own", Provider.model_validate_json(json.dumps(self.provider)))
            try:
                return [await client.complete(request) for request in requests or (QUESTION,)]
            finally:
                await client.aclose()

        return anyio.run(run)

    def answer(self, request: Request = QUESTION) -> Completion:
        """The one answer."""
        (one,) = self.ask(request)
        assert isinstance(one, Completion), one
        return one

    def failure(self) -> str:
        """Why there is none."""
        (one,) = self.ask()
        assert isinstance(one, NoAnswer), one
        return one.reason


Answering = Callable[[str], Local]
"""From the body of `def answer(asked)` to a provider that answers with it."""
KINDS = ("json", "lines", "python", "python-async")


@pytest.fixture(params=KINDS)
def answering(request: pytest.FixtureRequest, tmp_path: Path) -> Answering:
    """Every way to run a function of one's own."""

    def make(body: str, **limits: float) -> Local:
        code = "import json, os, sys, time\n\ndef answer(asked):\n" + textwrap.indent(
            textwrap.dedent(body), "    "
        )
        name = f"own_{abs(hash((request.node.nodeid, body)))}"
        more = {"limits": {"timeout_s": 20.0, "connections": 2, **limits}}
        match request.param:
            case "json":
                code += "\nprint(json.dumps(answer(json.load(sys.stdin))))\n"
            case "lines":
                code += (
                    "\nfor line in sys.stdin:\n    print(json.dumps(answer(json.loads(line))), flush=True)\n"
                )
            case "python-async":
                code += "\nasync def later(asked):\n    return answer(asked)\n"
            case _:
                pass
        (tmp_path / f"{name}.py").write_text(code)
        if request.param.startswith("python"):
            function = "later" if request.param == "python-async" else "answer"
            return Local(tmp_path, {"type": "python", "callable": f"{name}:{function}", **more})
        command = [sys.executable, f"{name}.py"]
        return Local(tmp_path, {"type": "command", "command": command, "protocol": request.param, **more})

    return make


def test_an_answer_has_its_text_and_its_tokens(answering: Answering) -> None:
    told = answering(
        'return {"text": "42", "tokens_in": 7, "tokens_out": 3, "tokens_cached": 2, "tokens_reasoning": 1, '
        '"finish_reason": "stop", "cost_usd": "0.001", "fingerprint": "v1", "first_logprobs": {"4": -0.1}}'
    ).answer()
    assert (told.text, told.finish_reason, told.fingerprint) == ("42", "stop", "v1")
    assert (told.tokens_in, told.tokens_out, told.tokens_cached, told.tokens_reasoning) == (7, 3, 2, 1)
    assert str(told.cost_usd) == "0.001"
    assert told.first_logprobs == {"4": -0.1}


def test_half_a_count_is_none(answering: Answering) -> None:
    told = answering('return {"text": "42", "tokens_in": 7}').answer()
    assert (told.tokens_in, told.tokens_out) == (None, None)


def test_the_question_has_everything_that_is_asked(answering: Answering) -> None:
    local = answering('return {"text": json.dumps(asked)}')
    tool = Tool(name="weather", parameters={"type": "object"})
    messages = (
        ChatMessage(role="system", content="Briefly."),
        USER,
        ChatMessage(role="assistant", tool_calls=(ToolCall(id="1", name="weather", arguments="{}"),)),
        ChatMessage(role="tool", content="rain", tool_call_id="1"),
    )
    request = Request("tiny", messages, Parameters(seed=1), (tool,), 5, reply_schema={"type": "object"})
    asked = json.loads(local.answer(request).text)
    assert asked == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Briefly."},
            {"role": "user", "content": "6*7?"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": "1", "name": "weather", "arguments": "{}"}],
            },
            {"role": "tool", "content": "rain", "tool_call_id": "1"},
        ],
        "parameters": {"seed": 1},
        "tools": [{"name": "weather", "parameters": {"type": "object"}}],
        "top_logprobs": 5,
        "reply_schema": {"type": "object"},
    }


def test_a_tool_call_a_refusal_a_filter_and_nothing_are_answers(answering: Answering) -> None:
    called = answering('return {"tool_calls": [{"name": "weather", "arguments": "{}"}]}').answer()
    assert called.tool_calls == (ToolCall(name="weather", arguments="{}"),)
    assert answering('return {"text": "", "refusal": True}').answer().refusal
    assert (
        answering('return {"text": "", "finish_reason": "content_filter"}').answer().finish_reason
        == "content_filter"
    )
    assert answering('return {"text": ""}').answer().text == ""


def test_an_error_says_whether_asking_again_may_help(answering: Answering) -> None:
    local = answering('return {"error": "no such model"}')
    local.retries = 2
    assert local.failure() == "no such model (asking again would not help)"
    passing = answering('return {"error": "busy", "retry": True}')
    passing.retries = 2
    assert passing.failure() == "busy (after 2 retries)"
    assert len(passing.waits) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('return {"txt": "42"}', "txt"),
        ('return {"text": 42}', "text"),
        ("return 42", "answer document"),
        ("return {}", "neither a text nor tool calls"),
        ('return {"text": "4", "tokens_in": -1}', "tokens_in"),
    ],
)
def test_what_is_no_answer_is_told_with_its_place(answering: Answering, body: str, reason: str) -> None:
    assert reason in answering(body).failure()


def test_a_crash_is_missing_with_its_reason_and_stops_a_run_of_them(answering: Answering) -> None:
    (one,) = answering('raise ValueError("the weights are not there")').ask()
    assert isinstance(one, NoAnswer)
    assert "the weights are not there" in one.reason
    assert one.server_gone


def test_what_takes_too_long_is_ended(answering: Answering, request: pytest.FixtureRequest) -> None:
    if "async" in request.node.name:
        pytest.skip("an async function that does not wait cannot be ended")
    started = time.monotonic()
    assert "no complete answer within 0.5 s" in answering("time.sleep(3)", timeout_s=0.5).failure()  # type: ignore[call-arg]
    assert time.monotonic() - started < 3


# ── a command ──────────────────────────────────────────────────────────────────────────────────────────────


def command(directory: Path, *words: str, by_hand: bool = True, **more: Any) -> Local:
    return Local(directory, {"type": "command", "command": list(words), **more}, by_hand)


def shell(directory: Path, script: str, **more: Any) -> Local:
    return command(directory, "sh", "-c", script, **{"protocol": "text", **more})


def test_a_program_may_print_the_bare_text(tmp_path: Path) -> None:
    assert shell(tmp_path, "cat >/dev/null; echo '{\"text\": 1}'").answer().text == '{"text": 1}'


def test_a_program_need_not_read_the_question(tmp_path: Path) -> None:
    assert shell(tmp_path, "echo 42").answer().text == "42"


def test_a_program_sees_named_variables_and_no_others(tmp_path: Path) -> None:
    seen = shell(tmp_path, "env | cut -d= -f1 | sort | tr '\\n' ' '", env=["TOKEN"]).answer().text.split()
    assert set(seen) <= {"PATH", "LANG", "LC_ALL", "TZ", "TOKEN", "PWD", "SHLVL", "_", "OLDPWD"}
    assert "TOKEN" in seen
    with pytest.raises(CouldNotRun, match="MISSING") as caught:
        shell(tmp_path, "true", env=["MISSING"]).ask()
    assert caught.value.code is Code.KEY_MISSING


def test_a_named_variable_is_never_told(tmp_path: Path) -> None:
    assert SECRET not in shell(tmp_path, 'echo "it is $TOKEN"', env=["TOKEN"]).answer().text
    assert SECRET not in shell(tmp_path, 'echo "bad key $TOKEN" >&2; exit 1', env=["TOKEN"]).failure()


def test_exit_code_75_is_tried_again_and_others_are_not(tmp_path: Path) -> None:
    again = shell(tmp_path, "[ -e there ] && echo 42 && exit; touch there; exit 75")
    again.retries = 2
    assert again.answer().retries == 1
    broken = shell(tmp_path, "echo boom >&2; exit 3")
    broken.retries = 2
    assert broken.failure() == "the program ended with exit code 3: boom (asking again would not help)"


def test_an_answer_of_thirty_megabytes_is_not_read_to_its_end(tmp_path: Path) -> None:
    assert "longer than 8 MiB" in shell(tmp_path, "head -c 31457280 /dev/zero; sleep 60").failure()
    lines = shell(tmp_path, "read x; head -c 31457280 /dev/zero; sleep 60", protocol="lines")
    assert "longer than 8 MiB" in lines.failure()


def test_all_that_a_program_started_ends_with_it(tmp_path: Path) -> None:
    script = "sleep 61.25 & echo $! > child; wait"
    limits = {"timeout_s": 0.5}
    assert "within 0.5 s" in shell(tmp_path, script, limits=limits).failure()
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_that_stays_answers_many_questions_and_is_replaced_when_it_dies(tmp_path: Path) -> None:
    script = 'n=0; while read x; do n=$((n+1)); echo "{\\"text\\": \\"$$ $n\\"}"; [ $n = 2 ] && exit; done'
    answers = shell(tmp_path, script, protocol="lines").ask(*[QUESTION] * 5)
    told = [one.text.split() for one in answers if isinstance(one, Completion)]
    reasons = [one.reason for one in answers if isinstance(one, NoAnswer)]
    assert [number for _, number in told] == ["1", "2", "1", "2"]
    assert reasons == ["the program ended without an answer (asking again would not help)"]
    assert len({process for process, _ in told}) == 2


def test_a_program_that_is_not_there_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun, match="no such program"):
        command(tmp_path, "no-such-program-here").ask()


def test_in_a_ci_job_nothing_of_the_working_directory_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "answer.sh"
    program.write_text("#!/bin/sh\necho from the pull request\n")
    program.chmod(0o755)
    monkeypatch.setitem(ENVIRON, "PATH", f"{tmp_path}:{ENVIRON['PATH']}")
    for words in (["./answer.sh"], [str(program)], ["answer.sh"], ["sh", str(program)]):
        with pytest.raises(CouldNotRun, match="of the working directory"):
            command(tmp_path, *words, by_hand=False, protocol="text").ask()
    assert "No such file" in command(tmp_path, "cat", "answer.sh", by_hand=False, protocol="text").failure()
    assert command(tmp_path, "./answer.sh", protocol="text").answer().text == "from the pull request"
    listed = command(tmp_path, "ls", "-A", by_hand=False, protocol="text").answer()
    assert listed.text == ""


# ── a Python function ──────────────────────────────────────────────────────────────────────────────────────


def test_a_function_may_give_back_the_bare_text(tmp_path: Path) -> None:
    (tmp_path / "bare_text.py").write_text("def answer(asked):\n    return '42'\n")
    assert Local(tmp_path, {"type": "python", "callable": "bare_text:answer"}).answer().text == "42"


def test_in_a_ci_job_only_installed_packages_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "of_head.py").write_text("raise SystemExit('it ran')\n")
    (tmp_path / "space" / "inner").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for place in ("of_head:answer", "space.inner:answer"):
        with pytest.raises(CouldNotRun, match="of the working directory"):
            Local(tmp_path, {"type": "python", "callable": place}, by_hand=False).ask()
    installed = Local(tmp_path, {"type": "python", "callable": "msgspec.json:encode"}, by_hand=False)
    assert "no JSON" in installed.failure()


@pytest.mark.parametrize(
    "place", ["no_such_module_here:answer", "msgspec.nothing:x", "msgspec:nothing", "msgspec:__version__"]
)
def test_a_function_that_is_not_there_is_told_before_anything_is_asked(tmp_path: Path, place: str) -> None:
    with pytest.raises(CouldNotRun) as caught:
        Local(tmp_path, {"type": "python", "callable": place}).ask()
    assert caught.value.code is Code.PROVIDER_REFUSED


# ── a recording ────────────────────────────────────────────────────────────────────────────────────────────

OTHER = Request("tiny", (ChatMessage(role="user", content="6*8?"),), Parameters(temperature=0.0))


def recorded(directory: Path, script: str, requests: Sequence[Request]) -> list[Completion | NoAnswer]:
    local = shell(directory, script, env=["TOKEN"])
    local.recorder = Recorder(directory / "tape.jsonl")
    return local.ask(*requests)


def replayed(directory: Path) -> Local:
    return Local(directory, {"type": "replay", "recording": "tape.jsonl"})


def test_a_recording_gives_the_same_answers_in_the_same_order(tmp_path: Path) -> None:
    script = "echo x >> count; wc -l < count; [ $(wc -l < count) = 3 ] && exit 9; true"
    asked = [QUESTION, OTHER, QUESTION, OTHER]
    answers = recorded(tmp_path, script, asked)
    again = replayed(tmp_path).ask(*asked)
    assert [one for one in again if isinstance(one, Completion)] == [
        one for one in answers if isinstance(one, Completion)
    ]
    assert len([one for one in again if isinstance(one, NoAnswer)]) == 1
    assert {one.replayed for one in again if isinstance(one, Completion)} == {True}


def test_a_miss_is_an_error_that_names_the_nearest_difference(tmp_path: Path) -> None:
    recorded(tmp_path, "echo 42", [QUESTION, OTHER])
    changed = Request("tiny", (USER,), Parameters(temperature=0.5))
    with pytest.raises(CouldNotRun, match=r"nearest one has parameters\.temperature 0\.0 instead of 0\.5"):
        replayed(tmp_path).ask(changed)
    with pytest.raises(CouldNotRun, match="has this request 1 times only"):
        replayed(tmp_path).ask(QUESTION, QUESTION)


def test_a_recording_never_holds_the_key(tmp_path: Path) -> None:
    recorded(tmp_path, 'echo "it is $TOKEN"', [QUESTION])
    assert SECRET not in (tmp_path / "tape.jsonl").read_text()


def test_a_recording_is_never_overwritten_and_never_made_for_nothing(tmp_path: Path) -> None:
    Recorder(tmp_path / "tape.jsonl")
    assert not (tmp_path / "tape.jsonl").exists()
    recorded(tmp_path, "echo 42", [QUESTION])
    with pytest.raises(UsageError) as caught:
        Recorder(tmp_path / "tape.jsonl")
    assert caught.value.code is Code.FILE_EXISTS


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'{"version": 2, "request": {}}', b"\xff", b'{"request": {}, "x": 1}']
)
def test_a_file_that_is_no_recording_is_told_with_its_line(tmp_path: Path, line: bytes) -> None:
    good = b'{"version":1,"request":{"model":"tiny","messages":[],"parameters":{}},"answer":{"text":"42"}}\n'
    (tmp_path / "tape.jsonl").write_bytes(good + line + b"\n")
    with pytest.raises(ConfigError) as caught:
        read_tape(tmp_path / "tape.jsonl")
    assert caught.value.where is not None
    assert caught.value.where.line == 2


def test_in_a_ci_job_no_recording_is_believed(tmp_path: Path) -> None:
    recorded(tmp_path, "echo 42", [QUESTION])
    local = replayed(tmp_path)
    local.by_hand = False
    with pytest.raises(CouldNotRun, match="of the working directory"):
        local.ask()


def test_the_nearest_request_is_the_one_with_least_differences() -> None:
    asked = {"model": "a", "messages": [{"content": "x"}]}
    recorded = [
        {"model": "b", "messages": [{"content": "y"}]},
        {"model": "a", "messages": [{"content": "z"}]},
    ]
    assert nearest(asked, recorded) == 'the nearest one has messages[0].content "z" instead of "x"'
    assert nearest(asked, []) == "it is empty"


# ── files of the base branch ───────────────────────────────────────────────────────────────────────────────

FILES = {
    "answers/ask.sh": "#!/bin/sh\ncat >/dev/null; cat answers/words.txt\n",
    "answers/words.txt": "from base",
    "of_base.py": "from of_base_words import WORDS\n\ndef answer(asked):\n    return WORDS\n",
    "of_base_words.py": "WORDS = 'from base'\n",
}
PROGRAM = (
    "{type: command, command: [./answers/ask.sh], protocol: text, files: [answers/ask.sh, answers/words.txt]}"
)
SHELL = PROGRAM.replace("[./answers", "[sh, answers")
FUNCTION = "{type: python, callable: 'of_base:answer', files: [of_base.py, of_base_words.py]}"


def provider_of(files: dict[str, str], provider: str) -> Provider:
    """As the policy of a tree has it."""
    text = f"version: 1\nproviders:\n  own: {provider}\ngates: {{release: {{branches: [main]}}}}\n"
    policy = read_policy(MemoryTree({**files, "mist.yml": text}), "mist.yml")
    assert policy is not None
    return policy.providers["own"]


@pytest.mark.parametrize("provider", [PROGRAM, SHELL, FUNCTION])
def test_in_a_ci_job_files_are_those_of_the_trusted_tree_and_never_the_workspace_s(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in FILES:
        place = tmp_path / path
        place.parent.mkdir(exist_ok=True)
        place.write_text(
            "#!/bin/sh\necho head\n" if path.endswith("sh") else "raise SystemExit('head ran')\n"
        )
        place.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    clients, asked = ProviderClients(ENVIRON), provider_of(FILES, provider)

    async def run() -> Completion | NoAnswer:
        client = clients.open("own", asked)
        try:
            return await client.complete(QUESTION)
        finally:
            await client.aclose()

    answer = anyio.run(run)
    assert isinstance(answer, Completion), answer
    assert answer.text == "from base"
    assert (str(tmp_path) in sys.path) is (provider != FUNCTION)  # later imports stay out of it as well


def test_stored_answers_of_a_program_are_those_of_its_files() -> None:
    def key(files: dict[str, str], provider: str = PROGRAM) -> str:
        reference = ModelReference(version=1, provider="own", model="tiny")
        return RequestIdentity.of(provider_of(files, provider), reference, (USER,), 0).key

    assert key(FILES) == key({**FILES, "README.md": "words"})
    assert key(FILES) != key({**FILES, "answers/words.txt": "other words"})


@pytest.mark.parametrize(
    ("provider", "code", "message"),
    [
        (
            PROGRAM.replace(", answers/words.txt", ", answers/word.txt"),
            Code.FILE_MISSING,
            "answers/word.txt is not in",
        ),
        (SHELL.replace("[answers/ask.sh, ", "["), Code.WRONG_VALUE, "is not among its `files`"),
        (
            "{type: openai, files: [of_base.py]}",
            Code.WRONG_VALUE,
            "belongs to providers of type command or python",
        ),
        (FUNCTION.replace("of_base.py,", "../of_base.py,"), Code.WRONG_VALUE, "without '..'"),
    ],
)
def test_files_that_cannot_be_had_are_told_with_their_line(provider: str, code: Code, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        provider_of(FILES, provider)
    assert caught.value.code is code
    assert caught.value.where is not None
    assert caught.value.where.line == 3
