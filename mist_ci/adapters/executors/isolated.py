"""The Executor port: one child process per call, which the parent feeds, listens to and stops."""

import itertools
import json
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mist_ci.adapters.executors.conversations import (
    Unreadable,
    chat_job,
    chat_line,
    chat_rendered,
    encode,
    one_line,
)
from mist_ci.adapters.executors.process import Child, Limits, Stopped
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.ports.executor import ChatRendered, Conversation, Dialect, Rendered

_CHILD = Path(__file__).with_name("child.py")
_WINDOW_ROWS = 256
_WINDOW_BYTES = 1 << 21
"""What is sent before it is answered: enough that the child never waits, and little memory."""
_NONSENSE = "the template's process gave an answer that cannot be read"


class IsolatedExecutor:
    """Renders templates in `python -I` with an empty environment, no network, and limits on everything."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def render(
        self, template: str, contexts: Sequence[Mapping[str, object]], dialect: Dialect
    ) -> tuple[Rendered, ...]:
        """One rendering per context, in order. Costs about 0.2 s for the child, then 0.1 ms a row and up."""
        if not contexts:
            return ()
        done: list[Rendered] = []
        job = encode({"template": template, "dialect": dialect.value})
        try:
            replies = self._replies(job, map(encode, contexts), deque(), len(contexts))
            done.extend(_together(map(_rendered, replies), self._limits.all_chars))
        except Stopped as reason:
            done += [Rendered(None, str(reason))] * (len(contexts) - len(done))
        return tuple(done)

    def render_chat(
        self, template: ChatTemplate, conversations: Iterable[Conversation], now: datetime
    ) -> Iterator[ChatRendered]:
        """One rendering per conversation, in order, while they come. Costs as much as `render`."""
        job, rows = encode(chat_job(template, now)), self._limits.child_rows
        lines = (chat_line(conversation, template.behaviour) for conversation in conversations)
        stops, has_answered = 0, False
        while (first := next(lines, None)) is not None:
            unanswered: deque[bytes] = deque()
            some = itertools.chain([first], itertools.islice(lines, rows - 1))
            try:
                for reply in self._replies(job, some, unanswered, rows):
                    yield _chat_rendered(template, reply)
                    has_answered = True
            except Stopped as reason:
                failed = ChatRendered(template, None, str(reason))
                yield failed
                unanswered.popleft()  # it was this one; another child goes on with the next
                stops += 1
                lines = itertools.chain(unanswered, lines)  # type: ignore[assignment]
                if stops > (self._limits.restarts if has_answered else self._limits.first_restarts):
                    yield from (failed for _ in lines)

    def _replies(
        self, job: bytes, lines: Iterator[bytes], unanswered: deque[bytes], rows: int
    ) -> Iterator[object]:
        """What the child answers to each line. Raises Stopped; `unanswered` then begins with the line at fault."""
        limits, waited_s, answered = self._limits, 0.0, 0
        with tempfile.TemporaryDirectory(prefix="mist-child-") as home, Child(home, _CHILD) as child:
            child.start(limits, rows)
            child.feed([job])
            while True:
                if len(unanswered) <= _WINDOW_ROWS // 2:
                    more = _window(lines, unanswered)
                    child.feed(more)
                    unanswered += more
                if not unanswered:
                    return
                started = time.monotonic()
                left_s = min(limits.one_s, limits.total_s(answered + 1) - waited_s)
                reply = _parsed(child.line(started + left_s, limits, len(unanswered[0])))
                waited_s += time.monotonic() - started
                yield reply
                unanswered.popleft()
                answered += 1


def _together(texts: Iterable[Rendered], most_chars: int) -> Iterator[Rendered]:
    """The texts, until all of them are too long together. Raises Stopped."""
    chars = 0
    for one in texts:
        yield one
        chars += len(one.text or "")
        if chars > most_chars:
            raise Stopped(f"all its texts are more than {most_chars:,} characters")


def _window(lines: Iterator[bytes], unanswered: Iterable[bytes]) -> list[bytes]:
    """As many more lines as may be under way."""
    more: list[bytes] = []
    rows, size = len(list(unanswered)), sum(map(len, unanswered))
    while rows + len(more) < _WINDOW_ROWS and size < _WINDOW_BYTES:
        line = next(lines, None)
        if line is None:
            break
        more.append(line)
        size += len(line)
    return more


def _parsed(line: bytes) -> object:
    """The child runs hostile templates, so its words are checked too."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise Stopped(_NONSENSE) from None


def _rendered(reply: object) -> Rendered:
    match reply:
        case {"text": str(text)}:
            return Rendered(text)
        case {"error": str(error)}:
            return Rendered(None, one_line(error))
        case _:
            raise Stopped(_NONSENSE)


def _chat_rendered(template: ChatTemplate, reply: object) -> ChatRendered:
    try:
        return chat_rendered(template, reply)
    except Unreadable:
        raise Stopped(_NONSENSE) from None
