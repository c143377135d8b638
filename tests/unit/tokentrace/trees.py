"""The spans of a run, as they are written."""

from collections.abc import Mapping, Sequence

from mist_ci.models.attempt import Attempt
from mist_ci.models.message import TraceSpan
from mist_ci.tokentrace.spans import Attribute, Tracer
from tests.fakes import spans_in


def lines(
    run_id: str,
    attempts: Sequence[Attempt],
    start_ns: int,
    end_ns: int,
    about: Mapping[str, Attribute] | None = None,
) -> list[bytes]:
    """One for each span, with its line feed: attempts with what is below them first, then what is above."""
    tracer = Tracer(run_id)
    written = [tracer.attempt(one) for one in attempts]
    return [
        line
        for block in (*written, *tracer.end(start_ns, end_ns, about))
        for line in block.splitlines(keepends=True)
    ]


def spans(
    run_id: str,
    attempts: Sequence[Attempt],
    start_ns: int,
    end_ns: int,
    about: Mapping[str, Attribute] | None = None,
) -> list[TraceSpan]:
    """The same, read."""
    return spans_in(b"".join(lines(run_id, attempts, start_ns, end_ns, about)))
