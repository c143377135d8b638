"""When calls and their tries were made, on the clock on the wall."""

from dataclasses import dataclass

from mist_ci.ports.model_client import Completion, NoAnswer


@dataclass(frozen=True, slots=True)
class Span:
    """When a call began and ended, in Unix nanoseconds, and its tries where there were several.

    It never ends before it begins, and no try is outside of it.
    """

    start_ns: int
    end_ns: int
    tried_ns: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, asked_ns: int, asked_s: float, ended_s: float, answer: Completion | NoAnswer) -> "Span":
        """A call that was asked for at `asked_ns`, and waited some time for its place.

        The clock on the wall may be set meanwhile, so how long things took is told by that of the event loop.
        """
        taken_s = ended_s - asked_s
        waited_s = min(max(answer.waited_s, 0.0), taken_s)
        start_ns, end_ns = asked_ns + int(waited_s * 1e9), asked_ns + int(taken_s * 1e9)

        def moment(time_s: float) -> int:
            return min(max(asked_ns + int((time_s - asked_s) * 1e9), start_ns), end_ns)

        return cls(start_ns, end_ns, tuple((moment(began), moment(done)) for began, done in answer.tried_s))
