"""Any other trainer: a CSV with a header, or a JSON object or list of objects, with the fields of COLUMNS.

`base_model` and one of `tokens`, `gpu_hours`, `runtime_s` and `cost` have to be there. Money is in `currency`, USD
where nothing is said; amounts in another one are refused, because a ledger adds them up.
"""

import csv
from collections.abc import Iterator

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.training import Training, TrainingCost, TrainingStatus
from mist_ci.tokentrace.ledger.amounts import MAX_USD
from mist_ci.tokentrace.trainers.fields import Fields

NAME = "generic"
COLUMNS = (
    *("job", "status", "error", "base_model", "model", "tokens", "epochs", "steps", "runtime_s", "gpu_hours"),
    *("cost", "currency", "started_at", "finished_at", "data_hash", "config_hash", "commit", "branch"),
)
_MEASURES = ("tokens", "gpu_hours", "runtime_s", "cost")
_DOLLARS = "USD"


def is_one(values: dict[str, object]) -> bool:
    """True where the fields are ours, and at least one that says what it took."""
    is_ours = "base_model" in values or values.keys() <= set(COLUMNS)
    return is_ours and any(name in values for name in _MEASURES)


def rows(file: str, text: str) -> Iterator[Fields]:
    """Rows of a CSV with a header. Raises ConfigError MC115."""
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)

    def refusal(why: str) -> ConfigError:
        hint = "write it as a CSV with a header, such as docs/trace.md shows"
        return ConfigError(Code.BAD_TRACE, why, where=Where(file, reader.line_num), hint=hint)

    try:
        names = list(reader.fieldnames or ())
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise refusal(f"the header has {', '.join(map(ascii, twice))} more than once")
        for name in names:
            if (meant := name.strip().lower().replace(" ", "_")) != name and meant in COLUMNS:
                raise refusal(f"the header has {name!a}, and the column is called {meant!a}")
        for row in reader:
            if None in row or None in row.values():
                raise refusal("the row has another number of cells than the header")
            yield Fields(file, dict(row), reader.line_num)
    except csv.Error as error:
        raise refusal(f"is no CSV: {error}") from None


def read(fields: Fields, sha256: str) -> Training:
    """One row. Raises ConfigError MC115."""
    for name in fields.values:
        if name not in COLUMNS:
            fields.refuse(str(name), "nobody knows this column", f"there are: {', '.join(COLUMNS)}")
    base_model = fields.needed_text("base_model")
    cost = fields.number("cost")
    if cost is not None and cost >= MAX_USD:
        fields.refuse("cost", f"must be less than ${MAX_USD:,}")
    currency = fields.text("currency") or _DOLLARS
    if cost is not None and currency != _DOLLARS:
        hint = "convert it to US dollars at the day's rate; a ledger adds amounts up"
        fields.refuse("currency", f"amounts are in US dollars, and this one is in {currency!a}", hint)
    if not any(fields.values.get(name) not in (None, "") for name in _MEASURES):
        fields.missing("tokens", f"one of {', '.join(_MEASURES)} has to say what the training took")
    start_ns, end_ns = fields.moment_ns("started_at"), fields.moment_ns("finished_at")
    if start_ns and end_ns and end_ns < start_ns:
        fields.refuse("finished_at", "is before started_at")
    return Training(
        trainer=NAME,
        status=_status(fields),
        source_sha256=sha256,
        row=_row(fields),
        job=fields.text("job"),
        error=fields.text("error"),
        base_model=base_model,
        model=fields.text("model"),
        tokens=fields.count("tokens"),
        epochs=fields.number("epochs"),
        steps=fields.count("steps"),
        runtime_s=fields.number("runtime_s"),
        gpu_hours=fields.number("gpu_hours"),
        cost_usd=cost,
        cost_basis=TrainingCost.UNKNOWN if cost is None else TrainingCost.REPORTED,
        start_ns=start_ns,
        end_ns=end_ns,
        data_hash=fields.text("data_hash"),
        config_hash=fields.text("config_hash"),
        commit=fields.text("commit"),
        branch=fields.text("branch"),
    )


def _row(fields: Fields) -> str:
    """All that the row says, so that a table which has grown is no table of new trainings."""
    said = ((name, fields.values.get(name)) for name in COLUMNS)
    return repr([(name, str(value)) for name, value in said if value not in (None, "")])


def one_currency(found: list[Fields]) -> None:
    """Raises ConfigError MC115 where the rows of a file have their amounts in two currencies."""
    first: str | None = None
    for fields in found:
        if fields.values.get("cost") in (None, ""):
            continue
        currency = fields.text("currency") or _DOLLARS
        if first is not None and currency != first:
            hint = "convert all amounts to US dollars; a ledger adds them up"
            fields.refuse("currency", f"two currencies in one file: {first!a} and {currency!a}", hint)
        first = currency


def _status(fields: Fields) -> TrainingStatus:
    said = fields.text("status") or TrainingStatus.SUCCEEDED.value
    if said not in {one.value for one in TrainingStatus}:
        listed = ", ".join(TrainingStatus)
        fields.refuse("status", f"{said!a} is no way for a job to end", f"there are: {listed}")
    return TrainingStatus(said)
