"""The line to one provider: who asks there, and whether anybody answers."""

from dataclasses import dataclass

from mist_ci.ports.model_client import Completion, ModelClient, NoAnswer

GONE_AFTER = 3
"""So many calls in a row without any HTTP response, each with all its retries, and the server counts as gone."""
NEVER_AFTER = 10
"""So many calls without an answer before there was one, and the server answers nobody, whatever it says instead."""


@dataclass(slots=True)
class Line:
    """A client, who says how many may speak at once, and what came of the calls so far."""

    client: ModelClient
    silent_in_a_row: int = 0
    _answers: int = 0
    _failures: int = 0

    def take(self, answer: Completion | NoAnswer) -> None:
        """What came of a call."""
        if isinstance(answer, NoAnswer):
            self._failures += 1
            self.silent_in_a_row = self.silent_in_a_row + 1 if answer.server_gone else 0
        else:
            self._answers += 1
            self.silent_in_a_row = 0

    @property
    def trouble(self) -> str | None:
        """Why to ask no more, as the end of a sentence; None while there is hope."""
        if self.silent_in_a_row >= GONE_AFTER:
            return "does not answer any more"
        if not self._answers and self._failures >= NEVER_AFTER:
            return f"answered none of the first {NEVER_AFTER} calls"
        return None
