"""choice: the answer picks the right one of several choices."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Literal

from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.matchspec.graders.labels import (
    LABELS,
    as_compared,
    expected_choice,
    refuse_but_choices,
    without_markup,
)
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample

_CITIES = ("Rome", "Paris", "Oslo")
_NO_WORD = r"(?![A-Za-z0-9_À-ÿ'’])"
_DECLARED = re.compile(
    r"(?i)(?:\b(?:answer|(?:correct|right|best)\s(?:choice|option)|antwort|réponse|respuesta|risposta|resposta|antwoord"
    r"|ответ)|答案|正解|答え)"
    r"(?:\s{0,3}(?:(?:is|are|would be|should be|must be|will be|ist|lautet|est|es|è|é|therefore|thus|clearly|hence"
    rf"|definitely|probably|likely){_NO_WORD}|[:=是为は\uff1a]|[-–](?=\s))){{0,3}}"
    r"[\s:]{0,3}(?:(?:option|choice|letter)\s{1,3})?"
)
_REVERSED = re.compile(
    r"(?<![\w'’])([A-Z])[)\].]{0,2}\s{1,3}(?:is|ist|est|es|è|é)\s{1,3}"
    r"(?:(?:the|die|la|le)\s{1,3})?(?i:correct|right|best|answer|richtig|correcta|bonne|corretta)"
)
_LETTER = re.compile(rf"[\s(\[\"'“]{{0,4}}([A-Za-z]){_NO_WORD}[)\].:\"'”]{{0,3}}")
_LINE = re.compile(r"(?m)^[\s(\[\"'>#-]{0,6}([A-Za-z])(?:[)\].:]{1,2}(?=\s|$)|\s{0,3}$|\s{1,2}[-–—]\s)")
_MARKED = re.compile(r"[(\[]([A-Z])[)\]]")
_ANOTHER = re.compile(
    r"\s{0,3}(?:(?:or|and|and/or|oder|und|ou|et|o|y|/|,|&|\+)\s{0,3}[(\[]?|[(\[](?=[A-Z][)\]]))([A-Z])(?![\w'’])"
)
_NO_MORE = re.compile(r"(?!\w|[.,]\d)")
_DIFFERENT = -1
"""Stands for an answer that picks more than one choice."""


class Choice(Grader):
    r"""1 when the answer picks the right one of the sample's `choices`, else 0.

    The choices are lettered A, B, C, … in their order; the prompt has to show them like that. `expected` is the letter,
    the text of the choice, or its index counted from 0. An answer that is the text of a choice picks that. Else what it
    picks is looked for in this order:

    1. what it declares: `The answer is (B)`, `Answer: B`, `the correct option is Paris`, in several languages;
    2. a letter that stands alone or begins a line: `B`, `(B)`, `**B**`, `B) Paris`, `\boxed{B}`;
    3. the text of a choice within the answer;
    4. a letter in brackets within the text.

    An answer that picks two different choices is wrong: `A or B`, or `B) Rome` where Rome is A. So is one without any.
    """

    name: ClassVar[str] = "choice"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("B", "B", 1, choices=_CITIES),
        Example("The answer is (B).", "Paris", 1, choices=_CITIES),
        Example("**B**", 1, 1, choices=_CITIES),
        Example("B) Paris", "B", 1, choices=_CITIES),
        Example("It must be Paris, I think.", "B", 1, choices=_CITIES),
        Example("A) Rome\nB) Paris\nC) Oslo\n\nAnswer: B", "B", 1, choices=_CITIES),
        Example("A is wrong, so the answer is B", "B", 1, choices=_CITIES),
        Example("The answer is A. No: the answer is B.", "B", 1, choices=_CITIES),
        Example("The answer is A. No: the answer is B.", "B", 0, {"pick": "first"}, choices=_CITIES),
        Example("The answer is A or B", "B", 0, choices=_CITIES),
        Example("Rome or Paris", "B", 0, choices=_CITIES),
        Example("B) Rome", "B", 0, choices=_CITIES),
        Example("I do not know", "B", 0, choices=_CITIES),
    )

    pick: Literal["last", "first"] = "last"
    """Which one counts of several declared answers: the last, as models reason first, or the first."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0."""
        return float(self._picked(without_markup(answer.text), sample.choices) == expected_choice(sample))

    def refuse(self, sample: Sample) -> str | None:
        """There are choices, and it is clear which of them is right."""
        return refuse_but_choices(sample)

    def _picked(self, text: str, choices: Sequence[str]) -> int | None:
        wanted = [as_compared(choice) for choice in choices]
        if as_compared(text) in wanted:
            return wanted.index(as_compared(text))
        if declared := list(_declared(text, choices)):
            return declared[-1 if self.pick == "last" else 0]
        for found in (_lines(text, choices), _named(text, choices), _marked(text, choices)):
            picked = set(found)
            if picked:
                return picked.pop() if len(picked) == 1 else _DIFFERENT
        return None


def _declared(text: str, choices: Sequence[str]) -> Iterator[int]:
    """What stands after each `the answer is`, or before `is the answer`."""
    found = [*_DECLARED.finditer(text), *_REVERSED.finditer(text)]
    for one in sorted(found, key=lambda each: each.start()):
        picked = _after(text, one.end(), choices) if one.re is _DECLARED else _index(one[1], choices)
        if picked is not None:
            yield picked


def _after(text: str, place: int, choices: Sequence[str]) -> int | None:
    """The choice that is named here, by text or by letter."""
    if (by_text := _begins(text, place, choices)) is not None:
        return by_text
    letter = _LETTER.match(text, place)
    if letter is None or _index(letter[1], choices) is None:
        return None
    if letter[1].islower() and not _ends(text, letter.end(1)):
        return None  # `the answer is a city`
    return _consistent(text, letter, choices)


def _lines(text: str, choices: Sequence[str]) -> Iterator[int]:
    """Letters that stand alone or begin a line, and a letter before `because`."""
    for found in _LINE.finditer(text):
        if _index(found[1], choices) is not None:
            yield _consistent(text, found, choices)
    first = re.match(
        r"\s{0,9}[(\[]?([A-Z])[)\]]?(?:,|\s(?:because|is|since|as)\b|\s[(\[](?![A-Z][)\]]))", text
    )
    if first and _index(first[1], choices) is not None:
        yield _consistent(text, first, choices)
    lead = _LETTER.match(text)
    if lead and _index(lead[1], choices) is not None and _ANOTHER.match(text, lead.end()):
        yield _consistent(text, lead, choices)


def _named(text: str, choices: Sequence[str]) -> Iterable[int]:
    """The choices whose texts occur as whole words, except inside the longer text of another choice."""
    wanted = {as_compared(choice): index for index, choice in enumerate(choices)}
    folded = as_compared(text)
    alternatives = "|".join(re.escape(choice) for choice in sorted(wanted, key=len, reverse=True))
    return (wanted[found[1]] for found in re.finditer(rf"(?<!\w)({alternatives})(?!\w|[.,]\d)", folded))


def _marked(text: str, choices: Sequence[str]) -> Iterator[int]:
    for found in _MARKED.finditer(text):
        if (index := _index(found[1], choices)) is not None:
            yield index


def _index(letter: str, choices: Sequence[str]) -> int | None:
    index = LABELS.find(letter.upper())
    return index if 0 <= index < len(choices) else None


def _ends(text: str, place: int) -> bool:
    """Whether nothing but punctuation follows in the line."""
    return re.match(r"[^\w\n]{0,9}(?:\n|$)", text[place : place + 12]) is not None


def _consistent(text: str, letter: "re.Match[str]", choices: Sequence[str]) -> int:
    """The choice of a letter, unless another letter or the text of another choice follows at once."""
    index = LABELS.find(letter[1].upper())
    another = _ANOTHER.match(text, letter.end())
    if another and _index(another[1], choices) not in (None, index):
        return _DIFFERENT
    named = _begins(text, letter.end(), choices)
    return index if named in (None, index) else _DIFFERENT


def _begins(text: str, place: int, choices: Sequence[str]) -> int | None:
    """The choice whose text begins here, the longest one."""
    wanted = [as_compared(choice) for choice in choices]
    rest = as_compared(text[place : place + 2 * max(map(len, choices)) + 20])
    for before in (" :", " :.()[]\"'“-–—"):  # a choice may begin with a minus
        here = rest.lstrip(before)
        fitting = [one for one in wanted if here.startswith(one) and _NO_MORE.match(here, len(one))]
        if fitting:
            return wanted.index(max(fitting, key=len))
    return None
