"""Files of training data as an earlier commit of the repository has them, under the names that they have now."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mist_ci.adapters.datasets.blobs import Blob, read_blob
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.sources.opening import Opener
from mist_ci.adapters.sources.sniffing import HEAD_BYTES, SUFFIXES, is_one_object, is_pointer, plain_name
from mist_ci.errors import Code, UsageError, Where
from mist_ci.ports.files import Tree
from mist_ci.ports.sources import DATASET_INFO, Opened


def open_earlier(opener: Opener, paths: Sequence[Path], revision: str) -> tuple[Opened, ...]:
    """What the paths held at a revision; files that were not there, or only as pointers, are left out.

    Raises UsageError MC202 outside of a repository, MC203 for a revision that it does not have and MC111 for a link
    that leads out of it.
    """
    found: dict[str, Opened] = {}
    for path in paths:
        repository = GitRepository(path if path.is_dir() else path.parent)
        root = Path(repository.run("rev-parse", "--show-toplevel").decode().rstrip("\n")).resolve()
        tree = repository.tree(repository.commit(revision), revision)
        for name, label in _names(tree, _inside(path, root), path):
            opened = _open(
                opener, read_blob(tree, name, opener.new_place()), label, is_named=not path.is_dir()
            )
            found |= {label: opened} if opened is not None else {}
    return tuple(found.values())


def _inside(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root).as_posix()
    except ValueError:
        raise UsageError(Code.UNSAFE_PATH, "leads out of the repository", where=Where(str(path))) from None


def _open(opener: Opener, blob: Blob, label: str, *, is_named: bool) -> Opened | None:
    if isinstance(blob, Path):
        return opener.open(label, blob)
    head = blob[:HEAD_BYTES]
    is_setting = not is_named and label.endswith(".json") and is_one_object(blob)
    if is_setting and Path(label).name == DATASET_INFO:
        opener.infos_before[label] = blob
    return None if is_pointer(head) or is_setting else opener.open_bytes(label, blob)


def _names(tree: Tree, inside: str, path: Path) -> Iterator[tuple[str, str]]:
    """Path in the tree, and the name that a finding would have, for a file or everything below a directory."""
    if not path.is_dir():
        yield from [(inside, str(path))] if tree.exists(inside) else []
        return
    start = "" if inside == "." else f"{inside}/"
    for name in tree.paths():
        if name.startswith(start) and plain_name(name).endswith(SUFFIXES):
            yield name, str(path / name.removeprefix(start))
