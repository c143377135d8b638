"""Writes the pages that are made from code: `make docs`. Tests fail when one of them is out of date."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from mist_ci.cli import cli, wiring_data
from mist_ci.errors import EXPLANATIONS
from mist_ci.matchspec.graders import manual
from mist_ci.models.config import Policy
from mist_ci.models.modelref import ModelReference
from mist_ci.models.suite import SuiteFile
from mist_ci.models.target import Target
from mist_ci.schemaflux import explain, format_page, target_pages

if TYPE_CHECKING:
    from pydantic import BaseModel

ROOT = Path(__file__).parents[1]


def pages() -> dict[str, str]:
    """Path of each generated page → its text."""
    return {
        "docs/action.md": action_page(),
        "docs/commands.md": commands_page(),
        "docs/errors.md": errors_page(),
        **schemas(),
        **manual.pages(),
        **explain.pages(),
        **format_page(),
        **target_pages(wiring_data.targets()),
    }


def commands_page() -> str:
    """Every command with its help, sub-commands after their group."""
    parts = ["# Commands", "Made from the program's own help."]
    return "\n\n".join([*parts, *_commands(cli, "mist-ci")]) + "\n"


def _commands(group: click.Group, called: str) -> Iterator[str]:
    around = click.Context(group)
    for name in group.list_commands(around):
        command = group.get_command(around, name)
        if command is None:
            raise SystemExit(f"{called} lists {name}, and has no such command")
        settings = {**command.context_settings, "max_content_width": 100, "terminal_width": 100}
        context = click.Context(command, info_name=f"{called} {name}", **settings)
        yield f"## {called} {name}\n\n```text\n{command.get_help(context)}\n```"
        if isinstance(command, click.Group):
            yield from _commands(command, f"{called} {name}")


def errors_page() -> str:
    """Every error code with its explanation."""
    rows = [f"## {code}\n\n{text}" for code, text in EXPLANATIONS.items()]
    return "\n\n".join(["# Errors", "Exit code 2 for MC1xx and MC2xx, 3 for the others.", *rows]) + "\n"


def schemas() -> dict[str, str]:
    """JSON Schemas of the files that a team writes, for editors."""
    models: dict[str, type[BaseModel]] = {
        "mist.yml": Policy,
        "suite.yml": SuiteFile,
        "reference.yml": ModelReference,
        "target.yaml": Target,
    }
    return {
        f"docs/schemas/{name}.schema.json": json.dumps(model.model_json_schema(), indent=2) + "\n"
        for name, model in models.items()
    }


def action_page() -> str:
    """The inputs and outputs of the GitHub action, from action.yml."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    rows = [
        f"| `{name}` | {entry['description'].strip()} | {_code(entry['default'])} |"
        for name, entry in action["inputs"].items()
    ]
    head = ["# The GitHub action", "", action["description"], ""]
    table = ["| input | meaning | default |", "|---|---|---|", *rows, ""]
    told = [f"| `{name}` | {entry['description']} |" for name, entry in action["outputs"].items()]
    outputs = ["| output | meaning |", "|---|---|", *told, ""]
    verdict = (
        "The step's exit code is the verdict: 0 passed, 1 failed, 2 configuration, 3 could not run. What is posted "
        "where, and how far it was tested: [github.md](github.md)."
    )
    return "\n".join([*head, *table, *outputs, verdict, ""])


def _code(value: str) -> str:
    return f"`{value.replace('|', chr(92) + '|')}`" if value else "none"


def main() -> None:
    """Writes every page that differs, and removes pages of graders, rules and targets that are gone."""
    wanted = pages()
    for path in [
        path for kind in ("graders", "rules", "targets") for path in (ROOT / "docs" / kind).glob("*.md")
    ]:
        if path.relative_to(ROOT).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
