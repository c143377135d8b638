"""The files of the ready-made suites, as text."""

import json

import yaml

from suites.generators import (
    arithmetic,
    code_reading,
    dates_and_units,
    instructions,
    json_schema,
    logic,
    reading,
    string_manipulation,
    tool_calls,
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
    reading.SUITE,
    json_schema.SUITE,
    tool_calls.SUITE,
    instructions.SUITE,
    code_reading.SUITE,
)


def files() -> dict[str, str]:
    """Path below suites/ → text."""
    grown = {suite: list(rows(suite)) for suite in SUITES}
    return {
        **{path: text for suite in SUITES for path, text in data_files(suite).items()},
        **{f"{suite.name}/README.md": page(suite, samples) for suite, samples in grown.items()},
        "README.md": index(grown),
    }


def data_files(suite: Suite) -> dict[str, str]:
    """What is asked: settings and samples."""
    lines = [json.dumps(sample, ensure_ascii=False) for sample in rows(suite)]
    return {
        f"{suite.name}/suite.yml": _settings(suite),
        f"{suite.name}/samples.jsonl": "\n".join(lines) + "\n",
    }


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
