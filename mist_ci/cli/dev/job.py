"""One job of a simulated GitHub: its checkout, its environment, its process, and what it left at the code host."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from mist_ci.cli.dev.origin import Origin, check_out, repository_free
from mist_ci.cli.dev.scene import BRANCH, OpenPull, Scene
from mist_ci.cli.interrupts import INTERRUPTS
from mist_ci.errors import Code, UsageError

if TYPE_CHECKING:
    from mist_ci.simulator import FakeGitHub
    from mist_ci.simulator.state import Pull

GRACE_S = 10.0
"""How long an interrupted action may take to withdraw what it announced."""
RUN_ID = 1
SERVER = "https://github.example.com"
"""Where links of statuses point to: no such page exists."""
READ_ONLY = (
    "the job of a fork's pull request gets a token that can only read: status and comment cannot be written"
)
_OF_A_JOB = ("ACTIONS_", "GH_", "GITHUB_", "INPUT_", "RUNNER_")
_TOKENS = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")
_HERE = "127.0.0.1,localhost"


@dataclass(frozen=True, slots=True)
class Places:
    """What stays after a simulation, in one directory."""

    directory: Path

    @property
    def event(self) -> Path:
        """The payload, as the action read it."""
        return self.directory / "event.json"

    @property
    def summary(self) -> Path:
        """The job summary, Markdown."""
        return self.directory / "job-summary.md"

    @property
    def outputs(self) -> Path:
        """What the step hands to later ones, as the runner takes it."""
        return self.directory / "outputs.txt"

    @property
    def log(self) -> Path:
        """What the action printed on stdout."""
        return self.directory / "action.log"

    @property
    def calls(self) -> Path:
        """Every request with its body, one JSON object a line."""
        return self.directory / "api-calls.jsonl"


@dataclass(frozen=True, slots=True)
class Job:
    """Ready to run."""

    github: "FakeGitHub"
    scene: Scene
    work: Path
    ref: str
    sha: str
    note: str | None
    """What is worth knowing about this job."""


@contextmanager
def prepared(origin: Origin) -> Iterator[Path]:
    """A temporary directory with `origin.git`, a bare clone. It is removed whatever happens."""
    import shutil

    place = Path(mkdtemp(prefix="mist-ci-simulate-")).resolve()
    try:
        origin.publish(place / "origin.git")
        yield place
    finally:
        with INTERRUPTS.watched():  # a second Ctrl-C does not leave half of it behind
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def serving(scene: Scene, place: Path) -> Iterator[Job]:
    """GitHub as it is when it sends the event, and the job's checkout."""
    from mist_ci.simulator import FakeGitHub

    bare = place / "origin.git"
    github = FakeGitHub(bare, scene.full_name).start()
    try:
        github.state.default_branch = scene.default_branch
        for ref, sha in scene.refs.items():
            _set(github, ref, sha)
        pull = _open(github, scene.pull) if scene.pull else None
        ref, sha, note = _subject(github, scene, pull)
        check_out(bare, place / "work", ref, sha)
        (place / "runner").mkdir()
        yield Job(github, scene, place / "work", ref, sha, note)
    finally:
        with INTERRUPTS.watched():
            github.close()


def _set(github: "FakeGitHub", ref: str, sha: str) -> None:
    """Raises UsageError MC104 for a name that git does not take, or not beside the others."""
    try:
        github.state.repository.set_ref(ref, sha)
    except subprocess.CalledProcessError:
        hint = "give the commit another branch, or name it as a commit: --head SHA"
        raise UsageError(Code.WRONG_VALUE, f"git takes no branch {ref[:100]!a} here", hint=hint) from None


def _open(github: "FakeGitHub", wanted: OpenPull) -> "Pull":
    repository = github.state.repository
    if wanted.fork is not None:
        # Commits of a fork are on no branch here, wherever the user keeps them.
        for ref in repository.branches_at(wanted.head_sha):
            if ref not in {BRANCH + wanted.base_ref, BRANCH + github.state.default_branch}:
                repository.delete_ref(ref)
    pull = github.state.open_pull_request(
        wanted.head_ref, wanted.base_ref, title=wanted.title, fork=wanted.fork, sha=wanted.head_sha,
        number=wanted.number,
    )  # fmt: skip
    if wanted.fork == "":
        pull.head_repository = None
    return pull


def _subject(github: "FakeGitHub", scene: Scene, pull: "Pull | None") -> tuple[str, str, str | None]:
    """GITHUB_REF, GITHUB_SHA, and a note where there is something to know about this job."""
    repository = github.state.repository
    note = None if scene.can_write else READ_ONLY
    if scene.checkout is None and pull is not None:
        base = repository.tip(BRANCH + pull.base_ref) or pull.head_sha
        merged = repository.merge_commit(base, pull.head_sha, f"Merge {pull.head_sha} into {base}")
        if merged is None:
            note = f"head has conflicts with {pull.base_ref}: GitHub starts no pull_request run until they are resolved"
            return f"refs/pull/{pull.number}/head", pull.head_sha, note
        ref = f"refs/pull/{pull.number}/merge"
        repository.set_ref(ref, merged)
        return ref, merged, note
    ref = scene.checkout or BRANCH + scene.default_branch
    return ref, scene.sha or repository.tip(ref) or "", note


def environ_of(job: Job, places: Places) -> dict[str, str]:
    """What GitHub's runner sets for a step."""
    from mist_ci.simulator import FORK_TOKEN, JOB_TOKEN

    scene, pull = job.scene, job.scene.pull
    ours = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": "octocat",
        "GITHUB_API_URL": job.github.url,
        "GITHUB_EVENT_NAME": scene.name,
        "GITHUB_EVENT_PATH": str(places.event),
        "GITHUB_GRAPHQL_URL": f"{job.github.url}/graphql",
        "GITHUB_JOB": "mist",
        "GITHUB_OUTPUT": str(places.outputs),
        "GITHUB_REF": job.ref,
        "GITHUB_REF_NAME": job.ref.split("/", 2)[2],
        "GITHUB_REF_TYPE": "tag" if job.ref.startswith("refs/tags/") else "branch",
        "GITHUB_REPOSITORY": scene.full_name,
        "GITHUB_REPOSITORY_OWNER": scene.full_name.split("/")[0],
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": str(RUN_ID),
        "GITHUB_SERVER_URL": SERVER,
        "GITHUB_SHA": job.sha,
        "GITHUB_STEP_SUMMARY": str(places.summary),
        "GITHUB_TOKEN": JOB_TOKEN if scene.can_write else FORK_TOKEN,
        "GITHUB_WORKFLOW": "mist",
        "GITHUB_WORKSPACE": str(job.work),
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": str(job.work.parent / "runner"),
    }
    if pull is not None and scene.name.startswith("pull_request"):
        ours |= {"GITHUB_BASE_REF": pull.base_ref, "GITHUB_HEAD_REF": pull.head_ref}
    return ours


def child_environ(environ: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment with the keys of model providers, and without any token for GitHub.

    A variable goes by its name, or because it holds what such a variable holds, or what looks like a token.
    """
    secrets = {
        value for name, value in environ.items() if name.startswith(_OF_A_JOB) and "TOKEN" in name and value
    }
    kept = {
        name: value
        for name, value in repository_free(environ).items()
        if not name.startswith(_OF_A_JOB) and value not in secrets and not value.startswith(_TOKENS)
    }
    # Requests for the stand-in never take a proxy. Programs differ in which spelling they read.
    direct = ",".join(filter(None, (environ.get("no_proxy") or environ.get("NO_PROXY"), _HERE)))
    kept |= {"NO_PROXY": direct, "no_proxy": direct}
    return {**kept, **ours}


def run(command: Sequence[str], work: Path, environ: Mapping[str, str], log: Path) -> int:
    """Exit code of a program, whose stdout goes to `log`. Interrupted, it is told so and waited for."""
    with log.open("wb") as out, INTERRUPTS.watched() as stopped:
        # In a group of its own: Ctrl-C reaches it once, from us, and nothing that it started survives.
        child = subprocess.Popen(  # noqa: S603 - this very program
            command, cwd=work, env=environ, stdin=subprocess.DEVNULL, stdout=out, start_new_session=True
        )
        was_stopped = stopped()
    try:
        if was_stopped:
            raise KeyboardInterrupt
        return child.wait()
    finally:
        if child.poll() is None:
            with INTERRUPTS.watched():
                _end(child)


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.send_signal(signal.SIGINT)
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def this_program(*arguments: str) -> tuple[str, ...]:
    """The command line of this installation. -P: nothing is imported from the checkout."""
    return (sys.executable, "-P", "-m", "mist_ci", *arguments)
