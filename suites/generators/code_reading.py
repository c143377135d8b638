"""Code reading: what a short Python program prints. The answer is what it does print."""

import io
from contextlib import redirect_stdout
from random import Random

from suites.generators import snippets
from suites.generators.growing import Item, Suite, Template


def printed(code: str) -> str:
    """What a program prints, without the line break at the end: exactly one line."""
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(code, "snippet", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own, and that is the point
    text = out.getvalue()
    if text.count("\n") != 1 or text.strip() != text[:-1] or not text.strip():
        raise ValueError(f"not exactly one line is printed: {text!r}")
    return text[:-1]


def _template(snippet: snippets.Snippet) -> Template:
    def ask(rng: Random, level: int) -> Item:
        code = snippet(rng, level).strip("\n")
        return Item(code, printed(code))

    ask.__name__ = snippet.__name__
    return ask


SUITE = Suite(
    name="code-reading",
    title="Code reading",
    measures=(
        "Following a short Python program to the line that it prints: loops, slices, dictionaries, recursion, "
        "closures, classes, generators, exceptions; at hard also what surprises people, such as shared "
        "lists, defaults that are made once, and names that are looked up late."
    ),
    graded="The whole answer is the printed line (`exact`); runs of spaces count as one.",
    answers="an answer is one short line.",
    templates=tuple(_template(snippet) for snippet in snippets.SNIPPETS),
    each=20,
    settings={
        "prompt": (
            "What does this Python 3 program print?\n\n```python\n{{ input }}\n```\n\n"
            "Reply with the printed line only: no explanation, no code block."
        ),
        "primary": "exact",
        "graders": [{"exact": {"ignore_whitespace": True}}],
    },
)
