"""Claims: a shallow clone becomes as deep as the comparison needs, against real git; what cannot be had is said."""

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_fetch import deepen
from mist_ci.errors import Code, CouldNotRun, ExitCode, UsageError

IDENTITY = {f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
NOBODYS = "1" * 40


@dataclass(frozen=True)
class Work:
    """A repository on disk, used with the real git."""

    path: Path

    def git(self, *arguments: str, feed: str | None = None) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.path), **IDENTITY}
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(
            command, cwd=self.path, env=environment, input=feed, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def grow(self, branch: str, count: int, start: str | None = None, **files: str) -> str:
        """`count` commits more on a branch, the last one with these files; gives its tip."""
        parent = start or (f"refs/heads/{branch}^0" if self._has(branch) else None)
        lines = ["feature done"]
        for number in range(count):
            lines += [f"commit refs/heads/{branch}", "committer t <t> 1700000000 +0000", "data <<E", "c", "E"]
            lines += [f"from {parent}"] if parent and number == 0 else []
            lines += [f"M 644 inline n\ndata <<E\n{branch} {number}\nE"]
        lines += [f"M 644 inline {name}\ndata <<E\n{text}\nE" for name, text in files.items()]
        self.git("fast-import", "--quiet", "--force", feed="\n".join([*lines, "done", ""]))
        return self.tip(branch)

    def _has(self, branch: str) -> bool:
        return bool(self.git("for-each-ref", f"refs/heads/{branch}"))

    def tip(self, branch: str) -> str:
        return self.git("rev-parse", f"refs/heads/{branch}")

    def refs(self) -> str:
        return self.git("for-each-ref", "--format=%(refname)")

    def depth(self, revision: str) -> int:
        return int(self.git("rev-list", "--count", revision))

    def merge_bases(self, one: str, other: str) -> set[str]:
        return set(self.git("merge-base", "--all", one, other).split())

    def is_shallow(self) -> bool:
        return self.git("rev-parse", "--is-shallow-repository") == "true"


@pytest.fixture
def remote(tmp_path: Path) -> Work:
    """main with 30 commits, a pull request with 3 that parted 10 commits ago."""
    path = tmp_path / "remote"
    path.mkdir()
    work = Work(path)
    work.git("init", "--quiet", "--bare", "--initial-branch=main")
    work.grow("main", 20)
    work.grow("change", 3, start=work.tip("main"))
    work.grow("main", 10)
    return work


def clone(
    remote: Work, branch: str = "change", depth: int | None = 1, *, bare: bool = False, name: str = "clone"
) -> Work:
    path = remote.path.parent / name
    options = [f"--depth={depth}"] if depth else []
    options += ["--bare"] if bare else []
    remote.git("clone", "--quiet", f"--branch={branch}", *options, remote.path.as_uri(), str(path))
    return Work(path)


def deepened(work: Work, *wanted: str, remote: str = "origin") -> tuple[str, ...]:
    return deepen(GitRepository(work.path), remote, wanted)


def test_a_clone_of_one_commit_becomes_deep_enough_for_the_merge_base(remote: Work) -> None:
    work = clone(remote)
    base, head = deepened(work, "main", remote.tip("change"))
    assert (base, head) == (remote.tip("main"), remote.tip("change"))
    assert GitRepository(work.path).event(base, head).merge_base == remote.git("rev-parse", "main~10")


@pytest.mark.parametrize(("age", "below"), [(30, 50), (150, 200), (700, 1000), (1500, None)])
def test_history_is_fetched_in_steps_and_no_further_than_needed(
    remote: Work, age: int, below: int | None
) -> None:
    """`below`: so many commits at most are fetched beneath the merge-base."""
    remote.grow("main", 1200)
    parted = remote.tip("main")
    remote.grow("old", 1, start=parted)
    remote.grow("main", age)
    work = clone(remote, "old")
    base, head = deepened(work, "main", "old")
    assert work.merge_bases(base, head) == {parted}
    assert work.is_shallow() == (below is not None)
    assert work.depth(parted) <= (below or 1230) + 1


def test_a_head_that_is_not_in_the_clone_is_fetched_by_its_id(remote: Work) -> None:
    work = clone(remote, "main")
    head = remote.tip("change")
    assert deepened(work, "main", head) == (remote.tip("main"), head)
    assert work.merge_bases("HEAD", head) == remote.merge_bases("main", "change")


def test_a_pull_request_ref_and_a_tag_are_fetched_by_name(remote: Work) -> None:
    remote.git("update-ref", "refs/pull/7/head", remote.tip("change"))
    remote.git("tag", "--annotate", "--message=v1", "v1", "main~5")
    work = clone(remote, "main")
    assert deepened(work, "refs/pull/7/head", "refs/tags/v1") == (
        remote.tip("change"),
        remote.git("rev-parse", "main~5"),
    )


def test_the_tip_is_the_one_of_now_and_not_the_one_that_was_cloned(remote: Work) -> None:
    work = clone(remote, "main")
    new = remote.grow("main", 4)
    assert deepened(work, "main", remote.tip("change"))[0] == new


def test_a_base_that_was_force_pushed_is_compared_as_it_is_now(remote: Work) -> None:
    work = clone(remote, "main")
    old, new = remote.tip("main"), remote.grow("main", 5, start="main~25")
    base, head = deepened(work, "main", remote.tip("change"))
    assert base == new != old
    assert work.merge_bases(base, head) == remote.merge_bases("main", "change")


def test_a_commit_before_a_force_push_is_found_while_the_remote_keeps_it(remote: Work) -> None:
    before = remote.tip("main")
    remote.grow("main", 5, start="main~25")
    work = clone(remote, "main")
    assert deepened(work, before, "main") == (before, remote.tip("main"))


def test_a_commit_before_a_force_push_that_is_gone_is_named(remote: Work) -> None:
    work = clone(remote, "main")
    with pytest.raises(UsageError, match=f"does not have {NOBODYS}") as caught:
        deepened(work, NOBODYS, remote.tip("main"))
    assert caught.value.code is Code.UNKNOWN_REVISION
    assert "force-push" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["gone", "origin/main", "mai", "refs/heads", "HEAD"])
def test_a_branch_that_the_remote_does_not_have_is_named(remote: Work, name: str) -> None:
    with pytest.raises(UsageError, match=f"does not have {name}$") as caught:
        deepened(clone(remote), name, remote.tip("change"))
    assert caught.value.code is Code.UNKNOWN_REVISION


def test_an_older_common_commit_does_not_hide_the_true_merge_base(remote: Work) -> None:
    """main merged something ancient lately, so that a common commit is near, and the true one is far away."""
    ancient = remote.tip("main")
    parted = remote.grow("main", 300)
    tree = remote.git("rev-parse", "main^{tree}")
    head = remote.git("commit-tree", tree, "-p", parted, "-p", ancient, "-m", "head")
    far = remote.grow("main", 300)
    merged = remote.git("commit-tree", tree, "-p", far, "-p", ancient, "-m", "merge")
    remote.git("update-ref", "refs/heads/main", merged)
    remote.git("update-ref", "refs/heads/head", head)
    work = clone(remote, "head", depth=5)
    work.git("fetch", "--quiet", "--depth=5", "origin", "main")
    assert work.merge_bases(merged, head) == {ancient}  # what a clone of this depth would say
    base, _ = deepened(work, "main", head)
    assert work.merge_bases(base, head) == {parted} == remote.merge_bases("main", "head")


@pytest.mark.parametrize("depth", [1, 15, None])
def test_a_clone_only_grows_and_gets_no_refs(remote: Work, depth: int | None) -> None:
    work = clone(remote, "main", depth)
    commits, refs = work.depth("HEAD"), work.refs()
    remote.grow("main", 2)
    deepened(work, "main")
    assert work.is_shallow() <= (depth is not None)
    deepened(work, "main", remote.tip("change"))
    assert work.depth("HEAD") >= commits
    assert work.refs() == refs
    assert not (work.path / ".git" / "FETCH_HEAD").exists()


def test_nothing_is_fetched_for_commits_that_are_here_with_their_history(remote: Work) -> None:
    work = clone(remote, depth=None)
    commits = (remote.tip("main"), remote.tip("change"))
    assert deepened(work, *commits, remote="nowhere") == commits


def test_the_work_tree_and_the_index_stay_as_they_are(remote: Work) -> None:
    work = clone(remote)
    (work.path / "n").write_text("changed by hand")
    before = sorted(work.path.iterdir()), work.git("status", "--porcelain")
    deepened(work, "main", remote.tip("change"))
    assert (sorted(work.path.iterdir()), work.git("status", "--porcelain")) == before


def test_a_bare_clone_and_a_directory_inside_a_clone_will_do(remote: Work) -> None:
    work = clone(remote, bare=True)
    assert deepened(work, "main", "change") == (remote.tip("main"), remote.tip("change"))
    (inside := work.path / "sub").mkdir()
    assert deepened(Work(inside), "main", "change") == (remote.tip("main"), remote.tip("change"))


def test_one_commit_alone_is_fetched_without_its_history(remote: Work) -> None:
    work = clone(remote)
    (base,) = deepened(work, "main")
    assert work.depth(base) == 1
    assert deepened(work) == ()


def test_branches_without_a_common_commit_are_refused_with_a_next_step(remote: Work) -> None:
    remote.grow("stranger", 3)
    work = clone(remote, "stranger")
    with pytest.raises(UsageError, match="main and stranger have no common commit") as caught:
        deepened(work, "main", "stranger")
    assert caught.value.code is Code.UNKNOWN_REVISION
    assert caught.value.hint is not None


def test_a_remote_whose_own_history_is_cut_off_is_no_evidence(remote: Work) -> None:
    mirror = clone(remote, "main", depth=3)
    mirror.git("fetch", "--quiet", "--depth=2", "origin", "change:change")
    path = remote.path.parent / "second"
    mirror.git("clone", "--quiet", "--depth=1", mirror.path.as_uri(), str(path))
    with pytest.raises(CouldNotRun) as caught:
        deepened(Work(path), "main", "change")
    assert caught.value.code is Code.GIT_FAILED


def could_not_run(work: Work, remote: str, *wanted: str, timeout_s: float = 20.0) -> CouldNotRun:
    with pytest.raises(CouldNotRun) as caught:
        deepen(GitRepository(work.path), remote, wanted, timeout_s=timeout_s)
    error = caught.value
    assert error.code is Code.GIT_FAILED
    assert error.exit_code is ExitCode.COULD_NOT_RUN
    assert "fetch-depth: 0" in (error.hint or "")
    assert str(error).isprintable()
    return error


@pytest.mark.parametrize("wanted", [("main",), (NOBODYS,)])
def test_a_remote_that_is_gone_could_not_be_asked(remote: Work, wanted: tuple[str, ...]) -> None:
    work = clone(remote)
    work.git("remote", "set-url", "origin", (remote.path / "moved").as_uri())
    assert "cannot fetch from origin" in could_not_run(work, "origin", *wanted).message


@pytest.mark.parametrize("place", ["address", "configuration"])
def test_credentials_in_an_address_are_in_no_error(remote: Work, place: str) -> None:
    work = clone(remote)
    address = "https://someone:s3cr3t@127.0.0.1:1/a.git"
    work.git("remote", "set-url", "origin", address)
    error = could_not_run(work, address if place == "address" else "origin", "main")
    assert "127.0.0.1" in error.message
    assert "s3cr3t" not in f"{error} {error.hint}"
    assert "someone" not in f"{error} {error.hint}"


def test_keys_of_the_runner_do_not_reach_git(remote: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work = clone(remote)
    seen = work.path.parent / "seen"
    monkeypatch.setenv("PROD_LLM_KEY", "s3cr3t")
    monkeypatch.setenv("GIT_TRACE_CURL", "1")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"env > '{seen}'; false")
    could_not_run(work, "ssh://git@git.example.com/a.git", "main")
    assert "PATH=" in seen.read_text()
    assert "s3cr3t" not in seen.read_text()
    assert "GIT_TRACE_CURL" not in seen.read_text()


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_remote_that_never_answers_ends_in_time(remote: Work, silent: int) -> None:
    address = f"https://127.0.0.1:{silent}/a.git"
    assert "within 0.5 s" in could_not_run(clone(remote), address, "main", timeout_s=0.5).message


@pytest.mark.parametrize(
    "address", ["ext::sh -c 'touch {marker}'", "git://127.0.0.1/a", "http://127.0.0.1/a", "helper://a"]
)
def test_only_https_ssh_and_files_travel(remote: Work, address: str) -> None:
    work = clone(remote)
    marker = work.path.parent / "marker"
    for protocol in ("ext", "git", "http", "helper"):
        work.git("config", f"protocol.{protocol}.allow", "always")
    assert "not allowed" in could_not_run(work, address.format(marker=marker), "main").message
    assert not marker.exists()


def test_programs_that_the_clone_configures_are_not_started(remote: Work) -> None:
    work = clone(remote)
    borrowed = clone(remote, bare=True, name="borrowed").path / "objects"
    (work.path / ".git" / "objects" / "info" / "alternates").write_text(f"{borrowed}\n")
    marker = work.path.parent / "marker"
    program = work.path.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    program.chmod(0o755)
    hooks = work.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("reference-transaction", "post-checkout", "pre-auto-gc", "post-rewrite"):
        (hooks / hook).symlink_to(program)
    for key in ("remote.origin.uploadpack", "core.fsmonitor", "core.alternateRefsCommand"):
        work.git("config", key, str(program))
    deepened(work, "main", remote.tip("change"))
    assert not marker.exists()


HOSTILE = [
    "",
    "-",
    "--upload-pack=touch marker",
    "-u",
    "main:refs/heads/stolen",
    "+main:main",
    "^main",
    "refs/heads/*",
    "m?in",
    "[m]ain",
    "main..change",
    "main^{commit}",
    "main~1",
    "@{-1}",
    "main@{0}",
    "a b",
    "main\nchange",
    "main\0",
    "\ud800",
    "main\x1b[2J",
    "main.lock",
    "/main",
    "main/",
    "a//b",
    "refs/../config",
    "A" * 40 + "~1",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_no_branch_is_refused_before_anything_runs(remote: Work, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be fetched") as caught:
        deepened(remote, remote.tip("change"), name, remote="nowhere")
    assert caught.value.code is Code.UNKNOWN_REVISION
    assert str(caught.value).isprintable()


STRANGE = ["feature/$(touch${IFS}marker)", "feature/`id`;&|'\"", "+main", "grün/日本", "a\u202eb", "a\u2028b"]


@pytest.mark.parametrize("name", STRANGE)
def test_a_branch_with_a_strange_but_possible_name_is_only_a_name(remote: Work, name: str) -> None:
    tip = remote.tip("change")
    remote.git("update-ref", f"refs/heads/{name}", tip)
    work = clone(remote, "main")
    assert deepened(work, "main", name)[1] == tip
    assert not (work.path / "marker").exists()


@pytest.mark.parametrize("name", ["", "-", "--upload-pack=touch marker", "-origin", "ori\ngin", "a\0b"])
def test_a_remote_that_looks_like_an_option_is_refused(remote: Work, name: str) -> None:
    with pytest.raises(UsageError, match="is no remote") as caught:
        deepened(remote, "main", remote=name)
    assert caught.value.code is Code.USAGE
    assert str(caught.value).isprintable()


def test_outside_a_repository_nothing_is_asked(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        deepened(Work(tmp_path), "main")
    assert caught.value.code is Code.NO_REPOSITORY
