"""What local code gets to see: where it runs, and with which variables."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mist_ci.errors import Code, CouldNotRun

_ALWAYS = ("LANG", "LC_ALL", "TZ")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`directory` holds the files that a run by hand may use. None in a job of CI.

    There the working directory may hold the files of a pull request, and those must not become the answers that the
    pull request is judged by.
    """

    environ: Mapping[str, str]
    directory: Path | None = None

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

    def program(self, name: str, command: str) -> str:
        """Where a program is. Raises CouldNotRun MC303 when it is not there, or is a file that must not be run here."""
        if "/" in command and not command.startswith("/") and self.directory is None:
            raise refused_here(name, command, "install it, and name it as it is found on PATH")
        place = str(self.directory / command) if self.directory and "/" in command else command
        found = shutil.which(place, path=self._path())
        if found is None:
            message = f"provider {name} runs {command}, and no such program is here"
            raise CouldNotRun(
                Code.PROVIDER_REFUSED, message, hint="is it installed in this job, and on PATH?"
            )
        return found

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
