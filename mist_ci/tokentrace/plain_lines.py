"""Lines of samples, and of the plainest attempt: one call, answered at once, judged by nobody.

Most attempts are, and each has to cost next to nothing. The bytes are those that `models.span_attributes` would make,
in a third of the time; a test holds the two against each other.
"""

from decimal import Decimal
from zlib import crc32

import msgspec

from mist_ci.models.attempt import Attempt
from mist_ci.models.usage import CostBasis, TokenBasis
from mist_ci.tokentrace.sums import Sums

_json = msgspec.json.Encoder().encode
_LOW = (
    b'{"trace_id":"%b","span_id":"%b","parent_id":"%b","operation":"gen_ai.chat","start_ns":%d,"end_ns":%d,'
    b'"status":"ok","attrs":{%b,"cost_basis":%b,"attempt":%d%b}}'
)
_HIGH = (
    b'{"trace_id":"%b","span_id":"%b","parent_id":"%b","operation":"mist.attempt","start_ns":%d,"end_ns":%d,'
    b'"status":"%b","attrs":{%b,"attempt":%d,%b%b,"eval.status":%b%b}}'
)
_ABOVE = (
    b'{"trace_id":"%b","span_id":"%b","parent_id":"%b","operation":"mist.sample","start_ns":%d,"end_ns":%d,'
    b'"status":"%b","attrs":{%b,"eval.suite":%b,%b}}'
)
_LINE = (
    b'{"version": "1", "id": "%b", "source": "mist-ci", "type": "trace.span", "timestamp_ns": %d, '
    b'"checksum": %d, "payload": %b}\n'
)
_BOTH = 2 * _LINE
Label = tuple[bytes, bytes, bytes]


class Seat(msgspec.Struct, gc=False, kw_only=True):
    """What attempts of one side at one suite have in common, as JSON."""

    trace_id: bytes
    who: bytes
    origin: bytes
    """The commit, with a comma before it; or nothing."""
    run: bytes
    """The run, the commit and the data, likewise."""
    known: tuple[CostBasis, TokenBasis | None, str | None, str | None] | None = None
    """How the last call was counted and priced, and its fingerprint: the next one is mostly the same."""
    told: tuple[bytes, bytes] = (b"", b"")

    @classmethod
    def of(
        cls, one: Attempt, trace_id: str, run_id: str, iteration: str | None, data_hash: str | None
    ) -> "Seat":
        """That of an attempt."""
        who = b'"eval.suite":%b,"side":%b,"provider":%b,"model":%b' % (
            _json(one.suite), _json(one.side), _json(one.provider), _json(one.model),
        )  # fmt: skip
        origin = b"" if iteration is None else b',"iteration":%b' % _json(iteration)
        data = b"" if data_hash is None else b',"mist.data_hash":%b' % _json(data_hash)
        run = b',"mist.run_id":%b%b%b' % (_json(run_id), origin, data)
        return cls(trace_id=trace_id.encode(), who=who, origin=origin, run=run)

    def basis(self, one: Attempt) -> tuple[bytes, bytes]:
        """The basis of its cost, and the rest of what is said of a call."""
        known = one.cost_basis, one.token_basis, one.price_as_of, one.fingerprint
        if known != self.known:
            fingerprint = b"" if one.fingerprint is None else b',"fingerprint":%b' % _json(one.fingerprint)
            price = b"" if one.price_as_of is None else b',"price_as_of":%b' % _json(one.price_as_of)
            rest = b'%b%b%b,"tokens_basis":%b' % (fingerprint, self.origin, price, _json(one.token_basis))
            self.known, self.told = known, (_json(one.cost_basis), rest)
        return self.told


def named(name: str, key: str) -> bytes:
    """A sample, as JSON."""
    return b'"eval.sample":%b,"eval.key":%b' % (_json(name), _json(key))


def is_plain(one: Attempt) -> bool:
    """True for what `plain_lines` can say."""
    return not (
        one.token_basis is None
        or one.reused
        or one.retries
        or one.tried_ns
        or one.judgement is not None
        or one.tokens_cached
        or one.tokens_reasoning
        or one.tokens_cache_written
        or one.tier is not None
    )


def plain_lines(one: Attempt, ids: bytes, sample_id: bytes, sample: bytes, seat: Seat) -> bytes:
    """The call and the attempt. `ids` are 96 hex digits: span and message of the attempt, then of the call."""
    start_ns, end_ns, number, span_id = one.start_ns, one.end_ns, one.attempt, ids[:16]
    spent = b'"calls":1,"tokens_in":%d,"tokens_out":%d,"cost_usd":%b,%b' % (
        one.tokens_in, one.tokens_out, _usd(one.cost_usd), seat.who,
    )  # fmt: skip
    basis, rest = seat.basis(one)
    low = _LOW % (
        seat.trace_id, ids[48:64], span_id, start_ns, end_ns, spent, basis, number, rest,
    )  # fmt: skip
    score = b"" if one.score is None else b',"eval.score":%b' % _json(one.score)
    status = b"ok" if one.status.counts else b"error"
    high = _HIGH % (
        seat.trace_id, span_id, sample_id, start_ns, end_ns, status, spent, number, sample, seat.run,
        _json(one.status), score,
    )  # fmt: skip
    return _BOTH % (ids[64:96], end_ns, crc32(low), low, ids[16:48], end_ns, crc32(high), high)


def label_of(trace_id: str, suite_id: str, suite: str) -> Label:
    """What samples of one suite have in common: their trace, their parent and its name."""
    return trace_id.encode(), suite_id.encode(), _json(suite)


def sample_line(span_id: str, message_id: str, sums: Sums, label: Label, sample: bytes) -> bytes:
    """A sample with its sums."""
    trace_id, suite_id, suite = label
    status = b"ok" if sums.is_ok else b"error"
    line = _ABOVE % (
        trace_id, span_id.encode(), suite_id, sums.start_ns, sums.end_ns, status, _spent(sums), suite, sample,
    )  # fmt: skip
    return _LINE % (message_id.encode(), sums.end_ns, crc32(line), line)


def _spent(sums: Sums) -> bytes:
    """As the attributes of `models.span_attributes.Spent`."""
    parts = b""
    if sums.tokens_cached:
        parts += b',"tokens_cached":%d' % sums.tokens_cached
    if sums.tokens_reasoning:
        parts += b',"tokens_reasoning":%d' % sums.tokens_reasoning
    parts += b',"cost_usd":' + _usd(sums.cost_usd)
    if sums.reused_calls:
        parts += b',"reused_calls":%d,"saved_usd":%b' % (sums.reused_calls, _usd(sums.saved_usd))
    return b'"calls":%d,"tokens_in":%d,"tokens_out":%d%b' % (
        sums.calls,
        sums.tokens_in,
        sums.tokens_out,
        parts,
    )


def _usd(amount: Decimal | None) -> bytes:
    return b"null" if amount is None else b'"%b"' % str(amount).encode()
