"""Claims: records in refs/mist/results survive racing writers, against real git, and no clone is changed by them."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mist_ci.adapters import git_objects
from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_iterations import REF, SEEN_REF, GitIterations
from mist_ci.errors import Code, CouldNotRun, MistError, UsageError
from mist_ci.models.iteration import Iteration
from tests.contract.test_git_fetch import Work, clone, remote
from tests.remembering import iteration

__all__ = ["remote"]  # a fixture

WRITERS, RECORDS = 6, 4
WRITER = """
import sys
from pathlib import Path
from mist_ci.adapters.clock import SystemClock
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_iterations import GitIterations
from tests.remembering import iteration

clone, first, count = sys.argv[1:]
store = GitIterations(GitRepository(Path(clone)), SystemClock())
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(first), int(first) + int(count)):
    store.append([iteration(number)])
"""


def store(work: Work, **changes: object) -> GitIterations:
    return GitIterations(GitRepository(work.path), SystemClock(), **changes)  # type: ignore[arg-type]


def runs(found: Sequence[Iteration]) -> list[str]:
    return [one.run_id for one in found]


def race(works: Sequence[Work], records: int = RECORDS) -> None:
    """A process for each clone, all of them writing from the same moment on."""
    root = Path(__file__).parents[2]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(work.path), str(number * records), str(records)],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number, work in enumerate(works)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.flush()
    errors = [writer.communicate(timeout=100)[1].decode() for writer in writers]
    assert [error for error in errors if error] == []


def test_racing_writers_lose_no_record(remote: Work) -> None:
    race([clone(remote, name=f"clone {number}") for number in range(WRITERS)])
    reader = clone(remote, name="reader")
    log = store(reader).read()
    assert runs(log.iterations) == [iteration(number).run_id for number in range(WRITERS * RECORDS)]
    assert log.notices == ()
    assert remote.depth(REF) == WRITERS * RECORDS
    remote.git("fsck", "--strict", "--no-dangling")


def test_racing_writers_in_one_clone_without_a_remote_lose_no_record(tmp_path: Path) -> None:
    work = Work(tmp_path)
    work.git("init", "--quiet", "--initial-branch=main")
    race([work] * WRITERS)
    assert len(store(work).read().iterations) == WRITERS * RECORDS
    assert work.depth(REF) == WRITERS * RECORDS


def test_racing_writers_in_one_shallow_clone_lose_no_record(remote: Work) -> None:
    work = clone(remote)
    race([work] * 3, records=2)
    assert len(store(work).read().iterations) == 6


@pytest.mark.parametrize("depth", [1, None])
def test_a_clone_keeps_its_branches_its_files_and_its_depth(remote: Work, depth: int | None) -> None:
    work = clone(remote, depth=depth)
    (work.path / "n").write_text("changed by hand")
    before = (
        work.git("status", "--porcelain"),
        work.depth("HEAD"),
        work.is_shallow(),
        work.git("branch", "--all"),
    )
    other = clone(remote, name="other")
    for number in range(3):
        store(other).append([iteration(number)])
    store(work).append([iteration(3)])
    assert len(store(work).read().iterations) == 4
    after = (
        work.git("status", "--porcelain"),
        work.depth("HEAD"),
        work.is_shallow(),
        work.git("branch", "--all"),
    )
    assert after == before
    ours = [ref for ref in work.refs().split() if ref.startswith("refs/mist/")]
    assert ours == [SEEN_REF]
    work.git("fsck", "--strict", "--no-dangling")


def test_a_clone_without_contents_reads_everything(remote: Work) -> None:
    remote.git("config", "uploadpack.allowFilter", "true")
    store(clone(remote, name="writer")).append([iteration(0)])
    path = remote.path.parent / "partial"
    remote.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", remote.path.as_uri(), str(path))
    work = Work(path)
    assert runs(store(work).read().iterations) == [iteration(0).run_id]
    store(work).append([iteration(1)])
    assert len(store(work).read().iterations) == 2


def test_several_models_and_runs_of_one_job_are_one_commit(remote: Work) -> None:
    work = clone(remote)
    other = iteration(0, model="router")
    store(work).append([iteration(0), other, iteration(40)])
    assert remote.depth(REF) == 1
    listed = remote.git("ls-tree", "-r", "--name-only", REF).split()
    assert listed == [f"2026/11/{iteration(0).run_id}.jsonl", f"2026/12/{iteration(40).run_id}.jsonl"]
    assert store(work).read().iterations == (iteration(0), other, iteration(40))


def test_what_is_there_already_is_not_written_again(remote: Work) -> None:
    work = clone(remote)
    for _ in range(2):
        store(work).append([iteration(0)])
    store(work).append([])
    assert remote.depth(REF) == 1
    with pytest.raises(CouldNotRun, match="already has another") as caught:
        store(work).append([iteration(0, gate="another")])
    assert caught.value.code is Code.HISTORY


def test_author_and_message_are_ours_whoever_writes(remote: Work) -> None:
    work = clone(remote)
    work.git("config", "user.name", "Somebody")
    work.git("config", "commit.gpgSign", "true")
    store(work).append([iteration(0)])
    told = remote.git("log", "-1", "--format=%an <%ae>%n%cn%n%s", REF).splitlines()
    name = f"2026/11/{iteration(0).run_id}.jsonl"
    assert told == ["MIST CI <mist-ci@mist-ci.invalid>", "MIST CI", name]


def damage(work: Work, **files: str) -> None:
    """Puts files into the ref as anybody could who may push there."""
    tree = "".join(
        f"100644 blob {work.git('hash-object', '-w', '--stdin', feed=text)}\t{name}\n"
        for name, text in files.items()
    )
    month = work.git("mktree", feed=tree)
    year = work.git("mktree", feed=f"040000 tree {month}\t11\n")
    root = work.git("mktree", feed=f"040000 tree {year}\t2026\n")
    work.git("update-ref", REF, work.git("commit-tree", root, "-m", "by hand"))


def test_entries_that_are_damaged_strange_or_newer_are_counted_and_kept(remote: Work) -> None:
    newer = iteration(1).model_dump_json().replace('"version":1', '"version":2,"more":true')
    good = iteration(0).model_dump_json()
    files = {
        "a.jsonl": good + "\n",
        "b.jsonl": newer + "\n",
        "c.jsonl": good[:80] + "\n",
        "d.jsonl": good[:80],
        "README.md": "hello\n",
        "e.jsonl": good.replace("assistant", "a" * 2**20) + "\n",
        "f.jsonl": "[" * 100_000 + "\n",
    }
    damage(remote, **files)
    work = clone(remote)
    log = store(work).read()
    assert runs(log.iterations) == [iteration(0).run_id]
    (notice,) = log.notices
    counted = "1 cut off, 2 not understood, 1 of a newer version of mist-ci, 1 too large, 1 under other names"
    assert notice == f"entries in {REF} that are not shown: {counted}"
    store(work).append([iteration(5)])
    assert len(remote.git("ls-tree", "-r", "--name-only", REF).split()) == len(files) + 1


def test_what_unpacks_to_gigabytes_is_left_out_and_told(remote: Work) -> None:
    """A hundred names for one blob of 15 MiB, in a ref of some kilobytes; what is newest is read."""
    place = store(remote)
    place.append([iteration(9)])
    blob = git_objects.write(place.repository, "blob", b"x" * (15 * 2**20) + b"\n")
    files: git_objects.Files = {("2020", "01", f"{number:03}.jsonl"): blob for number in range(100)}
    old = place.repository.run("rev-parse", REF).decode().strip()
    tree = git_objects.tree(place.repository, f"{old}^{{tree}}", files)
    commit = git_objects.commit(place.repository, tree, old, "a <a@example.com> 0 +0000", "many")
    place.repository.run("update-ref", REF, commit)
    log = place.read()
    assert len(log.iterations) == 1
    assert log.notices == (f"entries in {REF} that are not shown: 4 too large, 96 too old to be read",)


def test_a_file_where_a_directory_belongs_is_replaced(tmp_path: Path) -> None:
    work = Work(tmp_path)
    work.git("init", "--quiet", "--initial-branch=main")
    blob = work.git("hash-object", "-w", "--stdin", feed="x")
    root = work.git("mktree", feed=f"100644 blob {blob}\t2026\n")
    work.git("update-ref", REF, work.git("commit-tree", root, "-m", "by hand"))
    store(work).append([iteration(0)])
    assert runs(store(work).read().iterations) == [iteration(0).run_id]


@pytest.mark.parametrize("kind", ["a tag", "a file"])
def test_something_else_in_its_place_is_told_and_left_alone(remote: Work, kind: str) -> None:
    work = clone(remote)
    store(work).append([iteration(0)])
    if kind == "a tag":
        remote.git("tag", "--annotate", "--message=t", "odd", REF)
        remote.git("update-ref", REF, "refs/tags/odd")
    else:
        remote.git("update-ref", REF, remote.git("hash-object", "-w", "--stdin", feed="x"))
    before, slept = remote.git("rev-parse", REF), list[float]()
    for use in (store(work).read, lambda: store(work, sleep=slept.append).append([iteration(1)])):
        with pytest.raises(CouldNotRun, match="is no commit") as caught:
            use()
        assert caught.value.code is Code.HISTORY
    assert (remote.git("rev-parse", REF), slept) == (before, [])


def test_nothing_was_ever_written(remote: Work, tmp_path: Path) -> None:
    assert store(clone(remote)).read().iterations == ()
    (alone := tmp_path / "alone").mkdir()
    Work(alone).git("init", "--quiet")
    assert store(Work(alone)).read().iterations == ()
    (tmp_path / "nowhere").mkdir()
    with pytest.raises(UsageError) as caught:
        store(Work(tmp_path / "nowhere")).read()
    assert caught.value.code is Code.NO_REPOSITORY


def refused(work: Work) -> CouldNotRun:
    slept: list[float] = []
    with pytest.raises(CouldNotRun) as caught:
        store(work, sleep=slept.append).append([iteration(0)])
    assert slept == []
    assert str(caught.value).isprintable()
    return caught.value


def test_a_remote_that_takes_nothing_is_asked_once_and_says_why(remote: Work) -> None:
    work = clone(remote)
    hook = remote.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    error = refused(work)
    assert "cannot push to origin" in error.message
    assert "pre-receive hook declined" in error.message
    assert "contents: write" in (error.hint or "")


def test_a_remote_that_is_gone_is_no_race(remote: Work) -> None:
    work = clone(remote)
    work.git("remote", "set-url", "origin", (remote.path / "moved").as_uri())
    assert refused(work).code is Code.GIT_FAILED
    with pytest.raises(MistError):
        store(work).read()


def test_a_writer_that_always_loses_gives_up_and_says_so(remote: Work) -> None:
    """The ref is locked at the remote, as it is while another push arrives."""
    work, slept = clone(remote), list[float]()
    lock = remote.path / f"{REF}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    with pytest.raises(CouldNotRun, match="times in a row") as caught:
        store(work, sleep=slept.append).append([iteration(0)])
    assert caught.value.code is Code.HISTORY
    assert len(slept) == 30
    assert max(slept) <= 8
    lock.unlink()
    store(work).append([iteration(0)])


def test_programs_that_the_clone_configures_are_not_started(remote: Work) -> None:
    work = clone(remote)
    marker, program = work.path.parent / "marker", work.path.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    program.chmod(0o755)
    hooks = work.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("pre-push", "reference-transaction", "pre-auto-gc"):
        (hooks / hook).symlink_to(program)
    for key in ("remote.origin.receivepack", "remote.origin.uploadpack", "core.fsmonitor", "gpg.program"):
        work.git("config", key, str(program))
    work.git("config", "push.gpgSign", "if-asked")
    store(work).append([iteration(0)])
    assert not marker.exists()
