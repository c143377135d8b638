"""The tree of spans of a run: run → suite → sample → attempt → call, made while the run goes on.

Ids are derived, never random, so parents are known before they end. An attempt and what is below it are made when the
attempt ends; samples, suites and the run when the run ends, with the sums of what was below them.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from mist_ci.models.attempt import Attempt
from mist_ci.models.modelref import ModelReference
from mist_ci.models.span_attributes import (
    AttemptAttributes,
    SuiteAttributes,
    WrittenSpan,
    line_of,
)
from mist_ci.tokentrace.call_spans import call, judging, lost_calls, span_line
from mist_ci.tokentrace.plain_lines import Seat, is_plain, label_of, plain_lines, sample_line
from mist_ci.tokentrace.span_ids import KEY_DIGITS, MOST, PRIME, STEP, hex_of, number_of
from mist_ci.tokentrace.sums import Sums, both, of_answer, of_judging, times_of

RUN, SUITE, SAMPLE, ATTEMPT = "mist.run", "mist.suite", "mist.sample", "mist.attempt"
IN_ONE_WRITE = 256
"""So many spans of samples are written together."""
Attribute = str | int | float | bool | None
Status = Literal["ok", "error"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model reference comes from, as far as anybody knows: its commit, and the data it was trained on."""

    iteration: str | None = None
    data_hash: str | None = None

    @classmethod
    def of(cls, reference: ModelReference, commit: str | None = None) -> "Origin":
        """Of a reference in a commit; None for files as they are now."""
        return cls(commit, reference.trained_on.data_hash if reference.trained_on else None)


UNKNOWN = Origin()


class _Asked(msgspec.Struct, gc=False):
    """Somebody who was asked about a suite."""

    number: int
    origin: Origin | None = None
    seat: Seat = msgspec.field(default_factory=Seat)


class _Sample(Sums, gc=False, kw_only=True):
    """A sample's sums; `one` is the first of its attempts."""

    one: Attempt


class _Suite(msgspec.Struct):
    """A version of a suite, and what was asked of it."""

    span_id: str
    number: int
    ended: list[Attempt] = []
    samples: "array[int]" = msgspec.field(default_factory=lambda: array("Q"))
    """The numbers of their samples' spans."""
    asked: dict[str, _Asked] = {}

    def summed(self) -> dict[int, _Sample]:
        """Number → sample with its sums, in the order in which they first came."""
        found: dict[int, _Sample] = {}
        for number, one in zip(self.samples, self.ended, strict=True):
            sample = found.get(number)
            if sample is None:
                sample = found[number] = _Sample(one=one)
            sample.take(one)
        return found

    def sample(self, key: str) -> int:
        """The number of a sample's span. Our own keys are hashes; another tool's may be as short as a row's number."""
        try:
            if len(key) == KEY_DIGITS:
                return self.number ^ int(key, 16) % PRIME
        except ValueError:
            pass
        return number_of(self.span_id, key)


class Tracer:
    """Makes the spans of one run, as lines of messages with their line feeds.

    What is asked of every attempt while a run goes on costs little: sums are made in the end, from the attempts.
    """

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self.trace_id = hex_of(32, run_id)
        self._root_id = hex_of(16, run_id, "run")
        self._below = number_of(run_id, "call")
        self._suites: dict[tuple[str, str], _Suite] = {}
        self._seen: set[int] = set()

    def attempt(self, one: Attempt, origin: Origin = UNKNOWN, *, imported: bool = False) -> bytes:
        """An attempt that has ended: its tries, its call and its judging, and then itself.

        A suite has one span per version, and attempts that are alike in everything (two references to one model)
        have spans of their own.
        """
        suite = self._suites.get((one.suite, one.suite_digest)) or self._new_suite(one)
        sample = suite.sample(one.key)
        suite.ended.append(one)
        suite.samples.append(sample)
        who = f"{one.model}\x1f{one.provider}\x1f" + one.side
        asked = suite.asked.get(who)
        if asked is None:
            asked = suite.asked[who] = _Asked(number_of(self._root_id, who))
        number = (sample ^ asked.number) + one.attempt * PRIME & MOST
        while number in self._seen:
            number = number + STEP & MOST
        self._seen.add(number)
        if imported or not is_plain(one):
            return self._any(one, number, sample, origin, imported=imported)
        if asked.origin is not origin:
            seat = Seat.of(one, self.trace_id, self._run_id, origin.iteration, origin.data_hash)
            asked.origin, asked.seat = origin, seat
        return plain_lines(
            one, asked.seat, b"%016x" % sample, b"%016x" % number, b"%016x" % (number ^ self._below)
        )

    def _any(self, one: Attempt, number: int, sample: int, origin: Origin, *, imported: bool) -> bytes:
        """The same, whatever happened to it."""
        figures, span_id = of_answer(one), f"{number:016x}"
        trace_id, commit = self.trace_id, origin.iteration
        lines = list(lost_calls(trace_id, one, span_id, commit))
        if one.token_basis is not None or not (lines or one.is_only_judged):
            lines.append(call(trace_id, one, (f"{number ^ self._below:016x}", span_id), commit, figures))
        if one.judgement is not None:
            lines += judging(trace_id, one, one.judgement, span_id, commit)
            figures = both(figures, of_judging(one.judgement))
        attrs = AttemptAttributes(
            run_id=self._run_id,
            suite=one.suite,
            sample=one.sample,
            key=one.key,
            side=one.side,
            attempt=one.attempt,
            provider=one.provider,
            model=one.model,
            iteration=origin.iteration,
            data_hash=origin.data_hash,
            status=one.status,
            score=one.score,
            retries=one.retries,
            reused=one.reused,
            imported=imported,
            **figures,
        )
        ids = span_id, f"{sample:016x}"
        lines.append(span_line(trace_id, ids, ATTEMPT, times_of(one), attrs, is_ok=one.status.counts))
        return b"".join(lines)

    def end(
        self,
        start_ns: int,
        end_ns: int,
        about: Mapping[str, Attribute] | None = None,
        status: Status = "ok",
    ) -> Iterator[bytes]:
        """What is above the attempts: samples, suites, and at last the run, in pieces to be written one by one.

        `about` says of the run what a ledger lists: its gate, commits and branch.
        """
        total = Sums()
        for (name, digest), suite in self._suites.items():
            label, sums, lines = label_of(self.trace_id, suite.span_id, name), Sums(), list[bytes]()
            for number, sample in suite.summed().items():
                sums.add(sample)
                sums.last(sample.start_ns, sample.end_ns, is_ok=sample.is_ok)
                lines.append(sample_line(b"%016x" % number, sample, label, sample.one))
                if len(lines) == IN_ONE_WRITE:
                    yield b"".join(lines)
                    lines.clear()
            above = SuiteAttributes(suite=name, suite_digest=digest, **sums.figures)
            ids, times = (suite.span_id, self._root_id), (sums.start_ns, sums.end_ns)
            lines.append(span_line(self.trace_id, ids, SUITE, times, above, is_ok=sums.is_ok))
            yield b"".join(lines)
            total.add(sums)
        yield self._root(start_ns, end_ns, {**(about or {}), **total.told}, status)

    def _root(self, start_ns: int, end_ns: int, attrs: Mapping[str, Attribute], status: Status) -> bytes:
        told = {"mist.run_id": self._run_id, **attrs}
        root = WrittenSpan(
            trace_id=self.trace_id, span_id=self._root_id, operation=RUN,
            start_ns=start_ns, end_ns=end_ns, status=status, attrs=told,
        )  # fmt: skip
        return line_of(root)

    def _new_suite(self, one: Attempt) -> _Suite:
        place = one.suite, one.suite_digest
        span_id = hex_of(16, self._root_id, SUITE, *place)
        suite = self._suites[place] = _Suite(span_id, number_of(span_id, SAMPLE))
        return suite
