"""New objects in a repository, made with plumbing: no index, no work tree, nothing that configuration could start."""

from collections.abc import Mapping

from mist_ci.adapters.git import GitRepository

FILE_MODE = "100644"
_DIRECTORY_MODE, _TREE = "040000", "tree"

Entry = tuple[str, str, str]
"""Mode, kind, object id."""
Files = Mapping[tuple[str, ...], str]
"""Names from the outermost directory to the file → object id of its content."""


def write(repository: GitRepository, kind: str, content: bytes) -> str:
    """The id of an object (blob, commit) that is in the repository afterwards. Raises CouldNotRun MC308."""
    return repository.run("hash-object", "-t", kind, "-w", "--stdin", feed=content).decode().strip()


def commit(repository: GitRepository, tree: str, parent: str | None, stamp: str, message: str) -> str:
    """A commit by one identity: `stamp` is `NAME <ADDRESS> SECONDS ZONE`. Never signed: it proves nothing."""
    parents = [f"parent {parent}"] if parent else []
    lines = [f"tree {tree}", *parents, f"author {stamp}", f"committer {stamp}", "", message, ""]
    return write(repository, "commit", "\n".join(lines).encode())


def tree(repository: GitRepository, old: str | None, added: Files) -> str:
    """A tree like the old one, with these files in it. Everything else stays, whatever somebody put there."""
    entries = _entries(repository, old)
    below: dict[str, dict[tuple[str, ...], str]] = {}
    for (name, *rest), blob in added.items():
        if rest:
            below.setdefault(name, {})[tuple(rest)] = blob
        else:
            entries[name] = (FILE_MODE, "blob", blob)
    for name, inside in below.items():
        _, kind, identifier = entries.get(name, ("", "", ""))
        subtree = tree(repository, identifier if kind == _TREE else None, inside)
        entries[name] = (_DIRECTORY_MODE, _TREE, subtree)
    feed = "".join(f"{mode} {kind} {one}\t{name}\0" for name, (mode, kind, one) in entries.items())
    # Objects of a partial clone may be missing here; the remote has them.
    made = repository.run("mktree", "-z", "--missing", feed=feed.encode("utf-8", "surrogateescape"))
    return made.decode().strip()


def _entries(repository: GitRepository, tree: str | None) -> dict[str, Entry]:
    """Name → entry of one tree."""
    listing = repository.run("ls-tree", "-z", "--full-tree", tree) if tree else b""
    entries: dict[str, Entry] = {}
    for line in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        described, _, name = line.partition("\t")
        mode, kind, identifier = described.split(" ")
        entries[name] = (mode, kind, identifier)
    return entries
