"""A ledger of any size, with the lines that a run of the gate writes."""

import zlib
from collections.abc import Iterator

_HEAD = (
    b'{"version": "1", "id": "%032x", "source": "mist-ci", "type": "trace.span", "timestamp_ns": %d, '
    b'"checksum": %d, "payload": '
)
_START_NS = 1_795_000_000_000_000_000
SUITES = 10
CALLS = 2
"""Of a sample: base and head."""


def ledger(spans: int) -> Iterator[bytes]:
    """About that many lines: runs of 10 suites with 1,000 samples each, as `tokentrace.spans` writes them."""
    written, run = 0, 0
    while written < spans:
        for line in one_run(run, min(1000, max(1, (spans - written) // (SUITES * (1 + CALLS))))):
            yield line
            written += 1
        run += 1


def one_run(run: int, samples: int) -> Iterator[bytes]:
    """Parents before children; every parent is the sum of its children."""
    trace, number = f"{run + 1:032x}", iter(range(1, 10**9))

    def span(operation: str, parent: str | None, calls: int, attrs: str) -> tuple[str, bytes]:
        identity = f"{next(number):016x}"
        above = f'"parent_id":"{parent}",' if parent else ""
        sums = (
            f'"calls":{calls},"tokens_in":{120 * calls},"tokens_out":{35 * calls},'
            f'"cost_usd":"{12345 * calls / 1e9:.9f}","reused_calls":0,"saved_usd":"0"'
        )
        body = (
            f'{{"trace_id":"{trace}","span_id":"{identity}",{above}"operation":"{operation}",'
            f'"start_ns":{_START_NS},"end_ns":{_START_NS + 1_000_000 * (1 + calls)},"status":"ok",'
            f'"attrs":{{{attrs},{sums}}}}}'
        ).encode()
        return identity, _HEAD % (next(number), _START_NS, zlib.crc32(body)) + body + b"}\n"

    root, line = span("mist.run", None, SUITES * samples * CALLS, f'"mist.run_id":"run-{run}"')
    yield line
    for index in range(SUITES):
        name = f'"eval.suite":"suite-{index}"'
        suite, line = span("mist.suite", root, samples * CALLS, f'{name},"eval.suite_digest":"sha256:0"')
        yield line
        for sample in range(samples):
            key = f'{name},"eval.sample":"{sample}","eval.key":"{sample:032x}"'
            above, line = span("mist.sample", suite, CALLS, key)
            yield line
            for side in ("base", "head"):
                about = (
                    f'{name},"side":"{side}","attempt":0,"provider":"prod","model":"model-{side}",'
                    f'"eval.score":1.0,"eval.status":"scored","retries":0,"reused":false,'
                    f'"tokens_basis":"reported","cost_basis":"policy"'
                )
                yield span("gen_ai.chat", above, 1, about)[1]
