"""The trainer cuts the row, or drops it, because it is too long.

What it finds: a row that the trainer you named, or whose configuration you gave, does not train as it is. What trainers
do was read in their code: TRL keeps the first 1,024 tokens unless it is told otherwise, axolotl drops what is longer,
LLaMA-Factory cuts prompt and answer in proportion, torchtune writes the end-of-text token over the last one. Tokens
are counted exactly; what a chat template adds is not counted.

Why it matters: none of them stops, and most do not say a word. The answer comes last, so the answer is what is lost;
a row that stays without it teaches the model to ask questions.

What to do: raise the limit in the trainer's configuration if the model and the memory allow it, shorten the row, or
split it into several that each end with an answer.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.trainer import Cause, Outcome
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.places import cut_field
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Passage
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF621",
    name="trainer-cuts",
    severity=Severity.ERROR,
    consequence=Consequence.DROPPED,
    since="0.1.0",
    bad=rows(chat(("user", "Count to five, in words."), ("assistant", "one two three four five"))),
    good=GOOD,
    trainer=b"base_model: Qwen/Qwen3-8B\nsequence_len: 8\n",
)

_CONSEQUENCES = {
    Outcome.TRUNCATED: Consequence.TRUNCATED,
    Outcome.ANSWER_LOST: Consequence.TRUNCATED,
    Outcome.DROPPED: Consequence.DROPPED,
    Outcome.REFUSED: Consequence.REJECTED,
}
_ENDS = {
    Outcome.TRUNCATED: "",
    Outcome.ANSWER_LOST: ": the whole answer is lost, and the rest is learnt",
    Outcome.DROPPED: ": the row is dropped",
    Outcome.REFUSED: "",
}


def check(row: Row, passage: Passage, /) -> Iterator[Problem]:
    """Rows whose roles are out of order are SF210, those that stay with nothing to learn SF622."""
    settings, fate = passage.destination.settings, passage.fate
    if settings is None or fate is None or fate.cause is not Cause.LENGTH:
        return
    if fate.tokens_seen and not fate.tokens_trained:
        return
    name = settings.file or "the trainer's configuration"
    yield Problem(
        f"{settings.title}: {fate.why}{_ENDS.get(fate.outcome, '')}",
        f"raise {settings.limit_name} in {name}, or shorten the row",
        field=cut_field(row, passage),
        severity=Severity.WARNING if fate.outcome is Outcome.TRUNCATED else Severity.ERROR,
        consequence=_CONSEQUENCES.get(fate.outcome),
    )
