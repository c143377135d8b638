"""One object at an address: https by ourselves, everything else through fsspec and the library of that store."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from mist_ci.adapters.datasets.arriving import Arriving, Promised
from mist_ci.adapters.datasets.download import TOTAL_S, Downloader, Question
from mist_ci.adapters.datasets.routes import Route, place_of_url
from mist_ci.adapters.datasets.unverified import unverified
from mist_ci.adapters.providers.secret import Secret
from mist_ci.errors import Code, CouldNotRun, Where

_PIECE_BYTES = 2**20
_DRIVERS = {
    "s3": "s3fs",
    "gs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "hf": "huggingface_hub",
}


def fetch(downloader: Downloader, uri: str, sha256: str, hosts: Sequence[str], target: Path) -> None:
    """Writes the object to `target`, verified. Raises CouldNotRun MC305, and MC205 for a library that is missing."""
    promised = Promised(sha256)
    if uri.startswith(("https://", "http://")):
        route = Route(place_of_url(httpx.URL(uri)), frozenset(hosts))
        downloader.save(Question(uri, uri, route), promised, target)
        return
    with Arriving(uri, target, promised, downloader.max_bytes) as arriving:
        try:
            with _opened(uri) as stream:
                for piece in _pieces(stream):
                    arriving.write(piece)
        except CouldNotRun:
            raise
        except Exception as error:  # noqa: BLE001 - each store's library has errors of its own
            said = Secret(None).clean(f"{type(error).__name__}: {error}")
            hint = "does this job have the credentials that the library reads, and is the object there?"
            raise unverified(uri, f"cannot be fetched: {said}", hint) from None
        arriving.finish()


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    deadline = time.monotonic() + TOTAL_S
    while piece := stream.read(_PIECE_BYTES):
        yield piece
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not end within {TOTAL_S:,.0f} s")


def _opened(uri: str) -> Any:  # noqa: ANN401 - fsspec has no types
    """A stream. No cache of fsspec's own: what is read is hashed, and kept by its hash."""
    driver = _DRIVERS.get(uri.partition("://")[0], "")
    try:
        import fsspec  # noqa: PLC0415 - an extra

        filesystem, path = fsspec.core.url_to_fs(uri)
    except ImportError:
        needed = f"fsspec and {driver}" if driver else "fsspec"
        hint = f"pip install 'mist-ci[remote]' {driver}".rstrip()
        message = f"data at {uri.partition('://')[0]}:// needs {needed}"
        raise CouldNotRun(Code.EXTRA_MISSING, message, where=Where(uri), hint=hint) from None
    return filesystem.open(path, "rb", cache_type="readahead")
