"""GitHub's runner takes summaries and outputs from files that it names in the environment."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from mist_ci.errors import Code, CouldNotRun, Where

MAX_SUMMARY_BYTES = 1_000_000


class RunnerFiles:
    """Implements ports.Runner. GITHUB_ENV and GITHUB_PATH are never written: they would reach later steps."""

    def __init__(self, environ: Mapping[str, str], unique: Callable[[], str], log: TextIO) -> None:
        self._log = log
        self._environ = environ
        self._unique = unique

    def summary(self, markdown: str) -> None:
        """Appends to GITHUB_STEP_SUMMARY; what is over the limit is left out, or nothing at all would be shown."""
        text = (markdown + "\n").encode()[:MAX_SUMMARY_BYTES].decode(errors="ignore")
        self._append("GITHUB_STEP_SUMMARY", text)

    def annotate(self, commands: Sequence[str]) -> None:
        """Prints them where a runner reads along."""
        if self._environ.get("GITHUB_ACTIONS") == "true":
            self._log.write("".join(f"{command}\n" for command in commands))
            self._log.flush()

    def outputs(self, values: Mapping[str, str]) -> None:
        """Appends to GITHUB_OUTPUT, each value between delimiters that nobody can have guessed."""
        text = ""
        for name, value in values.items():
            delimiter = f"mist-{self._unique()}"
            text += f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
        self._append("GITHUB_OUTPUT", text)

    def _append(self, variable: str, text: str) -> None:
        path = self._environ.get(variable)
        if not path:
            return
        try:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CouldNotRun(Code.CANNOT_WRITE, reason, where=Where(f"${variable}")) from None
