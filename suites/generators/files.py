"""The files of the ready-made suites, as text."""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from suites.generators import (
    arithmetic,
    code_reading,
    dates_and_units,
    logic,
    string_manipulation,
    word_problems,
)
from suites.generators.growing import Suite, rows
from suites.generators.pages import index, page

SUITES: tuple[Suite, ...] = (
    arithmetic.SUITE,
    word_problems.SUITE,
    string_manipulation.SUITE,
    dates_and_units.SUITE,
    logic.SUITE,
    code_reading.SUITE,
)


def files() -> dict[str, str]:
    """Path below suites/ → text."""
    grown = {suite.name: list(rows(suite)) for suite in SUITES}
    return {
        "README.md": index({suite: grown[suite.name] for suite in SUITES}),
        **{path: text for suite in SUITES for path, text in _files(suite, grown[suite.name])},
    }


def _files(suite: Suite, samples: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    lines = [json.dumps(sample, ensure_ascii=False) for sample in samples]
    yield f"{suite.name}/suite.yml", _settings(suite)
    yield f"{suite.name}/samples.jsonl", "\n".join(lines) + "\n"
    yield f"{suite.name}/README.md", page(suite, samples)


def _settings(suite: Suite) -> str:
    head = (
        f"# {suite.title}. Written by suites/generators/{suite.name.replace('-', '_')}.py: `make suites`.\n"
    )
    values = {"version": 1, "name": suite.name, "role": "retain", "data": "samples.jsonl", **suite.settings}
    return head + yaml.dump(values, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=110)


class _Blocks(yaml.SafeDumper):
    """Text of several lines is written as people write it."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Blocks.add_representer(str, _text)
