"""An answer is in another language than its prompt.

What it finds: long answers in another language than the last prompt, in data where at least 95 of 100
rows answer in the language of the prompt. Needs the extra `languages`; only asked when it is selected.
Rows that ask for a language, such as translations, are left out.

Why it matters: a few such rows are enough to make a model switch languages in the middle of a
conversation.

What to do: look at the rows, and remove those that nobody wants.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.kinds import Tally
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta

_ENGLISH = (
    "Please tell me in some detail what I should look at when I visit the old town this weekend. Tip {n}?"
)
_ANSWER = (
    "You should see the harbour, the castle on the hill and the market, and take your time. That was tip {n}."
)
_GERMAN = (
    "Sie sollten sich den Hafen, die Burg auf dem Hügel und den Markt ansehen und sich dafür Zeit nehmen."
)
_TALKS = [chat(("user", _ENGLISH.format(n=n)), ("assistant", _ANSWER.format(n=n))) for n in range(20)]
META = RuleMeta(
    code="SF712",
    name="language",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(*_TALKS, chat(("user", _ENGLISH.format(n=20)), ("assistant", _GERMAN))),
    good=GOOD,
    is_default=False,
)
_FEWEST_CHARS = 60
_LONGEST_CHARS = 1_000
_ENOUGH = 20
_SHARE = 0.95
_SURE = 0.95
_MOST_PLACES = 1_000
_ASKED_FOR = re.compile(
    r"(?i)translat|übersetz|tradu|перевед|翻译|翻訳|language|```"
    r"|auf (?:deutsch|englisch)|en (?:français|anglais|español|inglés)"
    r"|\bin (?:english|german|french|spanish|italian|portuguese|russian|chinese|japanese|korean|arabic|hindi|dutch)\b"
)


@dataclass
class _Languages:
    pairs: Counter[bool] = field(default_factory=Counter)
    places: list[Placed] = field(default_factory=list)

    def add(self, row: Row, /) -> None:
        """Compares the language of the last prompt and of the answer."""
        prompt, answer = _last_exchange(row)
        if min(len(prompt), len(answer)) < _FEWEST_CHARS or _ASKED_FOR.search(prompt + answer):
            return
        one, other = _language(prompt[:_LONGEST_CHARS]), _language(answer[:_LONGEST_CHARS])
        if one is None or other is None:
            return
        self.pairs[one == other] += 1
        if one != other and len(self.places) < _MOST_PLACES:
            problem = Problem(
                f"the prompt is in {one}, the answer in {other}",
                "look at the row, and remove it if nobody wants it",
                field=row.messages[-1].at_content,
            )
            self.places.append(Placed(problem, row.file, row.line, row.is_known))

    def merge(self, later: "_Languages", /) -> None:
        """Takes in later rows."""
        self.pairs += later.pairs
        self.places = (self.places + later.places)[:_MOST_PLACES]

    def problems(self) -> Iterator[Placed]:
        """The rows whose languages differ, where that is an exception."""
        if self.pairs.total() >= _ENOUGH and self.pairs[True] >= _SHARE * self.pairs.total():
            yield from self.places


def tally() -> Tally:
    """A new, empty tally. Raises CouldNotRun MC205 without the extra `languages`."""
    _classifier()
    return _Languages()


def _last_exchange(row: Row) -> tuple[str, str]:
    if row.answer is None:
        return "", ""
    prompts = [message.text for message in row.messages if message.role == "user"]
    return prompts[-1] if prompts else "", row.messages[-1].text


def _language(text: str) -> str | None:
    """The code of ISO 639-1; None when it is not clear."""
    language, probability = _classifier()(text)
    return language if probability >= _SURE else None


@cache
def _classifier() -> Callable[[str], tuple[str, float]]:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise CouldNotRun(
            Code.EXTRA_MISSING, "SF712 needs the extra `languages`", hint="pip install 'mist-ci[languages]'"
        ) from error
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    classify: Callable[[str], tuple[str, float]] = identifier.classify
    return classify
