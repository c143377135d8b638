"""What every generator is made of: templates, from which a seed grows rows.

A template is a function of a source of randomness and a level. It gives one question that has exactly one right
answer, which it computes. Its name is the cluster of its rows. Only methods of `Random` that give the same
numbers in every Python from 3.11 on are used: randrange, choice, sample, shuffle.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

EASY, MEDIUM, HARD = range(3)
LEVELS = ("easy", "medium", "hard")
"""Easy is for models of half a billion parameters; at hard, the best ones sometimes slip without thinking aloud."""

_TRIES = 1_000


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its answer. `more` holds further keys of the row, such as `choices` and `tools`."""

    input: str
    expected: Any
    more: dict[str, Any] = field(default_factory=dict)


Template = Callable[[Random, int], Item]


@dataclass(frozen=True, slots=True, eq=False)
class Suite:
    """A ready-made suite: what its page says, how it asks and grades, and the templates of its samples."""

    name: str
    title: str
    measures: str
    graded: str
    templates: tuple[Template, ...]
    answers: str
    """How long answers are: ends the paragraph about tokens."""
    each: int
    """Samples of one template, a third of them at each level."""
    settings: dict[str, Any]
    """The keys of suite.yml after `data`: prompt, primary, graders."""
    sd: float = 0.40
    """Supposed standard deviation of the differences per sample: 0.40 where answers pass or fail (design 3 §2)."""
    seed: int = 1


def rows(suite: Suite) -> Iterator[dict[str, Any]]:
    """The rows of a suite, the same for the same seed. No question is asked twice."""
    asked: set[str] = set()
    for template in suite.templates:
        cluster = template.__name__.replace("_", "-")
        rng = Random(f"{suite.name}/{cluster}/{suite.seed}")
        for number in range(suite.each):
            level = number * len(LEVELS) // suite.each
            item = _fresh(template, rng, level, asked)
            yield {
                "id": f"{cluster}-{number + 1:02}",
                "input": item.input,
                "expected": item.expected,
                **item.more,
                "tags": [LEVELS[level], cluster],
                "cluster": cluster,
            }


def _fresh(template: Template, rng: Random, level: int, asked: set[str]) -> Item:
    for _ in range(_TRIES):
        item = template(rng, level)
        if item.input not in asked:
            asked.add(item.input)
            return item
    raise ValueError(f"{template.__name__} has no more questions at level {LEVELS[level]}")
