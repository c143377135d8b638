"""The demo's suites as Inspect tasks. Inspect runs this file with a Python of its own, which has no MIST CI.

The scorers are written against the page on graders, not with its code: two implementations have to agree.
`MIST_SUITES` names the directory of the suites' JSONL files, `MIST_LIMIT` how many samples are taken of each, and
`MIST_EPOCHS` how often each is asked. With `MIST_ALL_SCORERS` sums are graded as text, too.
"""

import json
import os
import re
from decimal import Decimal
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import (
    CORRECT,
    INCORRECT,
    Score,
    Scorer,
    Target,
    accuracy,
    scorer,
)
from inspect_ai.solver import TaskState, generate

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@scorer(metrics=[accuracy()])
def exact_answer() -> Scorer:
    """The whole answer, without the blanks around it, is the target."""

    async def score(state: TaskState, target: Target) -> Score:
        answer = state.output.completion.strip()
        return Score(value=CORRECT if answer == target.text.strip() else INCORRECT, answer=answer)

    return score


@scorer(metrics=[accuracy()])
def last_number() -> Scorer:
    """The last number of the answer is the target, as a number: `099` is 99."""

    async def score(state: TaskState, target: Target) -> Score:
        found = NUMBER.findall(state.output.completion)
        right = bool(found) and Decimal(found[-1]) == Decimal(target.text)
        return Score(value=CORRECT if right else INCORRECT, answer=found[-1] if found else "")

    return score


def suite(name: str, *scorers: Scorer) -> Task:
    """All samples of a suite, or the first few, asked as the gate asks them."""
    path = Path(os.environ["MIST_SUITES"]) / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kept = rows[: int(os.environ.get("MIST_LIMIT", "0")) or None]
    return Task(
        dataset=[Sample(id=row["id"], input=row["input"], target=row["expected"]) for row in kept],
        solver=generate(),
        scorer=list(scorers),
        epochs=int(os.environ.get("MIST_EPOCHS", "1")),
        config=GenerateConfig(temperature=0, max_tokens=16),
    )


@task
def arithmetic() -> Task:
    graders = [last_number(), exact_answer()]
    return suite("arithmetic", *graders[: 2 if os.environ.get("MIST_ALL_SCORERS") else 1])


@task
def reversal() -> Task:
    return suite("reversal", exact_answer())


@task
def lookup() -> Task:
    return suite("lookup", exact_answer())


@task
def sorting() -> Task:
    return suite("sorting", exact_answer())
