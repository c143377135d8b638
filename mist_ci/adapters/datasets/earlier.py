"""Files of training data as an earlier commit of the repository has them, under the names that they have now."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mist_ci.adapters.datasets.blobs import read_blob
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.sources.opening import Opener
from mist_ci.adapters.sources.sniffing import HEAD_BYTES, SUFFIXES, is_one_object, plain_name
from mist_ci.ports.files import Tree
from mist_ci.ports.sources import Opened


def open_earlier(opener: Opener, paths: Sequence[Path], revision: str) -> tuple[Opened, ...]:
    """What the paths held at a revision; files that were not there are left out.

    Raises UsageError MC202 outside of a repository and MC203 for a revision that it does not have.
    """
    found: dict[str, Opened] = {}
    for path in paths:
        here = path if path.is_dir() else path.parent
        repository = GitRepository(here)
        root = Path(repository.run("rev-parse", "--show-toplevel").decode().rstrip("\n")).resolve()
        tree = repository.tree(repository.commit(revision), revision)
        inside = path.resolve().relative_to(root).as_posix()
        for name, label in _names(tree, inside, path):
            blob = read_blob(tree, name, opener.new_place())
            if isinstance(blob, bytes):
                if path.is_dir() and name.endswith(".json") and is_one_object(blob[:HEAD_BYTES]):
                    continue
                found[label] = opener.open_bytes(label, blob)
            else:
                found[label] = opener.open(label, blob)
    return tuple(found.values())


def _names(tree: Tree, inside: str, path: Path) -> Iterator[tuple[str, str]]:
    """Path in the tree, and the name that a finding would have, for a file or everything below a directory."""
    if not path.is_dir():
        yield from [(inside, str(path))] if tree.exists(inside) else []
        return
    start = "" if inside == "." else f"{inside}/"
    for name in tree.paths():
        if name.startswith(start) and plain_name(name).endswith(SUFFIXES):
            yield name, str(path / name.removeprefix(start))
