"""The manual of graders, made from their classes: docstrings, options and examples, which tests hold to be true."""

import ast
import inspect
import itertools
import json
import textwrap
import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from mist_ci.matchspec.graders import every_kind
from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import GraderSpec

_INDEX = """# Graders

A suite lists graders; the first, or the one named in `primary`, decides, and the others are diagnostics:

```yaml
primary: exact
graders:
  - exact: {ignore_case: true}
  - token_f1
  - {as: strict, exact: {}}      # the same grader again, with a name of its own
```

A score is a number from 0 to 1. Options are checked when the suite is loaded, and so is whether each sample has what
its graders need. A grader that fails on an answer gives a reason and no score, never a 0. Name, version and options of
the grader that decides are part of every sample's key: scores of different graders are never compared.

A grader of your own is a program (`command`), or a class of a Python package that is installed beside MIST CI: a
subclass of `mist_ci.matchspec.graders.Grader` with `name`, `version`, options as fields and `grade(answer, sample)`,
named by an entry point:

```toml
[project.entry-points."mist_ci.graders"]
politeness = "my_package:Politeness"
```

Its package and version are part of its fingerprint. No plug-in takes the place of a grader of this list.

| grader | scores |
|---|---|
"""
_KINDS = {bool: "true or false", str: "text", float: "number", int: "whole number", GraderSpec: "grader"}


def pages() -> dict[str, str]:
    """Path of each page → its text; the index first."""
    rows = [f"| [{one.name}](graders/{one.name}.md) | {_summary(one)} |" for one in every_kind()]
    index = {"docs/graders.md": _INDEX + "\n".join(rows) + "\n"}
    return index | {f"docs/graders/{one.name}.md": page(one) for one in every_kind()}


def page(kind: type[Grader]) -> str:
    """The manual page of one grader."""
    parts = [
        f"# {kind.name}",
        inspect.getdoc(kind) or "",
        f"Version {kind.version}.",
        "## Options",
        _options(kind),
        "## In a suite",
        _snippet(kind),
        f"## What scores what\n\n{_examples(kind.examples)}" if kind.examples else "",
        kind.appendix(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(kind: type[Grader]) -> str:
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())


def _options(kind: type[Grader]) -> str:
    said = _attribute_docstrings(kind)
    rows = [
        f"| `{field.alias or name}` | {_default(field)} | {_kind(field.annotation)} | {said.get(name, '')} |"
        for name, field in kind.model_fields.items()
    ]
    head = "| option | default | kind | meaning |\n|---|---|---|---|\n"
    return head + "\n".join(rows) if rows else "It has none."


def _attribute_docstrings(kind: type[Grader]) -> dict[str, str]:
    """What stands below each field of the class, and of those that it is made from."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if issubclass(one, Grader):
            found |= _own_docstrings(one)
    return found


def _own_docstrings(kind: type[Grader]) -> dict[str, str]:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    found = {}
    for field, text in itertools.pairwise(body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(value=ast.Constant(str(said))):
                found[name] = " ".join(said.split())
            case _:
                continue
    return found


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return "" if field.default is None else _code(field.default)


def _kind(annotation: Any) -> str:  # noqa: ANN401 - any type may stand there
    arguments = get_args(annotation)
    match get_origin(annotation):
        case None:
            return _KINDS[annotation]
        case kind if kind is Annotated:
            return _kind(arguments[0])
        case kind if kind is Literal:
            return ", ".join(_code(one) for one in arguments)
        case kind if kind is tuple:
            return f"list of {_kind(arguments[0])}s"
        case kind if kind is dict:
            return "mapping"
        case _:
            return " or ".join(_kind(one) for one in arguments if one is not types.NoneType)


def _snippet(kind: type[Grader]) -> str:
    if kind.snippet:
        return f"```yaml\n{kind.snippet}\n```"
    example = next(one for one in kind.examples if one.score == 1)
    optional = next((one for one in kind.examples if one.options and one.score == 1), example)
    options = _flow(optional.options) if optional.options else "{}"
    entry = f"{kind.name}: {options}" if optional.options else kind.name
    sample = {"input": "…", "expected": optional.expected}
    if optional.expected is None:
        del sample["expected"]
    if optional.choices:
        sample["choices"] = list(optional.choices)
    return f"```yaml\ngraders:\n  - {entry}\nsamples:\n  - {_flow(sample)}\n```"


def _flow(value: Mapping[str, Any]) -> str:
    """A mapping as YAML that fits in a line: JSON with bare keys."""
    return "{" + ", ".join(f"{key}: {_json(one)}" for key, one in value.items()) + "}"


def _examples(examples: Iterable[Example]) -> str:
    some = list(examples)
    has_choices = any(one.choices for one in some)
    head = ["answer", "expected", *(["choices"] if has_choices else []), "options", "score"]
    rows = [
        [
            _answer(one.answer),
            "" if one.expected is None else _code(one.expected),
            *([", ".join(one.choices)] if has_choices else []),
            f"`{_flow(one.options)}`" if one.options else "",
            f"{one.score:g}",
        ]
        for one in some
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _answer(answer: str | Answer) -> str:
    if isinstance(answer, str):
        return _shown(answer)
    parts = [_shown(f"{call.name}({call.arguments})") for call in answer.tool_calls]
    parts += [_shown(answer.text)] if answer.text else []
    parts += ["marked as a refusal"] if answer.refusal else []
    parts += [f"log-probabilities {_code(dict(answer.first_logprobs))}"] if answer.first_logprobs else []
    return ", ".join(parts)


def _shown(text: str) -> str:
    """A text as it is, or in quotes where one would not see where it ends."""
    if not text.isprintable() or text != text.strip() or not text or "`" in text:
        return _code(text)
    return "`" + text.replace("|", "\\|") + "`"


def _code(value: object) -> str:
    text = _json(value).replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
