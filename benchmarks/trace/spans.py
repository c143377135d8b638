"""A ledger of any size, written as a run of the gate writes it."""

import random
from collections.abc import Iterator
from decimal import Decimal

from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.usage import CostBasis, TokenBasis
from mist_ci.tokentrace.spans import Origin, Tracer

_START_NS = 1_795_000_000_000_000_000
SUITES = 10
ACCURACY = 0.9
SPANS = 5
"""Of a sample: itself, and for base and head an attempt with its call."""


def ledger(spans: int, samples: int = 600) -> Iterator[bytes]:
    """About that many lines, in blocks: runs of 10 suites with so many samples each."""
    written, run = 0, 0
    while written < spans:
        size = min(samples, max(1, (spans - written) // (SUITES * SPANS)))
        yield from one_run(run, size)
        written += 1 + SUITES * (1 + SPANS * size)
        run += 1


def one_run(run: int, samples: int) -> Iterator[bytes]:
    """No two calls are alike, as in the real thing."""
    chance, tracer = random.Random(run), Tracer(f"20261126T120000Z-{run:08x}")
    origins = {side: Origin(f"{side.value * 10:.40}", f"sha256:{side.value * 8}") for side in Side}
    for suite in range(SUITES):
        for sample in range(samples):
            for side in (Side.BASE, Side.HEAD):
                yield tracer.attempt(_attempt(chance, f"suite-{suite}", sample, side), origins[side])
    about = {"mist.gate": "release", "mist.branch": "main", "mist.commit": f"{run:040x}"}
    yield from tracer.end(_START_NS, _START_NS + 10**13, about)


def _attempt(chance: random.Random, suite: str, sample: int, side: Side) -> Attempt:
    """At the prices of a small model."""
    tokens_in, tokens_out = chance.randint(40, 2000), chance.randint(1, 600)
    start_ns = _START_NS + chance.randint(0, 10**12)
    score = float(chance.random() < ACCURACY)
    return Attempt(
        side=side,
        suite=suite,
        suite_digest="sha256:0",
        sample=f"{suite}/{sample}",
        key=f"{sample:064x}",
        attempt=0,
        status=AttemptStatus.SCORED,
        score=score,
        scores={"exact": score},
        output="",
        provider="prod",
        model=f"assistant-{side.value}",
        fingerprint="fp_0123456789",
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        token_basis=TokenBasis.REPORTED,
        cost_usd=Decimal(150 * tokens_in + 600 * tokens_out) / 10**9,
        cost_basis=CostBasis.POLICY,
        price_as_of="2026-11-01",
        start_ns=start_ns,
        end_ns=start_ns + chance.randint(10**8, 10**10),
    )
