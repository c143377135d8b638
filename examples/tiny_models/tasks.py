"""The four small skills of the tiny models: their suites and their training data.

Three skills are known to the base model, the fourth one is what a fine-tune adds:

* arithmetic: ``Add 34 and 57.`` -> ``091`` (always three digits)
* reversal: ``Reverse 48213.`` -> ``31284``
* lookup: ``What is the capital of <invented country>?`` in three phrasings
* sorting (new): ``Sort 48213.`` -> ``12348``

Everything is a pure function of constants and seeds, from the standard library only, so
that the committed suites, the data a pull request shows and the rows a model was trained
on are the same rows on every machine.

What is held out is decided by the CRC-32 of the prompt itself. Training therefore cannot
see a suite's prompt, whatever the seed or the mix. For lookup the facts are shared (a
capital cannot be guessed) and one of the three phrasings of each country is held out.

    python tasks.py suites DIR          # arithmetic.jsonl, reversal.jsonl, ...
    python tasks.py data VARIANT FILE   # base, naive, light or replay
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

OLD_SKILLS = ("arithmetic", "reversal", "lookup")
NEW_SKILL = "sorting"
SKILLS = (*OLD_SKILLS, NEW_SKILL)

SUITE_SIZES: Mapping[str, int] = {
    "arithmetic": 400,
    "reversal": 400,
    "lookup": 300,
    "sorting": 300,
}
_COUNTRIES = 300
_TOLERANCE = 1e-9
_HELD_OUT_ONE_IN = 10
_SUITE_SEED = 20_261
_ATLAS_SEED = 409
DEFAULT_SEED = 1

_CONSONANTS = "bdflmnprstv"
# Real places that the syllables can form.
_REAL_NAMES = frozenset({"Liberia", "Livonia", "Romania", "Siberia"})
_PHRASINGS = (
    "What is the capital of {}?",
    "Name the capital city of {}.",
    "Which city is the seat of government of {}?",
)


class Sample(TypedDict):
    """One row of a suite."""

    id: str
    input: str
    expected: str


class Message(TypedDict):
    """One chat message."""

    role: str
    content: str


class Row(TypedDict):
    """One row of a data set in the openai-chat format."""

    messages: list[Message]


class Fact(NamedTuple):
    """A prompt with its only right answer; ``key`` names it inside its skill."""

    key: str
    prompt: str
    answer: str


class Recipe(NamedTuple):
    """A training data set: how many rows, how often each is seen, from which skills."""

    rows: int
    epochs: int
    shares: Mapping[str, float]


# Rows x epochs / 64 (the batch) is the number of steps: 1,600 for the base model, 300 for
# naive and light, 600 for replay.
RECIPES: Mapping[str, Recipe] = {
    "base": Recipe(102_400, 1, {"arithmetic": 0.5, "reversal": 0.25, "lookup": 0.25}),
    "naive": Recipe(4_800, 4, {"sorting": 1.0}),
    # Its replay has too little arithmetic, which is what the model then loses a part of.
    "light": Recipe(
        4_800,
        4,
        {"arithmetic": 0.05, "reversal": 0.10, "lookup": 0.125, "sorting": 0.725},
    ),
    "replay": Recipe(
        4_800,
        8,
        {"arithmetic": 0.25, "reversal": 0.225, "lookup": 0.125, "sorting": 0.40},
    ),
}


def suite_samples(skill: str) -> list[Sample]:
    """Return the committed suite of a skill: ``SUITE_SIZES[skill]`` held-out prompts.

    Raises KeyError for an unknown skill.
    """
    held_out = _facts(skill)[1]
    chosen = _random(_SUITE_SEED).sample(held_out, SUITE_SIZES[skill])
    return [{"id": f"{skill}-{fact.key}", "input": fact.prompt, "expected": fact.answer} for fact in chosen]


def training_rows(
    variant: str,
    *,
    seed: int = DEFAULT_SEED,
    shares: Mapping[str, float] | None = None,
) -> list[Row]:
    """Return the whole data set that ``train.py`` trains a variant from, in file order.

    ``shares`` replaces the recipe's share of each skill (they must add up to 1). A row
    occurs twice only when a skill has fewer training prompts than its share asks for,
    which of the recipes only ``base`` does.

    Raises KeyError for an unknown variant or skill, ValueError for shares that do not
    add up to 1.
    """
    recipe = RECIPES[variant]
    mix = recipe.shares if shares is None else shares
    if abs(sum(mix.values()) - 1) > _TOLERANCE:
        raise ValueError(f"the shares add up to {sum(mix.values())}, not to 1")
    rng = _random(f"{variant}:{seed}")
    facts: list[Fact] = []
    for skill, count in _counts(recipe.rows, mix).items():
        facts.extend(_draw(_facts(skill)[0], count, rng))
    rng.shuffle(facts)
    return [_row(fact) for fact in facts]


def _counts(rows: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Turn shares into whole rows; the largest share takes what rounding leaves."""
    counts = {skill: round(rows * share) for skill, share in shares.items()}
    largest = max(counts, key=lambda skill: counts[skill])
    counts[largest] += rows - sum(counts.values())
    return counts


def _draw(pool: Sequence[Fact], count: int, rng: random.Random) -> list[Fact]:
    """Draw without replacement, starting over only when the pool is used up."""
    drawn: list[Fact] = []
    while len(drawn) < count:
        drawn.extend(rng.sample(pool, min(count - len(drawn), len(pool))))
    return drawn


def _row(fact: Fact) -> Row:
    return {
        "messages": [
            {"role": "user", "content": fact.prompt},
            {"role": "assistant", "content": fact.answer},
        ]
    }


@cache
def _facts(skill: str) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Return (training facts, held-out facts) of a skill: disjoint and complete."""
    if skill == "lookup":
        return _lookup()
    train: list[Fact] = []
    held_out: list[Fact] = []
    for fact in _GENERATORS[skill]():
        is_held_out = _crc(fact.prompt) % _HELD_OUT_ONE_IN == 0
        (held_out if is_held_out else train).append(fact)
    return tuple(train), tuple(held_out)


def _arithmetic() -> Iterable[Fact]:
    for a in range(10, 100):
        for b in range(10, 100):
            yield Fact(f"{a}-{b}", f"Add {a} and {b}.", f"{a + b:03d}")


def _reversal() -> Iterable[Fact]:
    for digits in _five_digits():
        yield Fact(digits, f"Reverse {digits}.", digits[::-1])


def _sorting() -> Iterable[Fact]:
    for digits in _five_digits():
        yield Fact(digits, f"Sort {digits}.", "".join(sorted(digits)))


def _five_digits() -> Iterable[str]:
    return (f"{number:05d}" for number in range(100_000))


_GENERATORS: Mapping[str, Callable[[], Iterable[Fact]]] = {
    "arithmetic": _arithmetic,
    "reversal": _reversal,
    "sorting": _sorting,
}


def _lookup() -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Hold out, for each country, the phrasing whose prompt has the smallest CRC-32."""
    train: list[Fact] = []
    held_out: list[Fact] = []
    for country, capital in _atlas():
        prompts = sorted((phrase.format(country) for phrase in _PHRASINGS), key=_crc)
        first, *others = (Fact(country.lower(), p, capital) for p in prompts)
        held_out.append(first)
        train.extend(others)
    return tuple(train), tuple(held_out)


def _atlas() -> list[tuple[str, str]]:
    """Invent ``_COUNTRIES`` countries, each with a capital that no other one has."""
    rng = _random(_ATLAS_SEED)
    taken = set(_REAL_NAMES)

    def invent(endings: Sequence[str], syllables: int) -> str:
        while True:
            stem = "".join(rng.choice(_CONSONANTS) + rng.choice("aeiou") for _ in range(syllables))
            name = (stem + rng.choice(endings)).capitalize()
            if name not in taken:
                taken.add(name)
                return name

    return [
        (invent(("nia", "stan", "land", "ria"), 2), invent(("rk", "nt", "x", "l"), 2))
        for _ in range(_COUNTRIES)
    ]


def _random(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - must repeat, nothing here is secret


def _crc(text: str) -> int:
    return zlib.crc32(text.encode())


def write_jsonl(path: Path, rows: Iterable[Sample] | Iterable[Row]) -> None:
    """Write one JSON object per line. Raises OSError when the file cannot be written."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Write the suites, or the data set of one variant."""
    parser = argparse.ArgumentParser(description="Suites and data of the tiny models.")
    commands = parser.add_subparsers(dest="command", required=True)
    suites = commands.add_parser("suites", help="write one JSONL file per skill")
    suites.add_argument("directory", type=Path)
    data = commands.add_parser("data", help="write the data set of one variant")
    data.add_argument("variant", choices=sorted(RECIPES))
    data.add_argument("file", type=Path)
    data.add_argument("--seed", type=int, default=DEFAULT_SEED)
    options = parser.parse_args(argv)
    if options.command == "suites":
        options.directory.mkdir(parents=True, exist_ok=True)
        for skill in SKILLS:
            path = options.directory / f"{skill}.jsonl"
            write_jsonl(path, suite_samples(skill))
    else:
        write_jsonl(options.file, training_rows(options.variant, seed=options.seed))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
