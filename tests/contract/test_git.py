"""Claims: real repositories are read as objects, hostile heads stay inert, and nothing of them is ever run."""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from mist_ci.adapters.git import GitRepository
from mist_ci.errors import Code, ConfigError, CouldNotRun, UsageError
from mist_ci.models.plan import Change, ChangeKind

LFS_POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
REGULAR, EXECUTABLE, SYMLINK, SUBMODULE = "100644", "100755", "120000", "160000"


@dataclass(frozen=True)
class Repository:
    """A real repository, filled with plumbing: so that names can be hostile and nothing is checked out."""

    path: Path

    def git(self, *arguments: str, feed: bytes | None = None) -> str:
        identity = {
            f"GIT_{who}_{what}": "test@example.com"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            input=feed,
            capture_output=True,
            check=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.path), **identity},
        )
        return done.stdout.decode().strip()

    def blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", feed=content)

    def tree(self, entries: Mapping[bytes, tuple[str, str]]) -> str:
        """A flat tree; a name with a slash makes a directory."""
        flat: dict[bytes, tuple[str, str]] = {}
        below: dict[bytes, dict[bytes, tuple[str, str]]] = {}
        for name, entry in entries.items():
            directory, slash, rest = name.partition(b"/")
            if slash:
                below.setdefault(directory, {})[rest] = entry
            else:
                flat[name] = entry
        for directory, inside in below.items():
            flat[directory] = ("040000", self.tree(inside))
        kinds = {SUBMODULE: b"commit", "040000": b"tree"}
        lines = [
            b"%s %s %s\t%s" % (mode.encode(), kinds.get(mode, b"blob"), identifier.encode(), name)
            for name, (mode, identifier) in flat.items()
        ]
        return self.git("mktree", "-z", "--missing", feed=b"".join(line + b"\0" for line in lines))

    def commit(self, files: Mapping[str | bytes, bytes | tuple[str, str]], *parents: str) -> str:
        entries = {
            os.fsencode(name): (REGULAR, self.blob(entry)) if isinstance(entry, bytes) else entry
            for name, entry in files.items()
        }
        options = [option for parent in parents for option in ("-p", parent)]
        return self.git("commit-tree", "-m", "a commit", *options, self.tree(entries))

    def branch(self, name: str, commit: str) -> None:
        self.git("update-ref", f"refs/heads/{name}", commit)

    @property
    def adapter(self) -> GitRepository:
        return GitRepository(self.path)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    path = tmp_path / "mit Leerzeichen und Umläuten 値"
    path.mkdir()
    found = Repository(path)
    found.git("init", "--quiet", "--initial-branch=main")
    return found


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that only a booby trap makes."""
    return tmp_path / "pwned"


def read(repository: Repository, commit: str, path: str) -> bytes:
    return repository.adapter.tree(commit, "head").read(path)


def paths(repository: Repository, commit: str) -> list[str]:
    return list(repository.adapter.tree(commit, "head").paths())


# What it reads.


def test_an_event_has_both_tips_and_the_commit_where_they_parted(repository: Repository) -> None:
    root = repository.commit({"a": b"1"})
    base = repository.commit({"a": b"2"}, root)
    head = repository.commit({"a": b"3"}, root)
    repository.branch("main", base)
    repository.branch("topic", head)
    event = repository.adapter.event("main", "topic")
    assert (event.base_ref, event.base, event.head, event.merge_base) == ("main", base, head, root)
    assert repository.adapter.event("refs/heads/main", head[:12]).head == head


def test_a_tag_means_the_commit_it_points_to(repository: Repository) -> None:
    root = repository.commit({"a": b"1"})
    repository.git("tag", "-a", "-m", "a tag", "v1", root)
    assert repository.adapter.event("v1", "v1").base == root


def test_a_tag_that_is_called_like_the_branch_does_not_choose_the_policy(repository: Repository) -> None:
    base, evil = repository.commit({"mist.yml": b"strict"}), repository.commit({"mist.yml": b"lax"})
    repository.branch("main", base)
    repository.git("tag", "main", evil)
    assert repository.adapter.event("main", "main").base == base


def test_branches_that_were_merged_criss_cross_have_parted_in_several_places(repository: Repository) -> None:
    root = repository.commit({"a": b"0"})
    left, right = repository.commit({"a": b"1"}, root), repository.commit({"a": b"2"}, root)
    repository.branch("main", repository.commit({"a": b"3"}, left, right))
    repository.branch("topic", repository.commit({"a": b"4"}, right, left))
    event = repository.adapter.event("main", "topic")
    assert {event.merge_base, *event.other_merge_bases} == {left, right}


def test_files_are_read_byte_for_byte_whatever_is_in_them(repository: Repository) -> None:
    content = bytes(range(256)) + b"\r\n$Id$\n"
    commit = repository.commit(
        {"a.bin": content, "deep/er/file": b"", "run.sh": (EXECUTABLE, repository.blob(b"#!"))}
    )
    tree = repository.adapter.tree(commit, "head")
    assert tree.label == f"head ({commit[:7]})"
    assert list(tree.paths()) == ["a.bin", "deep/er/file", "run.sh"]
    assert [tree.read(path) for path in tree.paths()] == [content, b"", b"#!"]
    assert tree.exists("deep/er/file")
    assert not tree.exists("deep/er")


def test_a_file_that_is_not_there_is_an_error_that_names_the_side(repository: Repository) -> None:
    commit = repository.commit({"a": b""})
    with pytest.raises(ConfigError) as caught:
        read(repository, commit, "b")
    assert caught.value.code is Code.FILE_MISSING
    assert f"head ({commit[:7]})" in caught.value.message


def test_changes_are_sorted_and_a_rename_is_a_deletion_and_an_addition(repository: Repository) -> None:
    before = repository.commit({"same": b"s", "edited": b"1", "old": b"content " * 99, "mode": b"#!"})
    after = repository.commit(
        {"same": b"s", "edited": b"2", "new": b"content " * 99, "mode": (EXECUTABLE, repository.blob(b"#!"))}
    )
    assert repository.adapter.changes(before, after) == (
        Change(path="edited", kind=ChangeKind.MODIFIED),
        Change(path="mode", kind=ChangeKind.MODIFIED),
        Change(path="new", kind=ChangeKind.ADDED),
        Change(path="old", kind=ChangeKind.DELETED),
    )
    assert repository.adapter.changes(before, before) == ()


def test_an_lfs_pointer_comes_through_as_the_bytes_it_is(repository: Repository) -> None:
    commit = repository.commit({"data.jsonl": LFS_POINTER, ".gitattributes": b"*.jsonl filter=lfs\n"})
    assert read(repository, commit, "data.jsonl") == LFS_POINTER


def test_ten_thousand_files_are_listed(repository: Repository) -> None:
    blob = repository.blob(b"x")
    commit = repository.commit(
        {f"data/{number:05}-{'n' * 150}.jsonl": (REGULAR, blob) for number in range(10_000)}
    )
    empty = repository.commit({})
    assert len(paths(repository, commit)) == 10_000
    assert len(repository.adapter.changes(empty, commit)) == 10_000


def test_a_bare_repository_is_as_good_as_any(repository: Repository, tmp_path: Path) -> None:
    commit = repository.commit({"a": b"1"})
    repository.branch("main", commit)
    bare = tmp_path / "bare.git"
    repository.git("clone", "--quiet", "--bare", ".", str(bare))
    assert GitRepository(bare).tree(commit, "head").read("a") == b"1"


def test_a_subdirectory_reads_the_whole_tree(repository: Repository) -> None:
    commit = repository.commit({"a": b"1", "sub/b": b"2"})
    (repository.path / "sub").mkdir()
    assert list(GitRepository(repository.path / "sub").tree(commit, "head").paths()) == ["a", "sub/b"]


# What it refuses.


@pytest.mark.parametrize(("mode", "what"), [(SYMLINK, "a symbolic link"), (SUBMODULE, "a submodule")])
def test_a_link_and_a_submodule_are_not_listed_not_absent_and_not_read(
    repository: Repository, mode: str, what: str
) -> None:
    target = repository.commit({"a": b"1"}) if mode == SUBMODULE else repository.blob(b"/etc/passwd")
    commit = repository.commit({"mist.yml": (mode, target), "ok": b""})
    tree = repository.adapter.tree(commit, "head")
    assert (list(tree.paths()), list(tree.irregular())) == (["ok"], ["mist.yml"])
    assert tree.exists("mist.yml"), "else a policy behind a link would be taken for no policy"
    with pytest.raises(ConfigError) as caught:
        tree.read("mist.yml")
    assert caught.value.code is Code.UNSAFE_PATH
    assert what in caught.value.message


def test_a_file_that_became_a_link_is_a_change(repository: Repository) -> None:
    before = repository.commit({"data": b"1"})
    after = repository.commit({"data": (SYMLINK, repository.blob(b"elsewhere"))})
    assert repository.adapter.changes(before, after) == (Change(path="data", kind=ChangeKind.MODIFIED),)


HOSTILE_NAMES = [
    b"new\nline.yml",
    b"return\r.yml",
    b"\x1b[31mred.yml",
    b"\x1b\\ud800.yml",
    b"\x1b\\x.yml",
    b"tab\t.yml",
    b"bell\x07.yml",
    b"delete\x7f.yml",
    b"\xff\xfe.yml",
    b"\xe9.yml",
    "right\u202eleft.yml".encode(),
    "zero\u200bwidth.yml".encode(),
    b"\xed\xa0\x80.yml",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=repr)
def test_a_file_with_a_hostile_name_is_spelt_harmlessly_and_never_read(
    repository: Repository, name: bytes
) -> None:
    before = repository.commit({"é.yml": b"1"})
    after = repository.commit({"é.yml": b"1", name: b"evil", b"deep/" + name: b"evil"})
    tree = repository.adapter.tree(after, "head")
    assert list(tree.paths()) == ["é.yml"]
    changes = repository.adapter.changes(before, after)
    assert sorted(change.path for change in changes) == list(tree.irregular())
    for change in changes:
        assert change.path.isascii()
        assert change.path.isprintable()
        with pytest.raises(ConfigError) as caught:
            tree.read(change.path)
        assert caught.value.code is Code.UNSAFE_PATH


@pytest.mark.parametrize("name", [b"..", b"../up.yml", b"a/../../up.yml", b".git/config", b"./dot.yml"])
def test_a_name_that_leads_out_of_the_tree_is_never_read(repository: Repository, name: bytes) -> None:
    commit = repository.commit({"ok.yml": b"1", name: b"evil"})
    tree = repository.adapter.tree(commit, "head")
    assert list(tree.paths()) == ["ok.yml"]
    with pytest.raises(ConfigError) as caught:
        tree.read(os.fsdecode(name))
    assert caught.value.code is Code.UNSAFE_PATH


def test_quotes_blanks_and_glob_characters_are_only_names(repository: Repository) -> None:
    names = ['a "b".yml', "*.yml", "-h", "--output=x", ":(top)a", "$(touch pwned)", "a;b", "é.yml", " "]
    commit = repository.commit({name: name.encode() for name in names})
    assert paths(repository, commit) == sorted(names)
    assert all(read(repository, commit, name) == name.encode() for name in names)


@pytest.mark.parametrize(
    "revision",
    [
        *("--upload-pack=touch pwned", "-h", "--help", "--all", "--git-dir", "--exec-path=.", "-", "--"),
        *("", " ", "main\0x", "main..main", "main\nmain", "^main", "nothing", "0" * 40, "HEAD:a", "main:"),
        "\udcff",
    ],
)
def test_what_is_no_revision_is_the_callers_mistake_whatever_it_looks_like(
    repository: Repository, revision: str
) -> None:
    repository.branch("main", repository.commit({"a": b"1"}))
    for base, head in ((revision, "main"), ("main", revision)):
        with pytest.raises(UsageError) as caught:
            repository.adapter.event(base, head)
        assert caught.value.code is Code.UNKNOWN_REVISION
        assert "fetch" in str(caught.value.hint)


def test_commits_without_a_common_one_ask_for_more_history(repository: Repository) -> None:
    repository.branch("main", repository.commit({"a": b"1"}))
    repository.branch("island", repository.commit({"a": b"2"}))
    with pytest.raises(UsageError) as caught:
        repository.adapter.event("main", "island")
    assert "fetch-depth: 0" in str(caught.value.hint)


def test_outside_a_repository_the_caller_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        GitRepository(tmp_path).event("main", "HEAD")
    assert caught.value.code is Code.NO_REPOSITORY


def test_a_directory_that_is_none_is_an_error_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "gone", tmp_path / "file"):
        with pytest.raises(CouldNotRun) as caught:
            GitRepository(place).event("main", "HEAD")
        assert caught.value.code is Code.GIT_FAILED


def test_a_damaged_object_is_an_error_of_git(repository: Repository) -> None:
    commit = repository.commit({"a": (REGULAR, "1" * 40)})
    with pytest.raises(CouldNotRun) as caught:
        read(repository, commit, "a")
    assert caught.value.code is Code.GIT_FAILED


# What it never runs or believes.


def test_a_replaced_object_is_read_as_what_it_is(repository: Repository) -> None:
    good, evil = repository.blob(b"margin: 0.05"), repository.blob(b"margin: 0.99")
    base = repository.commit({"mist.yml": (REGULAR, good)})
    other = repository.commit({"mist.yml": (REGULAR, evil)})
    repository.branch("main", base)
    repository.git("replace", good, evil)
    repository.git("replace", base, other)
    assert read(repository, base, "mist.yml") == b"margin: 0.05"
    assert repository.adapter.event("main", "main").base == base
    assert repository.adapter.changes(base, other) == (Change(path="mist.yml", kind=ChangeKind.MODIFIED),)


@pytest.mark.parametrize(
    "name",
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES",
     "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_REPLACE_REF_BASE", "GIT_COMMON_DIR", "GIT_CONFIG_PARAMETERS"],
)  # fmt: skip
def test_git_variables_of_the_environment_do_not_lead_elsewhere(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    elsewhere = Repository(tmp_path / "elsewhere")
    elsewhere.path.mkdir()
    elsewhere.git("init", "--quiet")
    repository.branch("main", commit := repository.commit({"a": b"1"}))
    monkeypatch.setenv(name, str(elsewhere.path / ".git"))
    assert repository.adapter.event("main", "main").base == commit
    assert read(repository, commit, "a") == b"1"


def _hooks(repository: Repository, trap: Path) -> None:
    hooks = repository.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in (
        "post-checkout",
        "pre-commit",
        "reference-transaction",
        "fsmonitor-watchman",
        "post-index-change",
    ):
        (hooks / name).write_text(trap.read_text())
        (hooks / name).chmod(0o755)
    repository.git("config", "core.hooksPath", str(hooks))


def _config(*pairs: tuple[str, str]) -> Callable[[Repository, Path], None]:
    def spring(repository: Repository, trap: Path) -> None:
        for key, value in pairs:
            repository.git("config", key, value.format(trap=f"'{trap}'"))

    return spring


def _environment(name: str) -> Callable[[Repository, Path], None]:
    def spring(_repository: Repository, trap: Path) -> None:
        os.environ[name] = f"'{trap}'"

    return spring


TRAPS: dict[str, Callable[[Repository, Path], None]] = {
    "hooks": _hooks,
    "filters": _config(
        ("filter.pwn.smudge", "{trap}"), ("filter.pwn.clean", "{trap}"), ("filter.pwn.process", "{trap}")
    ),
    "required filter": _config(("filter.pwn.required", "true"), ("filter.pwn.smudge", "{trap}")),
    "textconv": _config(("diff.pwn.textconv", "{trap}"), ("diff.pwn.command", "{trap}")),
    "external diff": _config(("diff.external", "{trap}")),
    "merge driver": _config(("merge.pwn.driver", "{trap}"), ("merge.default", "pwn")),
    "fsmonitor": _config(("core.fsmonitor", "{trap}")),
    "pager": _config(("core.pager", "{trap}"), ("pager.ls-tree", "{trap}"), ("pager.diff-tree", "{trap}")),
    "editor and ssh": _config(
        ("core.editor", "{trap}"), ("core.sshCommand", "{trap}"), ("core.askPass", "{trap}")
    ),
    "aliases": _config(
        *((f"alias.{name}", "!{trap}") for name in ("rev-parse", "ls-tree", "cat-file", "diff-tree"))
    ),
    "credentials": _config(
        ("credential.helper", "!{trap}"), ("gpg.program", "{trap}"), ("log.showSignature", "true")
    ),
    "lazy fetch": _config(
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "ext::{trap}"),
        ("remote.origin.uploadpack", "{trap}"),
        ("protocol.ext.allow", "always"),
    ),
    "lazy fetch from a path": _config(
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "."),
        ("remote.origin.uploadpack", "{trap}"),
        ("protocol.file.allow", "always"),
    ),
    **{
        name: _environment(name)
        for name in (
            "GIT_EXTERNAL_DIFF",
            "GIT_PAGER",
            "GIT_SSH_COMMAND",
            "GIT_ASKPASS",
            "GIT_EDITOR",
            "GIT_TRACE",
        )
    },
}


@pytest.mark.parametrize("trap", TRAPS)
def test_no_program_that_a_repository_or_its_environment_names_is_ever_run(
    repository: Repository, marker: Path, monkeypatch: pytest.MonkeyPatch, trap: str
) -> None:
    script = marker.with_name("trap.sh")
    script.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    script.chmod(0o755)
    attributes = b"* filter=pwn diff=pwn merge=pwn ident text eol=crlf working-tree-encoding=UTF-16\n"
    root = repository.commit({"a.txt": b"1\n", ".gitattributes": attributes})
    missing = repository.commit(
        {"gone": (REGULAR, "1" * 40), "a.txt": b"2\n", ".gitattributes": attributes}, root
    )
    repository.branch("main", root)
    repository.branch("topic", missing)
    (repository.path / ".git" / "info").mkdir(exist_ok=True)
    (repository.path / ".git" / "info" / "attributes").write_bytes(attributes)
    (repository.path / ".gitattributes").write_bytes(attributes)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    TRAPS[trap](repository, script)

    event = repository.adapter.event("main", "topic")
    head = repository.adapter.tree(event.head, "head")
    assert list(head.paths()) == [".gitattributes", "a.txt", "gone"]
    assert head.read("a.txt") == b"2\n"
    with pytest.raises(CouldNotRun):
        head.read("gone")
    assert len(repository.adapter.changes(event.merge_base, event.head)) == 2
    assert not marker.exists()


def test_the_traps_would_spring_if_somebody_stepped_on_them(repository: Repository, marker: Path) -> None:
    script = marker.with_name("trap.sh")
    script.write_text(f"#!/bin/sh\ntouch '{marker}'\ncat\n")
    script.chmod(0o755)
    commit = repository.commit({"a.txt": b"1\n", ".gitattributes": b"* filter=pwn\n"})
    repository.branch("main", commit)
    TRAPS["filters"](repository, script)
    subprocess.run(
        ["git", "checkout", "--quiet", "--force", "main"], cwd=repository.path, check=False, timeout=20
    )
    assert marker.exists()


def test_reading_leaves_no_trace_in_the_repository(repository: Repository) -> None:
    commit = repository.commit({"a": b"1"})
    repository.branch("main", commit)

    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in repository.path.rglob("*") if path.is_file()}

    before = state()
    event = repository.adapter.event("main", "main")
    repository.adapter.tree(event.head, "head").read("a")
    repository.adapter.changes(event.base, event.head)
    assert state() == before
