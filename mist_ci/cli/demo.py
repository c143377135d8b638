"""mist-ci demo: four pull requests of a small repository, gated with real models over real HTTP."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.errors import Code, CouldNotRun, ExitCode, UsageError, Where

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MARKER = ".mist-ci-demo"
START_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A branch of the demo's repository and the story it tells."""

    branch: str
    title: str
    story: str
    expected: ExitCode


PULL_REQUESTS = (
    PullRequest("naive", "Teach sorting", "trained on sorting only: new skill learned, old ones gone", ExitCode.FAILED),
    PullRequest("light", "Teach sorting, some replay",
                "replays old skills, but too little arithmetic: a loss that a glance would miss", ExitCode.FAILED),
    PullRequest("replay", "Teach sorting, enough replay", "the same new skill, nothing forgotten", ExitCode.PASSED),
    PullRequest("broken-data", "More training data",
                "four broken rows: found before a single token is spent", ExitCode.FAILED),
)  # fmt: skip


@click.command(context_settings=SETTINGS)
@click.option("--output", type=click.Path(path_type=Path), default="demo-output", show_default=True,
              help="Where the repository and the results go; an earlier demo there is replaced.")  # fmt: skip
def demo(output: Path) -> int:
    """Watch MIST CI gate four pull requests of a small repository.

    Nothing leaves this machine: the models are small ones that ship with the source, and a local server
    answers for them.
    """
    from mist_ci.cli.output import say

    if not EXAMPLES.is_dir():
        raise UsageError(Code.FILE_MISSING, "the demo needs the source tree's examples", where=Where(str(EXAMPLES)),
                         hint="git clone the repository and run `make demo` there")  # fmt: skip
    started = time.monotonic()
    _clear(output)
    with _model_server(output) as base_url:
        _build_repository(output / "repository", base_url)
        say(f"A repository with a main branch and four pull requests is in {output / 'repository'},")
        say(f"the models base, naive, light and replay answer at {base_url}.")
        outcomes = [(one, _gate(output, one)) for one in PULL_REQUESTS]
    say("\n" + "─" * 100)
    for one, code in outcomes:
        say(f"{one.branch:12} exit {code}  {'merge' if code == 0 else 'blocked':8} {one.story}")
    say(f"\n{len(outcomes)} pull requests gated in {time.monotonic() - started:.0f} s. Comments, statuses, "
        f"eval.result messages and traces: {output / 'results'}")  # fmt: skip
    _say_what_to_type()
    return ExitCode.PASSED if all(code == one.expected for one, code in outcomes) else ExitCode.FAILED


def _say_what_to_type() -> None:
    from mist_ci.cli.output import say

    say(
        f"\nTo gate a repository of your own (mist-ci is {Path(sys.executable).parent / 'mist-ci'}), in its directory:"
    )
    say(
        "  mist-ci init                                   writes mist.yml, a suite, a model reference, workflows"
    )
    say("  git add -A && git commit -m 'Gate fine-tunes'  the policy counts once it is on the base branch")
    say("  mist-ci gate --base main --head my-branch      judges a branch, here or in any CI")


def _clear(output: Path) -> None:
    """Removes an earlier demo, and only that."""
    if output.exists():
        if not (output / MARKER).exists() and any(output.iterdir()):
            raise UsageError(Code.FILE_EXISTS, "exists and is not an earlier demo", where=Where(str(output)),
                             hint="choose another directory with --output DIR")  # fmt: skip
        shutil.rmtree(output)
    output.mkdir(parents=True)
    (output / MARKER).touch()


@contextmanager
def _model_server(output: Path) -> Iterator[str]:
    """The example's model server on a free loopback port. It ends with us: it stops when its stdin closes."""
    command = [sys.executable, str(EXAMPLES / "tiny_models" / "server.py"), "--port", "0"]
    with (
        (output / "server.log").open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as server,  # noqa: S603
    ):
        try:
            ready = server.stdout.readline() if server.stdout else b""
            if not ready:
                raise CouldNotRun(Code.SERVER_GONE, "the example's model server did not start",
                                  where=Where(str(output / "server.log")),
                                  hint='pip install "mist-ci[demo]", and read the log')  # fmt: skip
            yield str(json.loads(ready)["base_url"])
        finally:
            server.terminate()
            server.communicate(timeout=START_TIMEOUT_S)


def _build_repository(target: Path, base_url: str) -> None:
    """main, and one branch per pull request."""
    tasks = _load_tasks()
    shutil.copytree(EXAMPLES / "assistant", target)
    policy = target / "mist.yml"
    policy.write_text(policy.read_text().replace("http://127.0.0.1:8377/v1", base_url))
    _git(target, "init", "--quiet", "--initial-branch=main")
    _commit(target, "An assistant with three skills")
    for variant in ("naive", "light", "replay"):
        _git(target, "switch", "--quiet", "--create", variant, "main")
        tasks.write_jsonl(target / "data" / "finetune.jsonl", tasks.training_rows(variant))
        _move_reference(target, variant)
        _commit(target, f"Fine-tune: {variant}")
    _git(target, "switch", "--quiet", "--create", "broken-data", "main")
    shutil.copy(EXAMPLES / "broken_data" / "finetune.jsonl", target / "data" / "finetune.jsonl")
    _move_reference(target, "replay")
    _commit(target, "More training data")
    _git(target, "switch", "--quiet", "main")


def _move_reference(target: Path, model: str) -> None:
    reference = target / "models" / "assistant.yml"
    reference.write_text(reference.read_text().replace("model: base", f"model: {model}"))


def _load_tasks() -> ModuleType:
    """The examples are files of a repository, not a package."""
    import importlib.util

    path = EXAMPLES / "tiny_models" / "tasks.py"
    spec = importlib.util.spec_from_file_location("mist_ci_example_tasks", path)
    if spec is None or spec.loader is None:
        raise UsageError(Code.FILE_MISSING, "cannot be loaded", where=Where(str(path)))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _commit(target: Path, message: str) -> None:
    _git(target, "add", "--all")
    identity = (
        "-c",
        "user.name=MIST CI demo",
        "-c",
        "user.email=demo@example.com",
        "-c",
        "commit.gpgsign=false",
    )
    _git(target, *identity, "commit", "--quiet", "--message", message)


def _git(target: Path, *arguments: str) -> None:
    done = subprocess.run(["git", *arguments], cwd=target, capture_output=True, text=True, check=False)  # noqa: S603, S607
    if done.returncode:
        raise CouldNotRun(Code.GIT_FAILED, f"git {arguments[0]}: {done.stderr.strip()}")


def _gate(output: Path, one: PullRequest) -> int:
    """Runs the very command that a user would type."""
    from mist_ci.cli.output import say

    command = ["gate", "--base", "main", "--head", one.branch]
    say("\n" + "━" * 100 + f"\nPull request “{one.title}”: {one.story}")
    say(f"$ mist-ci {' '.join(command)}\n")
    sys.stdout.flush()
    places = [
        "--repository",
        str(output / "repository"),
        "--results-dir",
        str(output / "results" / one.branch),
    ]
    return subprocess.run([sys.executable, "-m", "mist_ci", *command, *places], check=False).returncode  # noqa: S603
