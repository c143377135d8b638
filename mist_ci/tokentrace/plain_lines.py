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
    b'"status":"ok","attrs":{%%b,%b,"cost_basis":%b,"attempt":%%d%b%%b}}'
)
_HIGH = (
    b'{"trace_id":"%b","span_id":"%%b","parent_id":"%%b","operation":"mist.attempt","start_ns":%%d,"end_ns":%%d,'
    b'"status":"%%b","attrs":{%%b,%b,"attempt":%%d,"eval.sample":%%b,"eval.key":%%b%b,"eval.status":%%b%%b}}'
)
_ABOVE = (
    b'{"trace_id":"%b","span_id":"%b","parent_id":"%b","operation":"mist.sample","start_ns":%d,"end_ns":%d,'
    b'"status":"%b","attrs":{%b,"eval.suite":%b,"eval.sample":%b,"eval.key":%b}}'
)
_LINE = (
    b'{"version": "1", "id": "%b%b", "source": "mist-ci", "type": "trace.span", "timestamp_ns": %d, '
    b'"checksum": %d, "payload": %b}\n'
)
_BOTH = 2 * _LINE
_PAID = b'"calls":%d,"tokens_in":%d,"tokens_out":%d%b,"cost_usd":%b'
_PAID_ONCE = b'"calls":1,"tokens_in":%d,"tokens_out":%d,"cost_usd":%b'
_STORED = b'"calls":0,"tokens_in":0,"tokens_out":0,"cost_usd":"0","reused_calls":1'
Label = tuple[bytes, bytes, bytes]


class Seat(msgspec.Struct, gc=False, kw_only=True):
    """What attempts of one side at one suite have in common, as lines with places left for what differs."""

    trace_id: bytes = b""
    who: bytes = b""
    commit: bytes = b""
    """With a comma before it; or nothing."""
    high: bytes = b""
    low: bytes = b""
    """That of a call like the last one, which the next one mostly is."""
    cost_basis: CostBasis | None = None
    token_basis: TokenBasis | None = None
    price_as_of: str | None = None
    fingerprint: str | None = None

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

    def recall(self, one: Attempt) -> None:
        """Makes the line of a call, for those that are counted and priced as this one is."""
        rest = _also("fingerprint", one.fingerprint) + self.commit + _also("price_as_of", one.price_as_of)
        rest += _also("tokens_basis", one.token_basis)
        self.fingerprint, self.price_as_of = one.fingerprint, one.price_as_of
        self.token_basis, self.cost_basis = one.token_basis, one.cost_basis
        self.low = _LOW % (self.trace_id, _literal(self.who), _literal(_json(one.cost_basis)), _literal(rest))


def _also(name: str, value: str | None) -> bytes:
    return b"" if value is None else b',"%b":%b' % (name.encode(), _json(value))


def _literal(text: bytes) -> bytes:
    return text.replace(b"%", b"%%")


def is_plain(one: Attempt) -> bool:
    """True for what `plain_lines` can say."""
    return not (
        one.token_basis is None
        or one.retries
        or one.tried_ns
        or one.judgement is not None
        or one.tokens_cached
        or one.tokens_reasoning
        or one.tokens_cache_written
        or one.tier is not None
    )


def plain_lines(one: Attempt, seat: Seat, sample_id: bytes, span_id: bytes, call_id: bytes) -> bytes:
    """The call and the attempt. It is written out at length, because every call in it is made for every attempt."""
    if (
        seat.cost_basis is not one.cost_basis
        or seat.token_basis is not one.token_basis
        or seat.fingerprint != one.fingerprint
        or seat.price_as_of != one.price_as_of
    ):
        seat.recall(one)
    start_ns, end_ns, usd = one.start_ns, one.end_ns, one.cost_usd
    run, number = seat.trace_id[:16], one.attempt
    cost = b"null" if usd is None else b'"%b"' % str(usd).encode()
    if one.reused:  # nothing was spent now
        spent, also = _STORED if usd is None else b'%b,"saved_usd":%b' % (_STORED, cost), b',"reused":true'
    else:
        spent, also = _PAID_ONCE % (one.tokens_in, one.tokens_out, cost), b""
    low = seat.low % (call_id, span_id, start_ns, end_ns, spent, number, also)
    if one.score is None:  # nobody could grade it
        ended, score = b"error", also
    else:
        ended, score = b"ok", b',"eval.score":%b%b' % (_json(one.score), also)
    high = seat.high % (
        span_id, sample_id, start_ns, end_ns, ended, spent, number, _json(one.sample), _json(one.key),
        _json(one.status), score,
    )  # fmt: skip
    return _BOTH % (run, call_id, end_ns, crc32(low), low, run, span_id, end_ns, crc32(high), high)


def label_of(trace_id: str, suite_id: str, suite: str) -> Label:
    """What samples of one suite have in common: their trace, their parent and its name."""
    return trace_id.encode(), suite_id.encode(), _json(suite)


def sample_line(span_id: bytes, sums: Sums, label: Label, sample: Attempt) -> bytes:
    """A sample with its sums; `sample` is any attempt at it."""
    trace_id, suite_id, suite = label
    line = _ABOVE % (
        trace_id, span_id, suite_id, sums.start_ns, sums.end_ns, b"ok" if sums.is_ok else b"error",
        _spent(sums), suite, _json(sample.sample), _json(sample.key),
    )  # fmt: skip
    return _LINE % (trace_id[:16], span_id, sums.end_ns, crc32(line), line)


def _spent(sums: Sums) -> bytes:
    """As the attributes of `models.span_attributes.Spent`."""
    line = _PAID % (sums.calls, sums.tokens_in, sums.tokens_out, _parts(sums), _usd(sums.cost_usd))
    if sums.reused_calls:
        line += b',"reused_calls":%d,"saved_usd":%b' % (sums.reused_calls, _usd(sums.saved_usd))
    return line


def _parts(sums: Sums) -> bytes:
    if not (sums.tokens_cached or sums.tokens_reasoning or sums.tokens_cache_written):
        return b""
    parts = (
        (b"cached", sums.tokens_cached),
        (b"reasoning", sums.tokens_reasoning),
        (b"cache_written", sums.tokens_cache_written),
    )
    return b"".join(b',"tokens_%b":%d' % part for part in parts if part[1])


def _usd(amount: Decimal | None) -> bytes:
    return b"null" if amount is None else b'"%b"' % str(amount).encode()
