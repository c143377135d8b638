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
    b'{"trace_id":"%b","span_id":"%%b","parent_id":"%%b","operation":"gen_ai.chat","start_ns":%%d,"end_ns":%%d,'
    b'"status":"ok","attrs":{"calls":1,"tokens_in":%%d,"tokens_out":%%d,"cost_usd":%%b,%b,"cost_basis":%b,'
    b'"attempt":%%d%b}}'
)
_HIGH = (
    b'{"trace_id":"%b","span_id":"%%b","parent_id":"%%b","operation":"mist.attempt","start_ns":%%d,"end_ns":%%d,'
    b'"status":"%%b","attrs":{"calls":1,"tokens_in":%%d,"tokens_out":%%d,"cost_usd":%%b,%b,"attempt":%%d,'
    b'"eval.sample":%%b,"eval.key":%%b%b,"eval.status":%%b%%b}}'
)
_ABOVE = (
    b'{"trace_id":"%b","span_id":"%b","parent_id":"%b","operation":"mist.sample","start_ns":%d,"end_ns":%d,'
    b'"status":"%b","attrs":{%b,"eval.suite":%b,"eval.sample":%b,"eval.key":%b}}'
)
_LINE = (
    b'{"version": "1", "id": "%b", "source": "mist-ci", "type": "trace.span", "timestamp_ns": %d, '
    b'"checksum": %d, "payload": %b}\n'
)
_BOTH = 2 * _LINE
Label = tuple[bytes, bytes, bytes]


class Seat(msgspec.Struct, gc=False, kw_only=True):
    """What attempts of one side at one suite have in common, as lines with places left for what differs."""

    trace_id: bytes = b""
    who: bytes = b""
    commit: bytes = b""
    """With a comma before it; or nothing."""
    high: bytes = b""
    low: bytes = b""
    known: tuple[CostBasis, TokenBasis | None, str | None, str | None] | None = None
    """How the last call was counted and priced, and its fingerprint: the next one is mostly the same."""

    @classmethod
    def of(
        cls, one: Attempt, trace_id: str, run_id: str, iteration: str | None, data_hash: str | None
    ) -> "Seat":
        """That of an attempt."""
        who = b'"eval.suite":%b,"side":%b,"provider":%b,"model":%b' % (
            _json(one.suite), _json(one.side), _json(one.provider), _json(one.model),
        )  # fmt: skip
        commit = _also("iteration", iteration)
        run = _also("mist.run_id", run_id) + commit + _also("mist.data_hash", data_hash)
        trace = trace_id.encode()
        high = _HIGH % (trace, _literal(who), _literal(run))
        return cls(trace_id=trace, who=who, commit=commit, high=high)

    def line_of_call(self, one: Attempt) -> bytes:
        """The line of its call."""
        known = one.cost_basis, one.token_basis, one.price_as_of, one.fingerprint
        if known != self.known:
            rest = _also("fingerprint", one.fingerprint) + self.commit + _also("price_as_of", one.price_as_of)
            rest += _also("tokens_basis", one.token_basis)
            basis = _json(one.cost_basis)
            self.known = known
            self.low = _LOW % (self.trace_id, _literal(self.who), _literal(basis), _literal(rest))
        return self.low


def _also(name: str, value: str | None) -> bytes:
    return b"" if value is None else b',"%b":%b' % (name.encode(), _json(value))


def _literal(text: bytes) -> bytes:
    return text.replace(b"%", b"%%")


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


def plain_lines(one: Attempt, ids: bytes, sample_id: bytes, seat: Seat) -> bytes:
    """The call and the attempt. `ids` are 96 hex digits: span and message of the attempt, then of the call."""
    start_ns, end_ns, span_id, cost = one.start_ns, one.end_ns, ids[:16], _usd(one.cost_usd)
    tokens_in, tokens_out, number = one.tokens_in, one.tokens_out, one.attempt
    low = seat.line_of_call(one) % (
        ids[48:64], span_id, start_ns, end_ns, tokens_in, tokens_out, cost, number,
    )  # fmt: skip
    score = b"" if one.score is None else b',"eval.score":%b' % _json(one.score)
    high = seat.high % (
        span_id, sample_id, start_ns, end_ns, b"ok" if one.status.counts else b"error", tokens_in, tokens_out,
        cost, number, _json(one.sample), _json(one.key), _json(one.status), score,
    )  # fmt: skip
    return _BOTH % (ids[64:96], end_ns, crc32(low), low, ids[16:48], end_ns, crc32(high), high)


def label_of(trace_id: str, suite_id: str, suite: str) -> Label:
    """What samples of one suite have in common: their trace, their parent and its name."""
    return trace_id.encode(), suite_id.encode(), _json(suite)


def sample_line(ids: bytes, sums: Sums, label: Label, sample: Attempt) -> bytes:
    """A sample with its sums; `ids` are 48 hex digits, span and message, and `sample` is any attempt at it."""
    trace_id, suite_id, suite = label
    line = _ABOVE % (
        trace_id, ids[:16], suite_id, sums.start_ns, sums.end_ns, b"ok" if sums.is_ok else b"error",
        _spent(sums), suite, _json(sample.sample), _json(sample.key),
    )  # fmt: skip
    return _LINE % (ids[16:], sums.end_ns, crc32(line), line)


def _spent(sums: Sums) -> bytes:
    """As the attributes of `models.span_attributes.Spent`."""
    parts = b""
    if sums.tokens_cached:
        parts += b',"tokens_cached":%d' % sums.tokens_cached
    if sums.tokens_reasoning:
        parts += b',"tokens_reasoning":%d' % sums.tokens_reasoning
    if sums.tokens_cache_written:
        parts += b',"tokens_cache_written":%d' % sums.tokens_cache_written
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
