"""Nearly the same row, again.

What it finds: two rows of at least 20 words, of whose runs of five words at least 80% are in both, with the same
figures, calls, labels and pictures, and with answers that are alike. Rows that only fill in the same template are
left alone: there, a third row differs in the same place. Asked of data of up to 32 MB; of more only when the rule is
selected by its code.

Why it matters: copies with small changes are trained like copies. Where one of the two is in the training
data and the other in a test, the test measures memory.

What to do: keep the better one of the two.
"""

from collections.abc import Iterator, Sequence

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.concealing import private_in
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Mention, Problem, RuleMeta
from mist_ci.schemaflux.wording import Wording, digest_of_said, overlap, read_wording

_ASKED = "How do I get the stains of red wine out of the white tablecloth that my grandmother gave us for our wedding?"
_TOLD = (
    "Put salt on the stain while it is wet, rinse it with cold water, and soak the cloth over night in milk."
)

META = RuleMeta(
    code="SF803",
    name="near-duplicate",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        chat(("user", _ASKED), ("assistant", _TOLD)),
        chat(("user", _ASKED.replace("our wedding", "our silver wedding")), ("assistant", _TOLD)),
    ),
    good=GOOD,
)
_ALIKE = 0.8
"""Jaccard similarity of the shingles of two rows."""
_LABELLED_ALIKE = 0.9
"""The same where the answer is a label: nothing but the question tells such rows apart."""
_ANSWERS_ALIKE = 0.7
_SHORT_ANSWER = 5
"""Words; what is shorter is a label, and has to be the same."""
_SAME_PLACE = 0.75
"""Share of what one of two rows says alone that a third row of their template does not say either."""
_SAME_TEMPLATE = 0.5
"""Share of a row that a third one has to have to be of the same template."""
_SHOWN = 3


def keys(row: Row, /) -> Iterator[tuple[bytes, bytes]]:
    """The bands of the row's signature, noted with a hash of what it says: copies have rules of their own."""
    wording = read_wording(row)
    if wording is not None:
        note = digest_of_said(row)[:8]
        yield from ((key, note) for key in wording.bands())


view = read_wording


def likeness(first: Wording, other: Wording, around: Sequence[Wording], /) -> float | None:
    """Jaccard similarity of two rows that are nearly the same; None when they are not, or share a template only."""
    one, two = first.grams, other.grams
    similarity = len(one & two) / len(one | two)
    if similarity < _least(other) or first.rest != other.rest or not _answers_alike(first, other):
        return None
    if one != two and any(_is_template(one, two, wording.grams) for wording in around):
        return None
    return similarity


def _is_template(one: frozenset[int], two: frozenset[int], third: frozenset[int]) -> bool:
    """True when the third row is like both, and different from them where they differ from each other.

    Copies with changes at different places are no template: of a place that only one of them has changed, the
    others still say the same.
    """
    if third in (one, two) or len(third & one & two) < _SAME_TEMPLATE * min(len(one), len(two)):
        return False
    return all(len(own - third) >= _SAME_PLACE * len(own) for own in (one - two, two - one))


def _least(wording: Wording) -> float:
    return _ALIKE if len(wording.answer) >= _SHORT_ANSWER else _LABELLED_ALIKE


def _answers_alike(first: Wording, other: Wording) -> bool:
    one, two = first.answer, other.answer
    if min(len(one), len(two)) < _SHORT_ANSWER:
        return one == two
    return overlap(one, two) >= _ANSWERS_ALIKE


def describe(first: Mention, other: Mention, /) -> Problem:
    """How much is the same, and which words are not."""
    one, two = read_wording(first.row), read_wording(other.row)
    if one is None or two is None:
        raise TypeError("a row without words is like no other")
    same = len(one.grams & two.grams) / len(one.grams | two.grams)
    known = set(one.words)
    private = "\n".join(private_in(other.row.raw).values).lower()
    new = [word.decode("utf-8", "replace") for word in dict.fromkeys(two.words) if word not in known]
    new = [word for word in new if word.lower() not in private]
    words = ", ".join(word[:20] for word in new[:_SHOWN]) + (", …" if new[_SHOWN:] else "")
    return Problem(
        f"{same:.0%} of the phrases of this row and of {first} are the same{f'; only here: {words}' if new else ''}",
        "keep the better one of the two",
    )
