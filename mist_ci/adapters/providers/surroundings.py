"""What local code gets to see: where it runs, and with which variables."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mist_ci.errors import Code, CouldNotRun

_HINT = "name it in the provider's `files`, which come from the base branch, or install it"
_ALWAYS = ("LANG", "LC_ALL", "TZ")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`directory` holds the files that a run by hand may use. None in a job of CI.

    There the working directory may hold the files of a pull request, and those must not become the answers that the
    pull request is judged by. `home` holds the `files` that the policy names, out of the tree that is trusted.
    """

    environ: Mapping[str, str]
    directory: Path | None = None
    home: Path | None = None

    def variables(self, name: str, wanted: tuple[str, ...]) -> dict[str, str]:
        """A clean environment with the variables that the policy names. Raises CouldNotRun MC302 for a missing one."""
        for variable in wanted:
            if variable not in self.environ:
                message = f"provider {name} takes {variable} from the environment, and it is not set"
                raise CouldNotRun(Code.KEY_MISSING, message, hint=f"set {variable} for this step")
        named = {
            variable: self.environ[variable] for variable in (*_ALWAYS, *wanted) if variable in self.environ
        }
        return {"PATH": self._path(), **named}

    def program(self, name: str, command: Sequence[str]) -> tuple[str, ...]:
        """The command with the place of its program.

        Raises CouldNotRun MC303 when it is not there, or when a file is named that must not be run here.
        """
        program, root = command[0], self.home or self.directory
        is_own = self.home is not None and (self.home / program).is_file()
        if self.directory is None:
            if "/" in program and not program.startswith("/") and not is_own:
                raise refused_here(name, program, _HINT)
            for word in command:
                self._refuse_workspace(name, word)
        place = str(root / program) if root is not None and (is_own or "/" in program) else program
        found = shutil.which(place, path=self._path())
        if found is None:
            message = f"provider {name} runs {program}, and no such program is here"
            raise CouldNotRun(
                Code.PROVIDER_REFUSED, message, hint="is it installed in this job, and on PATH?"
            )
        if self.directory is None and not is_own:
            self._refuse_workspace(name, found)
        return (found, *command[1:])

    def _refuse_workspace(self, name: str, word: str) -> None:
        """Refuses a path into the directory in which the job runs."""
        here = Path.cwd()
        if word.startswith("/") and here != Path("/") and Path(word).resolve().is_relative_to(here):
            raise refused_here(name, word, _HINT)

    def _path(self) -> str:
        """Without relative entries: they would lead into the working directory."""
        entries = self.environ.get("PATH", os.defpath).split(os.pathsep)
        return os.pathsep.join(entry for entry in entries if entry.startswith("/"))


def refused_here(name: str, what: str, hint: str) -> CouldNotRun:
    """Files of the working directory are used by hand only."""
    message = (
        f"provider {name} uses {what} of the working directory, and in a CI job nothing there is run or believed: "
        "it may come from the pull request that is judged"
    )
    return CouldNotRun(Code.PROVIDER_REFUSED, message, hint=f"{hint}; `mist-ci eval` by hand uses it")
