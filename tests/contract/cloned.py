"""A repository on disk with one commit, opened as data sets are."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mist_ci.adapters.datasets import DataRoom
from mist_ci.adapters.datasets.download import Downloader
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_remote import Access
from mist_ci.models.config import Dataset
from mist_ci.ports.datasets import WantedData
from mist_ci.ports.sources import BrokenSource, Opened

IDENTITY = {f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Clone:
    """A work tree whose remote is `origin`, and nothing else that a user may have configured."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", origin)

    def git(self, *arguments: str) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.path), "GIT_TERMINAL_PROMPT": "0"}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=environment | IDENTITY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, files: Mapping[str, bytes]) -> str:
        for name, content in files.items():
            place = self.path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=c")
        return self.git("rev-parse", "HEAD")

    def room(self, access: Access | None = None, cache: Path | None = None, **settings: Any) -> DataRoom:
        downloader = Downloader(sleep=lambda _: None, **settings)
        return DataRoom(GitRepository(self.path), access=access, cache=cache, downloader=downloader)

    def wanted(self, dataset: Dataset, head: str = "HEAD", base: str = "HEAD", *hosts: str) -> WantedData:
        repository = GitRepository(self.path)
        tree, trusted = (repository.tree(self.git("rev-parse", one), "t") for one in (head, base))
        return WantedData(dataset, tree, trusted, hosts)


def read(room: DataRoom, wanted: WantedData) -> dict[str, bytes]:
    """Path → JSONL view, all of it."""
    with room.open(wanted) as files:
        return {one.path: content(one) for one in files}


def content(opened: Opened) -> bytes:
    assert not isinstance(opened, BrokenSource), opened
    return b"".join(opened.blocks(0, opened.size))
