"""Objects of Git LFS: from the clone where it has them, from the cache, else from the server."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from mist_ci.adapters.datasets.arriving import Promised
from mist_ci.adapters.datasets.cache import ContentCache, digest_of
from mist_ci.adapters.datasets.download import Downloader
from mist_ci.adapters.datasets.lfs_batch import LfsServer
from mist_ci.adapters.datasets.lfs_endpoint import find_endpoint
from mist_ci.adapters.datasets.pointer import Pointer
from mist_ci.adapters.datasets.unverified import unverified
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_remote import Access
from mist_ci.ports.datasets import WantedData

OBJECTS_PER_REQUEST = 100


class LfsObjects:
    """The objects of one clone."""

    def __init__(
        self, repository: GitRepository, downloader: Downloader, cache: ContentCache, access: Access | None
    ) -> None:
        self._repository = repository
        self._downloader = downloader
        self._cache = cache
        self._access = access

    def fetch(self, pointers: Mapping[str, Pointer], wanted: WantedData) -> dict[str, Path]:
        """Path → file with the verified object. Raises CouldNotRun MC305."""
        for path, pointer in pointers.items():
            if pointer.size > self._downloader.max_bytes:
                reason = (
                    f"its pointer says {pointer.size:,} bytes; the limit is {self._downloader.max_bytes:,}"
                )
                raise unverified(path, reason, "split the data into smaller files")
        found = {path: self._here(pointer) for path, pointer in pointers.items()}
        missing = [(path, pointers[path]) for path, place in found.items() if place is None]
        fetched = self._from_server(missing, wanted) if missing else {}
        return {path: place or fetched[path] for path, place in found.items()}

    def _here(self, pointer: Pointer) -> Path | None:
        """In the clone's own store, or in the cache; hashed in both cases."""
        store = (
            self._repository.run("rev-parse", "--path-format=absolute", "--git-common-dir")
            .decode()
            .rstrip("\n")
        )
        place = Path(store) / "lfs" / "objects" / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid
        if place.is_file() and place.stat().st_size == pointer.size and digest_of(place) == pointer.oid:
            return place
        return self._cache.find(pointer.oid)

    def _from_server(self, missing: Sequence[tuple[str, Pointer]], wanted: WantedData) -> dict[str, Path]:
        endpoint = find_endpoint(self._repository, wanted.trusted)
        if endpoint is None:
            hint = "set lfs.url in .lfsconfig on the base branch, or run `git lfs pull` before the gate"
            raise unverified(missing[0][0], "no server of Git LFS is known for this clone", hint)
        server = LfsServer(self._downloader, endpoint, self._access, wanted.hosts)
        fetched: dict[str, Path] = {}
        for start in range(0, len(missing), OBJECTS_PER_REQUEST):
            part = missing[start : start + OBJECTS_PER_REQUEST]
            for (path, pointer), question in zip(part, server.locate(part), strict=True):
                promised = Promised(pointer.oid, pointer.size)
                save = partial(self._downloader.save, question, promised)
                fetched[path] = self._cache.find(pointer.oid) or self._cache.add(pointer.oid, save)
        return fetched
