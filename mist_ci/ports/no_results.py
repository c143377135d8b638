"""Results that nobody keeps: for what only looks ahead."""

from mist_ci.models.attempt import Attempt
from mist_ci.models.message import Payload
from mist_ci.ports.results import ResultStore


class NoResults:
    """Implements ResultStores: no directory is made."""

    def create(self, run_id: str) -> ResultStore:
        """A store that forgets."""
        return Forgetful(run_id)

    def save(self, name: str, text: str) -> str:
        """Nothing is kept, so there is no path to it."""
        del name, text
        return ""


class Forgetful:
    """Implements ResultStore."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.location = ""

    def record(self, attempt: Attempt) -> None:
        """Nothing is kept."""

    def message(self, kind: str, payload: Payload) -> None:
        """Nothing is kept."""

    def spans(self, lines: bytes) -> None:
        """Nothing is kept."""

    def save(self, name: str, text: str) -> None:
        """Nothing is kept."""
