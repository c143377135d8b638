"""The page of each ready-made suite, and the index of all of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import jinja2

from mist_ci.cli.wiring import tokens
from mist_ci.stats.power import minimum_detectable_effect, n_required
from suites.generators.growing import LEVELS, Suite

COUNTED_AS = "gpt-4o"
ALPHA, POWER, MARGIN = 0.05, 0.80, 0.05
MOVING_TOGETHER = 2.0
"""Design effect of a suite whose templates rise and fall as a whole."""
SHORT = 90
"""Characters of an answer that stands in a line of text."""

Rows = Sequence[Mapping[str, Any]]


PAGE = """# {suite.title}: `mist:{suite.name}`

{suite.measures}

**How it is graded.** {suite.graded}

**Samples.** {count} of {clusters} templates, {suite.each} of each; a third of them easy, a third medium, a third hard
(tags `easy`, `medium`, `hard`, and the template's name). The template is the cluster: what samples of one template have
in common does not pass for independent evidence.

**What it can find.** A drop of {alone} points with 80% power, at 5% one-sided, when the differences per sample
have a standard deviation of {sd:.2f} and are independent; of {together} points with a design effect of
{effect:g}, where whole templates rise and fall. Certifying an unchanged model within {margin:g} points as often takes
{needed} independent samples.

**Calibration.** Uncalibrated: nobody has measured it on a model yet. `mist-ci calibrate` does, on yours.

**Tokens.** The prompts of one run, one side and one attempt, have about {tokens:,} tokens (o200k_base, without what a
chat template adds); {suite.answers}

## Templates

{templates}.

## Three samples

{examples}

---

Made by [generators/{module}.py](../generators/{module}.py), seed {suite.seed}; `make suites` writes it again.
[All suites](../README.md) · [graders](../../docs/graders.md)
"""


def page(suite: Suite, rows: Rows) -> str:
    """What a suite measures, how it is asked and graded, what it can find and what it costs."""
    return PAGE.format(
        suite=suite,
        count=len(rows),
        clusters=_clusters(rows),
        alone=_points(suite, len(rows), 1),
        together=_points(suite, len(rows) / MOVING_TOGETHER, 1),
        effect=MOVING_TOGETHER,
        sd=suite.sd,
        margin=MARGIN * 100,
        needed=n_required(suite.sd, MARGIN, alpha=ALPHA, power=POWER),
        tokens=_prompt_tokens(suite, rows),
        templates=", ".join(f"`{name}`" for name in dict.fromkeys(row["cluster"] for row in rows)),
        examples="\n\n".join(_shown(suite, row) for row in _examples(suite, rows)),
        module=suite.name.replace("-", "_"),
    )


def index(suites: Mapping[Suite, Rows]) -> str:
    """All suites in one table, and how to use them."""
    table = [
        f"| [`mist:{suite.name}`]({suite.name}/README.md) | {len(rows)} | {_clusters(rows)} | "
        f"`{suite.settings['primary']}` | {_points(suite, len(rows), len(suites) + 1)} | "
        f"{_prompt_tokens(suite, rows):,} |"
        for suite, rows in suites.items()
    ]
    return INDEX.format(
        table="\n".join(table),
        hypotheses=len(suites) + 1,
        together=MOVING_TOGETHER,
        samples=sum(map(len, suites.values())),
        tokens=sum(_prompt_tokens(suite, rows) for suite, rows in suites.items()),
    )


INDEX = """# Ready-made capability suites

Fine-tuning for one skill takes others away, and it does so quietly. These suites ask for skills that nearly every
base model has, so that what was lost shows before anybody has written a suite of their own:

```yaml
suites: [suites/*.yml, "mist:arithmetic", "mist:instructions"]   # or "mist:*" for all of them
```

They have the role `retain`, and their names work wherever a suite's name does, such as in `require` of a gate.

| suite | samples | templates | primary grader | finds a drop of | tokens of one run |
|---|---|---|---|---|---|
{table}

All of them are {samples:,} samples and {tokens:,} tokens. `mist-ci plan` shows what they cost at your prices, and
`mist-ci eval --tags easy` asks a part.

*Finds a drop of*: points, with 80% power at 5% one-sided; the first number takes the suite by itself, the second all of
them together (Holm over {hypotheses} hypotheses), both with samples that are independent. Where whole templates rise
and fall together (design effect {together:g}), multiply by 1.4. *Tokens of one run* are those of the prompts, for one
side and one attempt.

How they are made: every sample comes from a template and a seed in [generators](generators), every answer was computed,
and nearly all of them are found a second time by tests that read nothing but the question (code is run, puzzles are
solved by going through all possibilities). Every question has exactly one right answer and says how to answer. Nothing
in them was taken from elsewhere. They are public all the same, so a model may have seen them in training: a gate
compares two models on the same samples, for which that matters less than for a leaderboard, and MIST CI looks for them
in your training data like for samples of your own suites.

None of them is calibrated: how hard they are for your model, and how much its answers move from run to run, is what
`mist-ci calibrate` measures. Samples are changed only together with a new version of MIST CI; the digest of a suite is
in every result.
"""


def _points(suite: Suite, count: float, hypotheses: int) -> str:
    values = [
        minimum_detectable_effect(int(count), suite.sd, alpha=ALPHA / number, power=POWER) * 100
        for number in dict.fromkeys((1, hypotheses))
    ]
    return " / ".join(f"{value:.1f}" for value in values)


def _clusters(rows: Rows) -> int:
    return len({row["cluster"] for row in rows})


def _examples(suite: Suite, rows: Rows) -> list[Mapping[str, Any]]:
    """One of each level, each of another template."""
    step = suite.each
    return [rows[(number * 2 + 1) * step + number * step // len(LEVELS) + 1] for number in range(len(LEVELS))]


def _shown(suite: Suite, row: Mapping[str, Any]) -> str:
    expected, fence = json.dumps(row["expected"], ensure_ascii=False), "````"
    system = f"[system] {suite.settings['system']}\n\n[user] " if "system" in suite.settings else ""
    parts = [
        f"*{row['tags'][0].capitalize()}, `{row['id']}`:*",
        f"{fence}text\n{system}{_asked(suite, [row])[0]}\n{fence}",
    ]
    if tools := row.get("tools"):
        parts.append("with the tools " + ", ".join(f"`{tool['name']}`" for tool in tools))
    is_short = len(expected) < SHORT
    parts.append(f"Expected: `{expected}`" if is_short else f"Expected:\n\n{fence}json\n{expected}\n{fence}")
    return "\n\n".join(parts)


def _asked(suite: Suite, rows: Rows) -> list[str]:
    """The prompts as they are sent."""
    template = _JINJA.from_string(suite.settings["prompt"])
    return [template.render(input=row["input"], choices=row.get("choices", ())) for row in rows]


def _prompt_tokens(suite: Suite, rows: Rows) -> int:
    tools = (json.dumps(row["tools"]) if "tools" in row else "" for row in rows)
    system = suite.settings.get("system", "")
    texts = [system + prompt + tool for prompt, tool in zip(_asked(suite, rows), tools, strict=True)]
    return round(sum(_TOKENS.count_many(texts, COUNTED_AS)), -2)


_TOKENS = tokens()
_JINJA = jinja2.Environment(autoescape=False)  # noqa: S701 - plain text
