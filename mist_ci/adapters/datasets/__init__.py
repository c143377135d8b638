"""The data of a data set: blobs of git, objects of Git LFS, and objects at an address."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.adapters.datasets.blobs import Blob, read_blobs
from mist_ci.adapters.datasets.cache import ContentCache
from mist_ci.adapters.datasets.pointer import read_pointer
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_remote import Access
from mist_ci.parsing.glob import matches
from mist_ci.ports.datasets import WantedData
from mist_ci.ports.sources import Opened

if TYPE_CHECKING:
    from mist_ci.adapters.datasets.download import Downloader
    from mist_ci.adapters.sources import Opener


class DataRoom:
    """Implements ports.Datasets for one clone. What downloads is imported when something is: most runs only ask."""

    def __init__(
        self,
        repository: GitRepository,
        *,
        access: Access | None = None,
        cache: Path | None = None,
        downloader: "Downloader | None" = None,
    ) -> None:
        self._repository = repository
        self._access = access
        self._cache = cache
        self._given = downloader

    @contextmanager
    def open(self, wanted: WantedData) -> Iterator[Sequence[Opened]]:
        """See ports.Datasets."""
        from mist_ci.adapters.sources import Opener  # noqa: PLC0415 - see the class

        with Opener() as opener:
            spare = opener.new_place()
            spare.mkdir()
            cache = ContentCache(self._cache, spare)
            if wanted.dataset.uri is not None:
                yield (self._at_address(wanted.dataset.uri, wanted, opener, cache),)
            else:
                yield tuple(self._in_tree(wanted, opener, cache))

    def _at_address(self, uri: str, wanted: WantedData, opener: "Opener", cache: ContentCache) -> Opened:
        from mist_ci.adapters.datasets.remote import fetch  # noqa: PLC0415 - see the class

        sha256 = wanted.dataset.sha256 or ""
        place = cache.find(sha256) or cache.add(
            sha256, lambda target: fetch(self._downloader(), uri, sha256, wanted.hosts, target)
        )
        return opener.open(uri, place)

    def _in_tree(self, wanted: WantedData, opener: "Opener", cache: ContentCache) -> Iterator[Opened]:
        pattern = wanted.dataset.path or ""
        paths = [path for path in wanted.tree.paths() if matches(pattern, path)]
        blobs = read_blobs(wanted.tree, paths, opener.new_place)
        objects = self._objects(blobs, wanted, cache) if wanted.dataset.lfs else {}
        for path, blob in blobs.items():
            if path in objects:
                yield opener.open(path, objects[path])
            elif isinstance(blob, bytes):
                yield opener.open_bytes(path, blob)
            else:
                yield opener.open(path, blob)

    def _objects(self, blobs: dict[str, Blob], wanted: WantedData, cache: ContentCache) -> dict[str, Path]:
        """What the pointers among the blobs stand for; a file that is committed as it is needs nothing."""
        read = {path: read_pointer(blob) for path, blob in blobs.items() if isinstance(blob, bytes)}
        pointers = {path: pointer for path, pointer in read.items() if pointer is not None}
        from mist_ci.adapters.datasets.lfs import LfsObjects  # noqa: PLC0415 - see the class

        lfs = LfsObjects(self._repository, self._downloader(), cache, self._access)
        return lfs.fetch(pointers, wanted) if pointers else {}

    def _downloader(self) -> "Downloader":
        from mist_ci.adapters.datasets.download import Downloader  # noqa: PLC0415 - see the class

        if self._given is None:
            self._given = Downloader()
        return self._given
