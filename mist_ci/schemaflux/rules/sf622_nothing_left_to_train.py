"""The trainer cuts the row, keeps it, and learns nothing of it.

What it finds: a row that stays in the training run, although every token that would have been learnt is cut away by the
trainer that you named, or whose configuration you gave.

Why it matters: the row is read in every epoch, paid for, and teaches nothing. TRL drops such rows without a word, and
axolotl does with `sample_packing` (that is SF621); torchtune, LLaMA-Factory and services keep them.

What to do: raise the limit in the trainer's configuration if the model and the memory allow it, shorten the prompt, or
remove the row.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.trainer import Cause
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.places import cut_field
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Passage
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF622",
    name="nothing-left-to-train",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        chat(("user", "Please count to five, in words, without a comma."), ("assistant", "one two three"))
    ),
    good=GOOD,
    trainer=b"tokenizer: {path: tokenizer.model, max_seq_len: 8}\n",
)


def check(row: Row, passage: Passage, /) -> Iterator[Problem]:
    """Rows that had nothing to learn from the start are SF203, SF212 and SF214."""
    settings, fate = passage.destination.settings, passage.fate
    if settings is None or fate is None or fate.cause is not Cause.LENGTH:
        return
    if fate.tokens_seen and not fate.tokens_trained:
        name = settings.file or "the trainer's configuration"
        yield Problem(
            f"{settings.title}: {fate.why}, and of the {fate.tokens_seen:,} that stay none is learnt",
            f"raise {settings.limit_name} in {name}, shorten the prompt, or remove the row",
            field=cut_field(row, passage),
        )
