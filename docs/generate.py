"""Writes the pages that are made from code: `make docs`. A test fails when one of them is out of date."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]


def action_page() -> str:
    """The inputs of the GitHub action, from action.yml."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    rows = [
        f"| `{name}` | {entry['description'].strip()} | {_code(entry['default'])} |"
        for name, entry in action["inputs"].items()
    ]
    head = [
        "# The GitHub action",
        "",
        action["description"],
        "",
        "| input | meaning | default |",
        "|---|---|---|",
    ]
    verdict = (
        "The exit code of the step is the verdict: 0 passed, 1 failed, 2 configuration, 3 could not run."
    )
    return "\n".join([*head, *rows, "", verdict, ""])


def _code(value: str) -> str:
    return f"`{value.replace('|', chr(92) + '|')}`" if value else "none"


PAGES: dict[str, Callable[[], str]] = {"docs/action.md": action_page}
"""Path of each generated page → what writes it."""


def main() -> None:
    """Writes every page that differs."""
    for name, render in PAGES.items():
        path, text = ROOT / name, render()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")  # noqa: T201 - a program


if __name__ == "__main__":
    main()
