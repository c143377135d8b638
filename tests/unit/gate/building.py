"""Suites, answers and gates from plain score lists: the shortest way to say what two models did."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from mist_ci.errors import Where
from mist_ci.gate import Standing, compare, decide, waived_suites
from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.config import Gate, Waiver
from mist_ci.models.finding import Consequence, DataReport, Finding, Severity
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import AttemptCounts, ChatMessage, GraderSpec, Role, Sample, Suite
from mist_ci.models.usage import CostBasis, TokenBasis
from mist_ci.models.verdict import Decision, SuiteVerdict

Answer = float | None | tuple[float | None, ...]
"""The score of one attempt, None where it is missing, or those of several attempts."""
Pair = tuple[Answer, Answer]
"""What base and head made of one sample."""

BASE = ModelReference(version=1, provider="local", model="assistant-1")
HEAD = ModelReference(version=1, provider="local", model="assistant-2")
CALL_NS = 2_000_000


def outcomes(n: int, gain: int = 0, loss: int = 0, wrong: int = 0) -> list[Pair]:
    """n pass/fail pairs: `gain` only head got right, `loss` only base, `wrong` neither, and the rest both."""
    both_right = n - gain - loss - wrong
    assert both_right >= 0
    counts: dict[Pair, int] = {(0.0, 1.0): gain, (1.0, 0.0): loss, (0.0, 0.0): wrong, (1.0, 1.0): both_right}
    return [pair for pair, times in counts.items() for _ in range(times)]


def make_suite(
    name: str,
    n: int,
    role: Role = Role.RETAIN,
    *,
    margin: float | None = None,
    floor: float | None = None,
    must_improve: bool = False,
    clusters: Sequence[str | None] | None = None,
    version: str = "1",
) -> Suite:
    """A suite of n samples; the same name with another version has another digest."""
    samples = tuple(
        Sample(
            key=f"{name}-key-{i:04}",
            id=f"{name}-{i}",
            messages=(ChatMessage(role="user", content=f"Question {i} of {name}?"),),
            expected=f"answer {i}",
            cluster=clusters[i] if clusters else None,
        )
        for i in range(n)
    )
    return Suite(
        name=name,
        path=f"suites/{name}.yml",
        role=role,
        must_improve=must_improve,
        floor=floor,
        margin=margin,
        graders=(GraderSpec(name="exact", version=1, options={}),),
        primary="exact",
        attempts=AttemptCounts(),
        samples=samples,
        digest=f"sha256:{name}@{version}",
    )


def attempt(
    suite: Suite,
    sample: Sample,
    side: Side,
    score: float | None,
    number: int = 0,
    *,
    cost_usd: Decimal | None = Decimal("0.0001"),
    start_ns: int = 0,
) -> Attempt:
    """One answer; without a score the server never gave one."""
    answered = score is not None
    return Attempt(
        side=side,
        suite=suite.name,
        suite_digest=suite.digest,
        sample=sample.id,
        key=sample.key,
        attempt=number,
        status=AttemptStatus.SCORED if answered else AttemptStatus.INFRA_FAILURE,
        score=score,
        scores={} if score is None else {suite.primary: score},
        output=f"{side} says {score}" if answered else "",
        reason="" if answered else "no answer: timed out",
        provider="local",
        model=(BASE if side is Side.BASE else HEAD).model,
        tokens_in=20 if answered else 0,
        tokens_out=5 if answered else 0,
        token_basis=TokenBasis.REPORTED if answered else None,
        cost_usd=cost_usd if answered else None,
        cost_basis=CostBasis.POLICY if answered and cost_usd is not None else CostBasis.UNKNOWN,
        price_as_of="2026-11-01" if answered and cost_usd is not None else None,
        start_ns=start_ns,
        end_ns=start_ns + CALL_NS,
    )


def answers(suite: Suite, pairs: Sequence[Pair]) -> list[Attempt]:
    """The attempts of both sides on a suite."""
    return [
        attempt(suite, sample, side, score, number)
        for sample, pair in zip(suite.samples, pairs, strict=True)
        for side, answer in zip((Side.BASE, Side.HEAD), pair, strict=True)
        for number, score in enumerate(answer if isinstance(answer, tuple) else (answer,))
    ]


def make_gate(**settings: object) -> Gate:
    """A gate as a policy would write it."""
    return Gate.model_validate({"branches": ("main",), **settings}, strict=False)


def make_change(*, baseline: bool = True, head: ModelReference = HEAD) -> ModelChange:
    """The move from BASE to HEAD, or the first adoption of HEAD."""
    return ModelChange(
        name="assistant",
        path="models/assistant.yml",
        base=BASE if baseline else None,
        base_label="models/assistant.yml at 76d8bb9",
        head=head,
    )


def whole(suites: Iterable[Suite]) -> list[Standing]:
    """Every suite asked in full, at one look."""
    return [Standing.whole(suite) for suite in suites]


def decide_suites(
    played: Sequence[tuple[Suite, Sequence[Pair]]],
    gate: Gate | None = None,
    *,
    leaked: Mapping[str, tuple[str, ...]] | None = None,
    waivers: Sequence[Waiver] = (),
    data: Sequence[DataReport] = (),
    baseline: bool = True,
    extra: Iterable[Attempt] = (),
) -> Decision:
    """Compare and decide, as the pipeline does."""
    attempts = [one for suite, pairs in played for one in answers(suite, pairs)]
    return decide_attempts(
        [suite for suite, _ in played],
        [*attempts, *extra],
        gate,
        leaked=leaked,
        waivers=waivers,
        data=data,
        baseline=baseline,
    )


def decide_attempts(
    suites: Sequence[Suite],
    attempts: Sequence[Attempt],
    gate: Gate | None = None,
    *,
    leaked: Mapping[str, tuple[str, ...]] | None = None,
    waivers: Sequence[Waiver] = (),
    data: Sequence[DataReport] = (),
    baseline: bool = True,
) -> Decision:
    """Compare and decide on attempts that are already there."""
    gate = gate or make_gate()
    change = make_change(baseline=baseline)
    waived = waived_suites(waivers, change.head.digest)
    comparison = compare(change, whole(suites), attempts, gate, leaked or {}, waived)
    return decide(gate, [comparison], data, waivers=waivers)


def suite_verdicts(decision: Decision) -> dict[str, SuiteVerdict]:
    """The suites of the only model, by name."""
    (model,) = decision.models
    return {suite.numbers.suite: suite for suite in model.suites}


def only_suite(decision: Decision) -> SuiteVerdict:
    """The only suite of the only model."""
    (suite,) = suite_verdicts(decision).values()
    return suite


def finding(
    severity: Severity = Severity.ERROR, *, known: bool = False, code: str = "SF212", line: int = 7
) -> Finding:
    """A problem in a training row."""
    return Finding(
        code=code,
        name="empty-content",
        severity=severity,
        consequence=Consequence.MISTRAINED,
        where=Where("data/chat.jsonl", line, field="messages[1].content"),
        message="the assistant says nothing",
        hint="write the answer or remove the row",
        snippet='{"messages": […]}',
        known=known,
    )


def data_report(findings: Sequence[Finding] = ()) -> DataReport:
    """What was found out about a data set of 120 rows."""
    return DataReport(
        dataset="chat",
        files=("data/chat.jsonl",),
        rows=120,
        rows_new=20,
        findings=tuple(findings),
        tokens=48_000,
        token_basis="tiktoken o200k_base",
        leaked={},
        data_hash="sha256:" + "0" * 64,
    )
