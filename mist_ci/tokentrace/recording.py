"""A training as a span: tied to its data, base model, configuration and commit, and priced where anybody can."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from mist_ci.errors import Code, ConfigError, UsageError, Where
from mist_ci.models.ledger import Attributes, Ledger
from mist_ci.models.message import TraceSpan
from mist_ci.models.training import Training, TrainingCost, TrainingStatus

OPERATION = "mist.training"
_PICODOLLAR = Decimal("1e-12")
_DIGITS = 100
_HOUR_S = 3600
_DAY_NS = 24 * _HOUR_S * 10**9
_TIES = ("base_model", "model", "data_hash", "config_hash")


@dataclass(frozen=True, slots=True)
class Ties:
    """What somebody says a training belongs to."""

    base_model: str | None = None
    model: str | None = None
    data_hash: str | None = None
    config_hash: str | None = None
    commit: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """What somebody says a training took: money in US dollars. At most one way to a cost may be given."""

    gpu_hours: Decimal | None = None
    gpus: int | None = None
    gpu_price: Decimal | None = None
    price_per_mtok: Decimal | None = None
    cost: Decimal | None = None


def tied(training: Training, ties: Ties, file: str) -> Training:
    """The training with what it is said to belong to. Raises ConfigError MC115 where the file says something else."""
    for name in _TIES:
        said, known = getattr(ties, name), getattr(training, name)
        if said is not None and known is not None and said != known:
            message = f"says {known!a}, and the command line {said!a}"
            hint = "leave the option out, or hand over the file of the other training"
            raise ConfigError(Code.BAD_TRACE, message, where=Where(file, field=name), hint=hint)
    return replace(
        training,
        base_model=training.base_model or ties.base_model,
        model=training.model or ties.model,
        data_hash=training.data_hash or ties.data_hash,
        config_hash=training.config_hash or ties.config_hash,
        commit=training.commit or ties.commit,
        branch=training.branch or ties.branch,
    )


def priced(training: Training, rates: Rates, file: str) -> Training:
    """The training with its GPU-hours and its cost, where they are known. Raises UsageError, ConfigError MC115."""
    ways = {"--cost": rates.cost, "--price-per-mtok": rates.price_per_mtok, "--gpu-price": rates.gpu_price}
    given = [flag for flag, value in ways.items() if value is not None]
    if len(given) > 1:
        raise UsageError(Code.USAGE, f"{' and '.join(given)} both say what it cost", hint="give one of them")
    if given and training.cost_usd is not None:
        hint = f"leave {given[0]} out"
        message = f"the file itself says what it cost: ${training.cost_usd:f}"
        raise ConfigError(Code.BAD_TRACE, message, where=Where(file), hint=hint)
    training = replace(training, gpu_hours=_gpu_hours(training, rates, file))
    if rates.cost is not None:
        return replace(training, cost_usd=rates.cost, cost_basis=TrainingCost.GIVEN)
    if rates.price_per_mtok is not None:
        tokens = _needed(training.tokens, "tokens", "--price-per-mtok", file)
        return _costing(training, rates.price_per_mtok * tokens, 10**6, TrainingCost.TOKENS)
    if rates.gpu_price is not None:
        hours = _needed(training.gpu_hours, "gpu_hours", "--gpu-price", file)
        return _costing(training, rates.gpu_price * hours, 1, TrainingCost.GPU_HOURS)
    return training


def _gpu_hours(training: Training, rates: Rates, file: str) -> Decimal | None:
    """Given, or told, or GPUs × run time; a millionth of a second is precise enough."""
    if rates.gpu_hours is not None and rates.gpus is not None:
        raise UsageError(Code.USAGE, "--gpu-hours and --gpus both say what it took", hint="give one of them")
    if rates.gpu_hours is not None:
        return rates.gpu_hours
    if rates.gpus is None:
        return training.gpu_hours
    runtime_s = training.runtime_s
    if runtime_s is None and training.start_ns is not None and training.end_ns is not None:
        runtime_s = Decimal(training.end_ns - training.start_ns).scaleb(-9)
    with localcontext(prec=_DIGITS):
        seconds = _needed(runtime_s, "train_runtime", "--gpus", file) * rates.gpus
        return (seconds / _HOUR_S).quantize(_PICODOLLAR).normalize() + 0


def _needed(value: Decimal | int | None, name: str, flag: str, file: str) -> Decimal:
    if value is None:
        hint = f"{flag} multiplies it; where it is known otherwise, give --gpu-hours or --cost"
        raise ConfigError(Code.BAD_TRACE, "is missing", where=Where(file, field=name), hint=hint)
    return Decimal(value)


def _costing(training: Training, amount: Decimal, per: int, basis: TrainingCost) -> Training:
    with localcontext(prec=_DIGITS):
        usd = (amount / per).quantize(_PICODOLLAR).normalize() + 0
    return replace(training, cost_usd=usd, cost_basis=basis)


def not_from_the_future(training: Training, now_ns: int, file: str) -> Training:
    """The training. Raises ConfigError MC115 for one that ended more than a day from now: a clock is wrong."""
    if training.end_ns is not None and training.end_ns > now_ns + _DAY_NS:
        hint = "correct the time; a month's costs are found by it"
        raise ConfigError(
            Code.BAD_TRACE, "is in the future", where=Where(file, field="finished_at"), hint=hint
        )
    return training


def training_span(training: Training, modified_ns: int) -> TraceSpan:
    """The span. Its id comes from the job, so that the same training recorded again is the same span.

    Where the trainer knows no time of day, it ended when its file was written.
    """
    identity = hashlib.sha256("\x1f".join(_named(training)).encode()).hexdigest()
    end_ns = training.end_ns or modified_ns
    lasted_ns = int((training.runtime_s or 0) * 10**9)
    start_ns = training.start_ns if training.start_ns is not None else end_ns - lasted_ns
    ok = training.status in (TrainingStatus.SUCCEEDED, TrainingStatus.INCOMPLETE)
    return TraceSpan(
        trace_id=identity[:32],
        span_id=identity[32:48],
        operation=OPERATION,
        start_ns=start_ns,
        end_ns=max(end_ns, start_ns),
        status="ok" if ok else "error",
        attrs={
            "mist.run_id": f"training-{identity[:12]}",
            "training.time_basis": "trainer" if training.end_ns else "file",
            **{key: value for key, value in _attrs(training).items() if value is not None},
        },
    )


def _named(training: Training) -> tuple[str, ...]:
    """What makes it this training: its job, however often that is fetched; else its row, or all of its file."""
    if training.job:
        return training.trainer, "job", training.job, training.base_model or ""
    if training.row:
        return training.trainer, "row", training.row
    return training.trainer, "file", training.source_sha256


def _attrs(training: Training) -> Attributes:
    """Decimals as text, because a float would not add up."""
    return {
        "training.trainer": training.trainer,
        "training.job": training.job,
        "training.status": training.status.value,
        "training.error": training.error,
        "training.base_model": training.base_model,
        "model": training.model,
        "training.tokens": training.tokens,
        "training.epochs": _text(training.epochs),
        "training.steps": training.steps,
        "training.flops": _text(training.flops),
        "training.runtime_s": _text(training.runtime_s),
        "training.gpu_hours": _text(training.gpu_hours),
        "cost_usd": _text(training.cost_usd),
        "cost_basis": training.cost_basis.value,
        "training.file": training.training_file,
        "training.source_sha256": training.source_sha256,
        "mist.data_hash": training.data_hash,
        "mist.config_hash": training.config_hash,
        "mist.commit": training.commit,
        "mist.branch": training.branch,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def recorded_before(span: TraceSpan, ledger: Ledger) -> Attributes | None:
    """The attributes of this very job, out of this very file, where the ledger has it."""
    return next(
        (run.trainings[0] for run in ledger.runs if run.trace_id == span.trace_id and run.trainings), None
    )


def changed(span: TraceSpan, before: Attributes) -> list[str]:
    """Names of attributes that are others than the ledger has. A file that was fetched again says nothing."""
    found = (key for key, value in span.attrs.items() if before.get(key) != value)
    return sorted(key for key in found if key != "training.source_sha256")


def duplicates(span: TraceSpan, ledger: Ledger) -> list[str]:
    """Other trainings on the same data with the same configuration from the same base: what they bought is the same."""
    mine = _identity(span.attrs)
    if mine is None:
        return []
    return [
        run.run_id
        for run in ledger.runs
        for attrs in run.trainings
        if run.trace_id != span.trace_id and _identity(attrs) == mine
    ]


def _identity(attrs: Attributes) -> tuple[str, ...] | None:
    """None where data or base model are not known: then nothing can be said."""
    parts = [attrs.get(f"{key}") for key in ("mist.data_hash", "training.base_model", "mist.config_hash")]
    if parts[0] is None or parts[1] is None:
        return None
    return tuple(str(part or "") for part in parts)


@dataclass(frozen=True, slots=True)
class Against:
    """An estimate of a run of the gate, and what the training then took. None is unknown."""

    run_id: str
    estimated_tokens: int | None
    tokens: int | None
    estimated_usd: tuple[Decimal, Decimal] | None
    """From the least to the most."""
    usd: Decimal | None

    @property
    def sentence(self) -> str:
        """Estimate and actual, with the difference in per cent of the estimate."""
        parts = []
        if self.estimated_tokens is not None and self.tokens is not None:
            told = _percent(Decimal(self.tokens), Decimal(self.estimated_tokens))
            parts.append(f"{self.estimated_tokens:,} tokens estimated, {self.tokens:,} trained ({told})")
        if self.estimated_usd is not None and self.usd is not None:
            least, most = self.estimated_usd
            within = "within the range" if least <= self.usd <= most else "outside the range"
            parts.append(f"${least:,.2f} to ${most:,.2f} estimated, ${self.usd:,.2f} spent ({within})")
        said = "; ".join(parts) or "nothing that both of them know"
        return f"against the estimate of {self.run_id}: {said}"


def against_estimate(span: TraceSpan, ledger: Ledger) -> Against | None:
    """The newest estimate for the same data; None where nobody estimated."""
    data_hash = span.attrs.get("mist.data_hash")
    found = [
        (run, attrs)
        for run in ledger.runs
        for attrs in run.estimates
        if data_hash is not None and attrs.get("mist.data_hash") == data_hash
    ]
    if not found:
        return None
    run, attrs = found[-1]
    return Against(
        run.run_id,
        _count(attrs.get("estimate.tokens")),
        _count(span.attrs.get("training.tokens")),
        _range(attrs),
        _amount(span.attrs.get("cost_usd")),
    )


def _range(attrs: Attributes) -> tuple[Decimal, Decimal] | None:
    bounds = [_amount(attrs.get(f"estimate.usd_{end}")) for end in ("least", "most")]
    least, most = bounds
    return None if least is None or most is None else (least, most)


def _amount(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _percent(actual: Decimal, estimated: Decimal) -> str:
    return f"{float((actual - estimated) / estimated):+.1%}" if estimated else "from 0"


def hash_of(documents: Iterable[bytes]) -> str:
    """`sha256:` over configuration files, in the order in which they are given."""
    total = hashlib.sha256()
    for document in documents:
        total.update(hashlib.sha256(document).digest())
    return f"sha256:{total.hexdigest()}"
