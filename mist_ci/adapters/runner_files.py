"""GitHub's runner takes summaries and outputs from files that it names in the environment."""

from collections.abc import Callable, Mapping
from pathlib import Path

from mist_ci.errors import Code, CouldNotRun, Where


class RunnerFiles:
    """Implements ports.Runner. GITHUB_ENV and GITHUB_PATH are never written: they would reach later steps."""

    def __init__(self, environ: Mapping[str, str], unique: Callable[[], str]) -> None:
        self._environ = environ
        self._unique = unique

    def summary(self, markdown: str) -> None:
        """Appends to GITHUB_STEP_SUMMARY."""
        self._append("GITHUB_STEP_SUMMARY", markdown + "\n")

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
