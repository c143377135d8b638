"""mist-ci suite show"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.cli.suite_files import loaded, suite_paths
from mist_ci.errors import Code, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mist_ci.models.suite import Sample, Suite
    from mist_ci.ports.accounting import TokenCounter

_ROWS, _CHARS = 200, 20_000


@click.command("show", context_settings=SETTINGS)
@click.argument("file")
@click.option("-n", "number", type=click.IntRange(1), default=3, show_default=True, help="So many samples.")
@click.option(
    "--sample", "named", multiple=True, metavar="ID", help="This sample, by id or key; may be repeated."
)
@click.option(
    "--model",
    default="gpt-4o-mini",
    show_default=True,
    metavar="NAME",
    help="Count tokens as this model does.",
)
@click.option(
    "--format", "output_format", type=click.Choice(["text", "markdown", "json"]), default="text",
    show_default=True, help="What stdout carries.",
)  # fmt: skip
def show(file: str, number: int, named: tuple[str, ...], model: str, output_format: str) -> int:
    """Show samples of a suite FILE as a model would get them, and what graders say to the expected answer.

    The first ones in the order in which they are asked, or those that are named. Nothing is asked.

    \b
    mist-ci suite show suites/arithmetic.yml
    mist-ci suite show suites/arithmetic.yml --sample arithmetic-49-67
    """
    from mist_ci.cli import wiring
    from mist_ci.cli.output import say, show_json

    tree = wiring.directory(Path())
    (suite,) = loaded(tree, _one(suite_paths(tree, [file], Path("mist.yml")), file))
    samples, tokens = _chosen(suite, number, named), wiring.tokens()
    told = [_told(suite, sample, tokens, model) for sample in samples]
    basis = tokens.basis(model)
    if output_format == "json":
        show_json({"suite": suite.name, "digest": suite.digest, "tokens": basis, "samples": told})
    elif output_format == "markdown":
        say("\n".join(_markdown(suite, told, basis)))
    else:
        for line in _text(suite, told, basis):
            say(line)
    return ExitCode.PASSED


def _one(paths: list[str], file: str) -> list[str]:
    if len(paths) > 1:
        raise UsageError(Code.USAGE, f"{file!r} matches {len(paths)} files", hint="name one of them")
    return paths


def _chosen(suite: "Suite", number: int, named: tuple[str, ...]) -> "Sequence[Sample]":
    """The named samples in the order of their names, else the first. Raises UsageError MC106."""
    from mist_ci.parsing.document import nearest

    if not named:
        return suite.samples[:number]
    known = {key: sample for sample in suite.samples for key in (sample.id, sample.key)}
    for name in named:
        if name not in known:
            hint = nearest(name, sorted(sample.id for sample in suite.samples))
            raise UsageError(Code.UNKNOWN_NAME, f"no sample is named {name!r}", hint=hint)
    return [known[name] for name in named]


def _told(suite: "Suite", sample: "Sample", tokens: "TokenCounter", model: str) -> dict[str, Any]:
    from mist_ci import matchspec
    from mist_ci.matchspec.graders import grader

    answer = matchspec.reference_answer(sample)
    scores = {
        spec.title: None if answer is None else matchspec.what_it_scores(grader(spec), answer, sample)
        for spec in suite.graders
    }
    return {
        "id": sample.id,
        "key": sample.key,
        "prompt_hash": sample.prompt_hash,
        "tags": list(sample.tags),
        "cluster": sample.cluster,
        "messages": [message.identity for message in sample.messages],
        "tools": [tool.name for tool in sample.tools],
        "choices": list(sample.choices),
        "expected": sample.model_dump(mode="json")["expected"],
        "tokens": sum(tokens.count(message.content, model) for message in sample.messages),
        "scores_of_expected": scores,
    }


def _facts(one: dict[str, Any]) -> "Iterator[tuple[str, str]]":
    """What is said of a sample in a line each, where there is something to say."""
    import json

    yield "key", one["key"]
    yield "tokens", f"about {one['tokens']}"
    for name in ("tags", "tools", "choices"):
        if one[name]:
            yield name, "; ".join(one[name])
    if one["cluster"]:
        yield "cluster", one["cluster"]
    expected = one["expected"]
    yield "expected", expected if isinstance(expected, str) else json.dumps(expected, ensure_ascii=False)
    scores = [(name, _score(score)) for name, score in one["scores_of_expected"].items()]
    yield "graders on it", ", ".join(f"{name} {score}" for name, score in scores)


def _score(score: float | None) -> str:
    return "nothing to try" if score is None else f"{score:g}"


def _text(suite: "Suite", told: "Sequence[dict[str, Any]]", basis: str) -> "Iterator[str]":
    from mist_ci.report.text import plain

    yield f"{suite.name}: {len(told)} of {len(suite.samples)} samples; tokens: {basis}"
    for one in told:
        yield f"\n--- {plain(one['id'], _ROWS)}"
        for message in one["messages"]:
            yield f"[{message['role']}]"
            yield from (f"  | {line}" for line in message["content"][:_CHARS].split("\n"))
            yield from (f"  > {call['name']}({call['arguments']})" for call in message.get("tool_calls", ()))
        for name, value in _facts(one):
            yield f"{name}: {plain(value, _ROWS)}"


def _markdown(suite: "Suite", told: "Sequence[dict[str, Any]]", basis: str) -> "Iterator[str]":
    from mist_ci.report.text import code_span, fence

    yield f"## {code_span(suite.name)}\n\n{len(told)} of {len(suite.samples)} samples; tokens: {code_span(basis)}"
    for one in told:
        yield f"\n### {code_span(one['id'])}\n"
        for message in one["messages"]:
            yield f"{message['role']}:{fence(message['content'])}"
        yield from (f"- {name}: {code_span(value, _ROWS)}" for name, value in _facts(one))
