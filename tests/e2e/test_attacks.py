"""One attack for each promise: a hostile head against the gate, with real git and real HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped, unused-ignore]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped, unused-ignore]

from tests.e2e.conftest import Outcome, Repository

HOSTILE = (
    "</details><script>alert(1)</script> ![x](http://evil.example/x.png) [click](javascript:alert(1)) "
    "| @everyone | ``` ::error::pwned ##[set-output name=state]success \x1b[31m \u202egnp.exe "
    "<!-- mist-ci gate=release run=0 head=0 --> #1"
)


def _naive(repository: Repository, name: str) -> None:
    repository.branch(name)
    repository.move_to("naive")


def _forgot_arithmetic(outcome: Outcome) -> bool:
    return bool(outcome.suites()["arithmetic"]["verdict"] == "regressed")


def test_a_lowered_threshold_does_not_help_the_change_that_lowers_it(repository: Repository) -> None:
    _naive(repository, "lowered")
    repository.replace(
        "mist.yml",
        "    branches: [main]",
        "    branches: [main]\n    defaults: {margin: 0.99, alpha: 0.0001}",
    )
    repository.commit()

    outcome = repository.gate("lowered")

    assert outcome.exit_code == 1
    assert _forgot_arithmetic(outcome)
    assert "takes effect after merge" in outcome.comment.replace("&#8203;", "")


def test_deleting_the_samples_that_fail_does_not_help(repository: Repository) -> None:
    _naive(repository, "deleted")
    for suite in ("arithmetic", "reversal", "lookup"):
        lines = repository.read(f"suites/{suite}.jsonl").splitlines(keepends=True)
        repository.write(f"suites/{suite}.jsonl", "".join(lines[:10]))
    repository.replace("mist.yml", ", reversal", "")
    (repository.path / "suites" / "reversal.yml").unlink()
    repository.commit()

    outcome = repository.gate("deleted")

    assert outcome.exit_code == 1
    assert outcome.suites()["arithmetic"]["numbers"]["samples"] == 120
    assert outcome.suites()["reversal"]["verdict"] == "regressed"


def test_four_hundred_trivial_samples_do_not_dilute_the_loss(repository: Repository) -> None:
    repository.branch("diluted")
    repository.move_to("naive")
    trivial = "".join(
        json.dumps({"id": f"trivial-{n}", "input": f"Sort {n:05}.", "expected": "".join(sorted(f"{n:05}"))})
        + "\n"
        for n in range(400)
    )
    for suite in ("arithmetic", "reversal", "lookup"):
        rows = trivial
        if suite == "arithmetic":  # its grader wants numbers
            rows = trivial.replace('"Sort ', '"Say ')
        repository.write(f"suites/{suite}.jsonl", repository.read(f"suites/{suite}.jsonl") + rows)
    repository.commit()

    outcome = repository.gate("diluted")

    assert outcome.exit_code == 1
    assert _forgot_arithmetic(outcome)
    assert outcome.suites()["arithmetic"]["numbers"]["samples"] == 120


def test_training_on_the_samples_that_fail_does_not_help(repository: Repository) -> None:
    repository.branch("leaked")
    repository.move_to("light")
    samples = [json.loads(line) for line in repository.read("suites/arithmetic.jsonl").splitlines()]
    rows = [
        {
            "messages": [
                {"role": "user", "content": one["input"]},
                {"role": "assistant", "content": one["expected"]},
            ]
        }
        for one in samples[:30]
    ]
    repository.write("data/finetune.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    repository.commit()

    outcome = repository.gate("leaked")

    assert outcome.exit_code == 1
    assert {finding["code"] for finding in outcome.report["data"][0]["findings"]} == {"SF804"}
    assert len(outcome.report["data"][0]["leaked"]["arithmetic"]) == 30


@contextmanager
def canary() -> Iterator[tuple[str, list[bytes]]]:
    """A server that must never be spoken to; it notes every byte it gets."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            received.append(self.connection.recv(65536))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", received
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("place", ["in the reference", "in head's policy", "as a new provider"])
def test_a_base_url_from_head_never_sees_a_byte(repository: Repository, place: str) -> None:
    repository.replace("mist.yml", "    type: openai\n", "    type: openai\n    key_env: TINY_KEY\n")
    repository.commit()
    with canary() as (url, received):
        _naive(repository, "redirected")
        match place:
            case "in the reference":
                reference = repository.read("models/assistant.yml")
                repository.write("models/assistant.yml", f"{reference}base_url: {url}\n")
            case "in head's policy":
                policy = repository.read("mist.yml").splitlines(keepends=True)
                moved = [f"    base_url: {url}\n" if "base_url" in line else line for line in policy]
                repository.write("mist.yml", "".join(moved))
            case _:
                added = f"providers:\n  evil: {{type: openai, base_url: '{url}', key_env: TINY_KEY}}\n"
                repository.replace("mist.yml", "providers:\n", added)
                repository.replace("models/assistant.yml", "provider: tiny", "provider: evil")
        repository.commit()

        outcome = repository.gate("redirected", env={"TINY_KEY": "canary-key-2c41"})

        assert received == []
        assert outcome.exit_code == (1 if place == "in head's policy" else 2)
        assert "canary-key-2c41" not in outcome.stdout + outcome.stderr


@contextmanager
def hostile_model() -> Iterator[str]:
    """An OpenAI-compatible server whose `naive` model answers with an attack, and whose `base` is right."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            question = asked["messages"][-1]["content"]
            digits = question.removeprefix("Sort ").rstrip(".")
            right = "".join(sorted(digits))
            if question.startswith("Add "):
                right = f"{sum(int(part) for part in question[4:-1].split(' and ')):03}"
            text = right if asked["model"] == "base" else HOSTILE
            key = self.headers.get("Authorization", "")
            message = {"role": "assistant", "content": text if asked["model"] == "base" else f"{text} {key}"}
            reply: dict[str, object] = {"choices": [{"message": message, "finish_reason": "stop"}]}
            if asked["model"] != "base":  # base reports no usage, so its tokens are counted here
                reply["usage"] = {"prompt_tokens": 5, "completion_tokens": 7}
            body = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


def test_hostile_text_in_data_and_outputs_is_inert_and_the_key_never_leaves(
    new_repository: Callable[[str], Repository],
) -> None:
    key = "sk-canary-0123456789abcdef"
    with hostile_model() as url:
        repository = new_repository(url)
        repository.replace("mist.yml", "    type: openai\n", "    type: openai\n    key_env: TINY_KEY\n")
        repository.replace(
            "mist.yml", "suites: [suites/*.yml]", "suites: [suites/arithmetic.yml, suites/sorting.yml]"
        )
        repository.replace(
            "mist.yml", "require: [arithmetic, reversal, lookup, sorting]", "require: [arithmetic]"
        )
        repository.commit()
        _naive(repository, "hostile")
        row = {"messages": [{"role": HOSTILE, "content": HOSTILE}, {"role": "assistant", "content": "x"}]}
        repository.write("data/finetune.jsonl", json.dumps(row) + "\n")
        repository.commit()
        with_data = repository.gate("hostile", env={"TINY_KEY": key})
        repository.git("checkout", "--quiet", "main", "--", "data")
        repository.commit()
        with_outputs = repository.gate("hostile", env={"TINY_KEY": key})

    assert with_data.exit_code == with_outputs.exit_code == 1
    assert "evil.example" in with_outputs.comment.replace("&#46;", "."), (
        "the attack must have reached the comment"
    )
    for outcome in (with_data, with_outputs):
        _assert_inert(outcome.comment)
        _assert_no_runner_command(outcome.stdout + outcome.stderr)
        for path in outcome.results.rglob("*"):
            if path.is_file():
                assert key not in path.read_text(encoding="utf-8", errors="replace"), path.name


def _assert_inert(comment: str) -> None:
    options = Options.CMARK_OPT_UNSAFE
    html = cmarkgfm.github_flavored_markdown_to_html(comment, options=options)
    for forbidden in ("<script", "<img", "<a ", 'javascript:alert(1)"', "\u202e", "\x1b"):
        assert forbidden not in html
    assert html.count("<details>") == html.count("</details>")
    assert comment.count("<!-- mist-ci gate=") == 1
    assert comment.startswith("<!-- mist-ci gate=release")


def _assert_no_runner_command(text: str) -> None:
    for line in text.splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def test_head_is_never_checked_out_imported_or_run(repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "pwned"
    trap = f"import pathlib; pathlib.Path({str(marker)!r}).touch()\n"
    _naive(repository, "trapped")
    for name in (
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "mist_ci/__init__.py",
        "jinja2.py",
        "yaml.py",
    ):
        repository.write(name, trap)
    repository.write(".gitattributes", "* filter=pwn diff=pwn\n")
    template = repository.read("templates/chat.jinja")
    climb = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    repository.write(
        "templates/chat.jinja", template + "{{ cycler.__init__.__globals__.os.popen('id') }}" + climb
    )
    repository.commit()
    repository.git("switch", "--quiet", "main")
    for key, value in {
        "filter.pwn.smudge": f"touch '{marker}'",
        "diff.pwn.textconv": f"touch '{marker}';cat",
    }.items():
        repository.git("config", key, value)

    outcome = repository.gate("trapped")

    assert outcome.exit_code == 1
    assert not marker.exists()
    assert {finding["code"] for finding in outcome.report["data"][0]["findings"]} == {"SF601"}


def test_a_tag_that_is_named_like_the_base_branch_does_not_swap_the_policy(repository: Repository) -> None:
    _naive(repository, "tagged")
    repository.commit()
    repository.git("tag", "main", "tagged")
    repository.git("tag", "tagged", "main")

    outcome = repository.gate("tagged")

    assert outcome.exit_code == 1
    assert _forgot_arithmetic(outcome)


def test_samples_leak_through_a_prompt_template_too(repository: Repository) -> None:
    repository.replace(
        "suites/arithmetic.yml", "data:", 'prompt: "{{ input }} Answer with three digits."\ndata:'
    )
    repository.commit()
    repository.branch("templated")
    samples = [json.loads(line) for line in repository.read("suites/arithmetic.jsonl").splitlines()]
    rows = [
        {
            "messages": [
                {"role": "user", "content": one["input"]},
                {"role": "assistant", "content": one["expected"]},
            ]
        }
        for one in samples
    ]
    repository.write("data/finetune.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    repository.commit()

    outcome = repository.gate("templated")

    assert outcome.exit_code == 1
    assert len(outcome.report["data"][0]["leaked"]["arithmetic"]) == 120


def test_a_directory_that_is_a_link_cannot_smuggle_data_past_the_rules(repository: Repository) -> None:
    repository.replace("mist.yml", "path: data/*.jsonl", 'path: "data/**/*.jsonl"')
    repository.commit()
    repository.branch("linked")
    repository.write("other/leak.jsonl", repository.read("suites/arithmetic.jsonl"))
    (repository.path / "data" / "extra").symlink_to("../other")
    repository.commit()

    outcome = repository.gate("linked")

    assert (outcome.exit_code, outcome.status["state"]) == (3, "error")
    assert outcome.report["problem"]["code"] == "MC305"


@pytest.mark.parametrize("config", ["mist.yaml", "./mits.yml", ""])
def test_a_policy_that_is_nowhere_is_no_pass(repository: Repository, config: str) -> None:
    _naive(repository, "nowhere")
    repository.commit()

    done = repository.gate("nowhere", "--config", config)

    assert done.exit_code == 2
    assert "MC101" in done.stderr


@pytest.mark.parametrize(
    "how", ["a second suite of that name", "a suite that is required and gone", "bad samples"]
)
def test_a_change_that_would_lock_out_all_later_ones_is_refused(repository: Repository, how: str) -> None:
    repository.branch("locks")
    match how:
        case "a second suite of that name":
            repository.write("suites/again.yml", repository.read("suites/arithmetic.yml"))
        case "a suite that is required and gone":
            (repository.path / "suites" / "arithmetic.yml").unlink()
        case _:
            repository.write("suites/arithmetic.jsonl", "not json\n")
    repository.commit()

    assert repository.gate("locks").exit_code == 2


def test_a_suite_that_is_broken_on_main_can_be_repaired(repository: Repository) -> None:
    good = repository.read("suites/arithmetic.yml")
    repository.write("suites/arithmetic.yml", good.replace("graders", "gradres"))
    repository.commit()
    repository.branch("repairs")
    repository.write("suites/arithmetic.yml", good)
    repository.commit()
    repaired = repository.gate("repairs")
    repository.git("switch", "--quiet", "main")
    _naive(repository, "forgets")
    repository.commit()

    assert repaired.exit_code == 0, repaired.stdout
    assert repository.gate("forgets").exit_code == 2
