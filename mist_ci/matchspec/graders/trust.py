"""Which programs may grade, and where their files come from: a trusted tree, and never the one that is judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders.command import Command
from mist_ci.ports.files import Tree


@dataclass(frozen=True, slots=True)
class TrustedPrograms:
    """Command graders with files of `tree`. `allowed`: their identities; None for any, in a tree of one's own."""

    tree: Tree
    allowed: frozenset[str] | None = None

    def files(self, grader: Command, where: Where) -> Mapping[str, bytes]:
        """The files that a command grader needs. Raises ConfigError MC107 where it may not run here, and MC101."""
        if self.allowed is not None and grader.identity not in self.allowed:
            message = "this command grader is not on the base branch, so its program does not run"
            hint = "merge the program and a suite that names it first; a pull request adds no code to its own gate"
            raise ConfigError(Code.NOT_AVAILABLE, message, where=where, hint=hint)
        for part in grader.run:
            path = part.removeprefix("./")
            if path not in grader.files and self.tree.exists(path):
                hint = f"add it to the files: [{path}]"
                message = f"the program is run with {part!r}, which is not among its `files`"
                raise ConfigError(Code.WRONG_VALUE, message, where=where, hint=hint)
        return {path: self._read(path, where) for path in grader.files}

    def _read(self, path: str, where: Where) -> bytes:
        if not self.tree.exists(path):
            message = f"the grader's file {path} is not in {self.tree.label}"
            raise ConfigError(Code.FILE_MISSING, message, where=where)
        return self.tree.read(path)


def identities(graders: Iterable[object]) -> frozenset[str]:
    """What runs, for every command grader among these."""
    return frozenset(one.identity for one in graders if isinstance(one, Command))
