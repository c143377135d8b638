"""Plain prompts and completions do not show where one ends and the other begins.

What it finds: at least five rows of prompt and completion, both plain texts, where the prompts have no ending in
common and no completion begins with a blank or a line break; where the completions have no ending in common; where
all prompts are the same; or where more than a third of all letters are capitals. Only asked when it is selected:
`--extend-select SF515`. Trainers with an end-of-sequence token of their own do not need the endings.

Why it matters: there is no chat template around such rows. A model that is trained on them without a marker does not
know that its answer begins, and one without an ending goes on and on where the trainer adds no end token. Capitals
take more tokens, and texts in production are not written in them.

What to do: end every prompt with one separator that stands nowhere else, such as a line break and `->`, begin every
completion with a blank, and end it with one stop text. Or write the rows as chat, and let a template do it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta

_BAD = (("Greet Ada!", "Hello, Ada!"), ("Add 2 and 2.", "4"), ("Is ice cold?", "yes"), ("A colour:", "red"))


def _row(prompt: str, completion: str) -> JsonValue:
    return {"prompt": prompt, "completion": completion}


META = RuleMeta(
    code="SF515",
    name="completion-hygiene",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    formats=frozenset({DataFormat.PROMPT_COMPLETION}),
    is_default=False,
    bad=rows(*(_row(*texts) for texts in (*_BAD, ("Say no!", "no.")))),
    good=rows(*(_row(f"{n} and 1 ->", f" {n + 1}\n") for n in range(5))),
)
_FEWEST = 5
_LOUD = 1 / 3


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    known: int = 0
    file: str = ""
    line: int = 0
    prompt: str = ""
    """The first one, as long as all are like it."""
    prompt_end: str = ""
    completion_end: str = ""
    spaced: int = 0
    """Completions that begin with white space."""
    letters: int = 0
    capitals: int = 0

    def add(self, row: Row, /) -> None:
        if row.format is not DataFormat.PROMPT_COMPLETION:
            return
        prompt, completion = row.object.get("prompt"), row.object.get("completion")
        if not (
            isinstance(prompt, str) and isinstance(completion, str) and prompt.strip() and completion.strip()
        ):
            return
        text = prompt + completion
        capitals = sum(map(str.isupper, text))
        self.merge(
            _Tally(
                *(1, int(row.is_known), row.file, row.line),
                *(prompt, prompt, completion),
                spaced=int(completion[0].isspace()),
                letters=capitals + sum(map(str.islower, text)),
                capitals=capitals,
            )
        )

    def merge(self, later: Self, /) -> None:
        if not later.rows:
            return
        if not self.rows:
            self.file, self.line, self.prompt = later.file, later.line, later.prompt
            self.prompt_end, self.completion_end = later.prompt_end, later.completion_end
        self.prompt = self.prompt if self.prompt == later.prompt else ""
        self.prompt_end = _common_end(self.prompt_end, later.prompt_end)
        self.completion_end = _common_end(self.completion_end, later.completion_end)
        self.rows += later.rows
        self.known += later.known
        self.spaced += later.spaced
        self.letters += later.letters
        self.capitals += later.capitals

    def problems(self) -> Iterator[Placed]:
        """One problem with all that is so."""
        found = list(self._found()) if self.rows >= _FEWEST else []
        if found:
            problem = Problem(
                f"of {self.rows:,} plain prompts and completions, " + "; ".join(found),
                "use one separator and one stop text for all rows, or write them as chat",
            )
            yield Placed(problem, self.file, self.line, self.known == self.rows)

    def _found(self) -> Iterator[str]:
        if self.prompt:
            yield "all prompts are the same"
        elif not self.prompt_end and not self.spaced:
            yield "nothing separates one from the other"
        if not self.completion_end:
            yield "completions have no ending in common"
        if self.capitals > _LOUD * self.letters:
            yield f"{self.capitals / self.letters:.0%} of all letters are capitals"


def _common_end(first: str, other: str) -> str:
    length = min(len(first), len(other))
    same = next((n for n in range(length) if first[-1 - n] != other[-1 - n]), length)
    return first[len(first) - same :]


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
