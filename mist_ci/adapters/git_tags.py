"""Which commits were released: tags, read when somebody asks. They move, so no record holds them."""

from collections.abc import Mapping

from mist_ci.adapters.git import GitRepository
from mist_ci.errors import CouldNotRun, UsageError

_FORMAT = "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(parent)%00%(*parent)"


def release_tags(repository: GitRepository) -> Mapping[str, tuple[str, ...]]:
    """Commit id → names of the tags on it, or on a merge that brought it in; sorted by name. Empty without git."""
    try:
        listing = repository.run("for-each-ref", _FORMAT, "refs/tags/")
    except (CouldNotRun, UsageError):
        return {}
    found: dict[str, list[str]] = {}
    for line in listing.decode("utf-8", "replace").split("\n"):
        if not line:
            continue
        name, own, peeled, parents, peeled_parents = line.split("\0")
        # The first parent is what the branch was before: not what this tag released.
        for commit in (peeled or own, *(peeled_parents or parents).split()[1:]):
            found.setdefault(commit, []).append(name)
    return {commit: tuple(sorted(names)) for commit, names in found.items()}
