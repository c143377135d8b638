"""Files that a data file names with `file://`: inside the repository, and never run."""

import posixpath

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.ports.files import Tree

SCHEME = "file://"
_CODE = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".py", ".rb", ".sh", ".go")


class Library:
    """Reads them, and remembers which were read: a suite depends on each."""

    def __init__(self, tree: Tree, base: str) -> None:
        self._tree = tree
        self._folder = posixpath.dirname(base)
        self.read_files: list[str] = []

    @property
    def tree(self) -> Tree:
        """Where they are."""
        return self._tree

    def find(self, address: str, where: Where) -> str:
        """The path in the tree that an address means, from the data file on. Raises ConfigError MC101 or MC111."""
        named = address.removeprefix(SCHEME)
        path = posixpath.normpath(posixpath.join(self._folder, named))
        if named.startswith("/") or path.startswith("..") or "\\" in named or not named.isprintable():
            message = f"{address!r} leads out of the repository"
            raise ConfigError(Code.UNSAFE_PATH, message, where=where, hint="write the path from the file on")
        if path.endswith(_CODE) or f"{path.rpartition(':')[0]}".endswith(_CODE):
            message = f"{address!r} is code, and code in a suite would run before anybody has looked at it"
            raise ConfigError(Code.NOT_AVAILABLE, message, where=where, hint="write down what it gives")
        if any(mark in path for mark in "*?["):
            message = f"{address!r} is a pattern, and a suite names its files one by one"
            raise ConfigError(Code.NOT_AVAILABLE, message, where=where)
        if not self._tree.exists(path):
            raise ConfigError(Code.FILE_MISSING, f"{path} is not in {self._tree.label}", where=where)
        self.read_files.append(path)
        return path

    def text(self, address: str, where: Where) -> str:
        """What a file says. Raises ConfigError, MC102 for what is not UTF-8."""
        path = self.find(address, where)
        try:
            return self._tree.read(path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ConfigError(Code.SYNTAX, f"{path}: byte {error.start} is not UTF-8", where=where) from None
