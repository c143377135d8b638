"""The tree of spans of a run: run → suite → sample → attempt → call, made while the run goes on.

Ids are derived, never random, so parents are known before they end. An attempt and what is below it are made when the
attempt ends; samples, suites and the run when the run ends, with the sums of what was below them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from typing import Literal

from mist_ci.models.attempt import Attempt, AttemptStatus, Judgement
from mist_ci.models.modelref import ModelReference
from mist_ci.models.span_attributes import (
    AttemptAttributes,
    CallAttributes,
    JudgeAttributes,
    Spent,
    SuiteAttributes,
    TryAttributes,
    WrittenSpan,
    line_of,
)
from mist_ci.tokentrace.plain_lines import Seat, is_plain, label_of, named, plain_lines, sample_line
from mist_ci.tokentrace.sums import Figures, Sums, both, of_answer, of_judging

RUN, SUITE, SAMPLE, ATTEMPT = "mist.run", "mist.suite", "mist.sample", "mist.attempt"
CALL, JUDGE = "gen_ai.chat", "gen_ai.judge"
LONGEST_REASON = 300
"""Characters of why a try brought nothing."""
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


class _Sample(Sums, gc=False, kw_only=True):
    """A sample so far. There may be a million of them."""

    span_id: str
    message_id: str
    named: bytes
    """Its name and key, as JSON."""
    seen: str = ""
    """What tells its attempts apart, one after the other."""


@dataclass(slots=True)
class _Suite:
    span_id: str
    samples: dict[str, _Sample] = field(default_factory=dict)
    seats: dict[str, tuple[Origin, Seat]] = field(default_factory=dict)
    """Of those who were asked about it."""


class Tracer:
    """Makes the spans of one run, as lines of messages with their line feeds."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self.trace_id = hex_of(32, run_id)
        self._root_id = hex_of(16, run_id, "run")
        self._suites: dict[tuple[str, str], _Suite] = {}

    def attempt(self, one: Attempt, origin: Origin = UNKNOWN, *, imported: bool = False) -> bytes:
        """An attempt that has ended: its tries, its call and its judging, and then itself.

        A suite has one span per version, and attempts that are alike in everything (two references to one model)
        have spans of their own.
        """
        suite, sample = self._sample(one)
        who = f"\x1f{one.model}\x1f{one.provider}\x1f" + one.side
        identity = f"{who}\x1f{one.attempt}\n"
        twin = sample.seen.count(identity)
        sample.seen += identity
        ids = blake2b(f"{sample.span_id}{identity}{twin}".encode()).hexdigest()
        if not imported and is_plain(one):
            seat = self._seat(suite, who, one, origin)
            sample.call(one)
            sample.last(one.start_ns, one.end_ns, is_ok=one.status.counts)
            return plain_lines(one, ids.encode(), sample.span_id.encode(), sample.named, seat)
        return self._any(one, ids, sample, origin, imported=imported)

    def _any(self, one: Attempt, ids: str, sample: _Sample, origin: Origin, *, imported: bool) -> bytes:
        """The same, whatever happened to it."""
        figures = of_answer(one)
        lines = [self._try(one, origin, ids, number) for number in range(_lost(one))]
        if one.token_basis is not None or not lines:
            lines.append(self._call(one, origin, ids, figures))
        if one.judgement is not None:
            lines.append(self._judging(one, one.judgement, origin, ids))
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
        start_ns, end_ns = _times(one)
        is_ok = one.status.counts
        span = self._span(ids[:16], sample.span_id, ATTEMPT, (start_ns, end_ns), attrs, is_ok=is_ok)
        lines.append(line_of(ids[16:48], span))
        sample.add(attrs)
        sample.last(start_ns, end_ns, is_ok=is_ok)
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
            sums = Sums()
            lines: list[bytes] = []
            label = label_of(self.trace_id, suite.span_id, name)
            for sample in suite.samples.values():
                sums.add(sample)
                sums.last(sample.start_ns, sample.end_ns, is_ok=sample.is_ok)
                lines.append(sample_line(sample.span_id, sample.message_id, sample, label, sample.named))
                if len(lines) == IN_ONE_WRITE:
                    yield b"".join(lines)
                    lines.clear()
            above = SuiteAttributes(suite=name, suite_digest=digest, **sums.figures)
            message_id = hex_of(32, suite.span_id, "message")
            lines.append(self._around((message_id, suite.span_id, self._root_id), SUITE, sums, above))
            yield b"".join(lines)
            total.add(sums)
        yield self._root(start_ns, end_ns, {**(about or {}), **total.told}, status)

    def _root(self, start_ns: int, end_ns: int, attrs: Mapping[str, Attribute], status: Status) -> bytes:
        told = {"mist.run_id": self._run_id, **attrs}
        root = WrittenSpan(
            trace_id=self.trace_id, span_id=self._root_id, operation=RUN,
            start_ns=start_ns, end_ns=end_ns, status=status, attrs=told,
        )  # fmt: skip
        return line_of(hex_of(32, self._root_id, "message"), root)

    def _sample(self, one: Attempt) -> tuple[_Suite, _Sample]:
        place = one.suite, one.suite_digest
        suite = self._suites.get(place)
        if suite is None:
            span_id = hex_of(16, self._root_id, SUITE, *place)
            suite = self._suites[place] = _Suite(span_id)
        sample = suite.samples.get(one.key)
        if sample is None:
            ids = blake2b(f"{suite.span_id}\x1f{one.key}".encode(), digest_size=24).hexdigest()
            told = named(one.sample, one.key)
            sample = _Sample(span_id=ids[:16], message_id=ids[16:], named=told)
            suite.samples[one.key] = sample
        return suite, sample

    def _seat(self, suite: _Suite, who: str, one: Attempt, origin: Origin) -> Seat:
        known, seat = suite.seats.get(who, (None, None))
        if seat is None or known is not origin:
            seat = Seat.of(one, self.trace_id, self._run_id, origin.iteration, origin.data_hash)
            suite.seats[who] = origin, seat
        return seat

    def _call(self, one: Attempt, origin: Origin, ids: str, figures: Figures) -> bytes:
        """The call that brought the answer, without the tries before it; of an attempt without any, all of it."""
        has_answer = one.token_basis is not None or one.status.counts
        attrs = CallAttributes(
            suite=one.suite,
            side=one.side,
            attempt=one.attempt,
            provider=one.provider,
            model=one.model,
            fingerprint=one.fingerprint,
            iteration=origin.iteration,
            cost_basis=one.cost_basis,
            price_as_of=one.price_as_of,
            tokens_basis=one.token_basis,
            tier=one.tier,
            retries=one.retries,
            reused=one.reused,
            status=None if has_answer else one.status,
            reason=None if has_answer else _short(one.reason),
            **figures,
        )
        times = one.tried_ns[-1] if one.tried_ns else (one.start_ns, one.end_ns)
        return line_of(ids[64:96], self._span(ids[48:64], ids[:16], CALL, times, attrs, is_ok=has_answer))

    def _try(self, one: Attempt, origin: Origin, ids: str, number: int) -> bytes:
        """A try that brought nothing: no call, and nobody knows its tokens or its cost."""
        attrs = TryAttributes(
            suite=one.suite,
            side=one.side,
            attempt=one.attempt,
            provider=one.provider,
            model=one.model,
            iteration=origin.iteration,
            calls=0,
            status=AttemptStatus.INFRA_FAILURE,
            reason=_short(one.tried[number]),
        )
        own = blake2b(f"{ids}\x1ftry\x1f{number}".encode()).hexdigest()
        return line_of(
            own[16:48], self._span(own[:16], ids[:16], CALL, one.tried_ns[number], attrs, is_ok=False)
        )

    def _judging(self, one: Attempt, judged: Judgement, origin: Origin, ids: str) -> bytes:
        """What graders asked models about the answer, and why the score is what it is, in the judge's words."""
        attrs = JudgeAttributes(
            suite=one.suite,
            side=one.side,
            model=", ".join(judged.models),
            iteration=origin.iteration,
            cost_basis=", ".join(judged.cost_bases) or None,
            score=one.score,
            reason=judged.told or None,
            **of_judging(judged),
        )
        own = blake2b(f"{ids}\x1fjudge".encode()).hexdigest()
        times = judged.start_ns, judged.end_ns
        return line_of(
            own[16:48], self._span(own[:16], ids[:16], JUDGE, times, attrs, is_ok=not judged.failed)
        )

    def _around(self, ids: tuple[str, str, str], operation: str, sums: Sums, attrs: Spent) -> bytes:
        """A span above attempts; its `ids` are that of the message, its own, and its parent's."""
        times = sums.start_ns, sums.end_ns
        return line_of(ids[0], self._span(*ids[1:], operation, times, attrs, is_ok=sums.is_ok))

    def _span(
        self,
        span_id: str,
        parent_id: str,
        operation: str,
        times: tuple[int, int],
        attrs: object,
        *,
        is_ok: bool,
    ) -> WrittenSpan:
        status = "ok" if is_ok else "error"
        return WrittenSpan(
            trace_id=self.trace_id, span_id=span_id, parent_id=parent_id, operation=operation,
            start_ns=times[0], end_ns=times[1], status=status, attrs=attrs,
        )  # fmt: skip


def hex_of(length: int, *parts: str) -> str:
    """So many hex digits that stand for these parts."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:length]


def _times(one: Attempt) -> tuple[int, int]:
    """When an attempt began and ended, with its judging."""
    judged = one.judgement
    if judged is None:
        return one.start_ns, one.end_ns
    return min(one.start_ns, judged.start_ns), max(one.end_ns, judged.end_ns)


def _lost(one: Attempt) -> int:
    """How many tries brought nothing, where it is known when they were made."""
    return min(len(one.tried), len(one.tried_ns))


def _short(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"
