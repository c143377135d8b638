"""A ledger of any size, with the lines that a run of the gate writes."""

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEAD = (
    b'{"version": "1", "id": "%032x", "source": "mist-ci", "type": "trace.span", "timestamp_ns": %d, '
    b'"checksum": %d, "payload": '
)
_START_NS = 1_795_000_000_000_000_000
SUITES = 10
SIDES = ("base", "head")
"""A sample has a call for each."""


@dataclass(frozen=True, slots=True)
class Took:
    """What a call took, or all calls below a span. No two calls are alike, as in the real thing."""

    calls: int
    tokens_in: int
    tokens_out: int
    lasted_ns: int

    @property
    def nanodollars(self) -> int:
        """At the prices of a small model."""
        return 150 * self.tokens_in + 600 * self.tokens_out


def ledger(spans: int, samples: int = 1000) -> Iterator[bytes]:
    """About that many lines: runs of 10 suites with so many samples each, as `tokentrace.spans` writes them."""
    written, run = 0, 0
    while written < spans:
        for line in one_run(run, min(samples, max(1, (spans - written) // (SUITES * (1 + len(SIDES)))))):
            yield line
            written += 1
        run += 1


def one_run(run: int, samples: int) -> Iterator[bytes]:
    """Parents before children; every parent is the sum of its children."""
    chance = random.Random(run)
    trace, messages = f"{chance.getrandbits(128):032x}", iter(range(1, 10**9))

    def call() -> Took:
        return Took(1, chance.randint(40, 2000), chance.randint(1, 600), chance.randint(10**8, 10**10))

    def span(operation: str, parent: str | None, took: Took, attrs: str) -> tuple[str, bytes]:
        identity = f"{chance.getrandbits(64):016x}"
        above = f'"parent_id":"{parent}",' if parent else ""
        sums = (
            f'"calls":{took.calls},"tokens_in":{took.tokens_in},"tokens_out":{took.tokens_out},"tokens_cached":0,'
            f'"tokens_reasoning":0,"cost_usd":"{took.nanodollars / 1e9:.9f}","reused_calls":0,"saved_usd":"0"'
        )
        body = (
            f'{{"trace_id":"{trace}","span_id":"{identity}",{above}"operation":"{operation}",'
            f'"start_ns":{_START_NS},"end_ns":{_START_NS + took.lasted_ns},"status":"ok",'
            f'"attrs":{{{attrs},{sums}}}}}'
        ).encode()
        return identity, _HEAD % (next(messages), _START_NS, zlib.crc32(body)) + body + b"}\n"

    suites = [[tuple(call() for _ in SIDES) for _ in range(samples)] for _ in range(SUITES)]
    in_suites = [_sum([one for sample in suite for one in sample]) for suite in suites]
    root, line = span("mist.run", None, _sum(in_suites), f'"mist.run_id":"run-{run}"')
    yield line
    for index, suite in enumerate(suites):
        name = f'"eval.suite":"suite-{index}"'
        above, line = span("mist.suite", root, in_suites[index], f'{name},"eval.suite_digest":"sha256:0"')
        yield line
        for number, sample in enumerate(suite):
            key = f'{name},"eval.sample":"{number}","eval.key":"{number:032x}"'
            parent, line = span("mist.sample", above, _sum(sample), key)
            yield line
            for side, took in zip(SIDES, sample, strict=True):
                about = (
                    f'{name},"side":"{side}","attempt":0,"provider":"prod","model":"model-{side}",'
                    f'"eval.score":1.0,"eval.status":"scored","retries":0,"reused":false,'
                    f'"tokens_basis":"reported","cost_basis":"policy"'
                )
                yield span("gen_ai.chat", parent, took, about)[1]


def _sum(parts: Sequence[Took]) -> Took:
    return Took(
        sum(one.calls for one in parts),
        sum(one.tokens_in for one in parts),
        sum(one.tokens_out for one in parts),
        max(one.lasted_ns for one in parts),
    )
