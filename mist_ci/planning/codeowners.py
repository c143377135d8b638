"""Who has to review a path: GitHub's CODEOWNERS, as far as it can be told from the file.

A pattern works as in .gitignore, without `!`, `[…]` and escapes; the last one that matches decides, and one without
owners takes them away. Owners that do not exist, or may not write, GitHub ignores: only its own page shows that.
"""

import re
from collections.abc import Sequence

from mist_ci.parsing.glob import matches
from mist_ci.ports.files import Tree

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""The first that exists counts."""
_UNSUPPORTED = re.compile(r"^!|[\[\]\\]")


def place(tree: Tree) -> str | None:
    """The file that counts; None when there is none."""
    return next((path for path in PLACES if path in tree.paths()), None)


def unowned(text: str, paths: Sequence[str]) -> tuple[str, ...]:
    r"""Those of the paths that nobody owns, in order.

    >>> unowned("/mist.yml @team\n/suites/ @team\n/suites/old/", ["mist.yml", "suites/a.yml", "suites/old/b.yml"])
    ('suites/old/b.yml',)
    """
    rules = [rule for line in text.splitlines() if (rule := _rule(line)) is not None]
    return tuple(path for path in paths if not _is_owned(rules, path))


def _rule(line: str) -> tuple[str, bool] | None:
    """Pattern, and whether it has owners."""
    words = line.partition("#")[0].split()
    if not words or _UNSUPPORTED.search(words[0]):
        return None
    return words[0], len(words) > 1


def _is_owned(rules: Sequence[tuple[str, bool]], path: str) -> bool:
    return next((owned for pattern, owned in reversed(rules) if _covers(pattern, path)), False)


def _covers(pattern: str, path: str) -> bool:
    plain = pattern.strip("/")
    anchored = plain if "/" in pattern.rstrip("/") else f"**/{plain}"
    is_directory, last = pattern.endswith("/"), plain.rpartition("/")[2]
    if not is_directory and matches(anchored, path):
        return True
    # `docs/*` owns the files in docs and nothing below; a plain name owns all that is below it.
    return (is_directory or "*" not in last) and matches(f"{anchored}/**", path)
