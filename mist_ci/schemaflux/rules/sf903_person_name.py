"""A row names a person.

What it finds: a first and a last name behind words that say that there is one: `my name is`, `full name:`,
`patient:`, `Dear Dr.` and the like, in English. Names that stand for nobody, such as Jane Doe, are left out. Only asked
when it is selected: `--extend-select SF903`. Names that nothing introduces are not found: who has to be sure uses a
program that recognises names by a language model, such as Presidio, before the data is committed.

Why it matters: models repeat what they were trained on, to anybody who asks. With a diagnosis, an order or a complaint
beside it, a name is personal data, which in many countries may not be used for training without consent.

What to do: replace names by invented ones, the same person by the same name. If it is an author or is in the news,
add the finding to the baseline.
"""

import re
from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.privacy.masking import mask
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import strings
from mist_ci.schemaflux.rule import Problem, RuleMeta

_TITLES = r"(?:[Mm]r|[Mm]rs|[Mm]s|[Dd]r|[Pp]rof)\.? "
_BEFORE = (
    r"(?:[Mm]y (?:full )?name is |(?:[Ff]ull|[Pp]atient|[Cc]ustomer) [Nn]ame: |[Pp]atient: |[Dd]ear "
    + _TITLES
    + ")"
)
META = RuleMeta(
    code="SF903",
    name="person-name",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    is_default=False,
    bad=rows(chat(("user", "My name is Ingrid Solheim. Is my order on its way?"), ("assistant", "It is."))),
    good=rows(chat(("user", "My name is Jane Doe. Is my order on its way?"), ("assistant", "It is."))),
    trigger=_BEFORE.encode(),
)
_WORD = r"[A-Z\u00c0-\u00de][a-z\u00df-\u024f'\u2019-]+"
_NAME = re.compile(rf"{_BEFORE}(?:{_TITLES})?({_WORD} (?:[A-Z]\. )?{_WORD})")
_NOBODY = re.compile(
    r"(?:John|Jane|Joe|Max|Erika|Alice|Bob) (?:Doe|Roe|Bloggs|Public|Smith|Mustermann|Example)"
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per row, at the first name."""
    for one in strings(row):
        found = [name for name in _NAME.findall(one.text) if not _NOBODY.fullmatch(name)]
        if found:
            yield Problem(
                f"{one.field} names a person: {mask(found[0], 1)}",
                "write an invented name instead, the same one for the same person",
                field=one.field,
            )
            return
