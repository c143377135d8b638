"""Writes the pages that are made from code: `make docs`. Tests fail when one of them is out of date."""

from pathlib import Path
from typing import Any

import yaml

from mist_ci.schemaflux import explain

ROOT = Path(__file__).parents[1]


def pages() -> dict[str, str]:
    """Path of each generated page → its text."""
    return {"docs/action.md": action_page(), **explain.pages()}


def action_page() -> str:
    """The inputs of the GitHub action, from action.yml."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    rows = [
        f"| `{name}` | {entry['description'].strip()} | {_code(entry['default'])} |"
        for name, entry in action["inputs"].items()
    ]
    head = ["# The GitHub action", "", action["description"], ""]
    table = ["| input | meaning | default |", "|---|---|---|", *rows, ""]
    verdict = "The step's exit code is the verdict: 0 passed, 1 failed, 2 configuration, 3 could not run."
    return "\n".join([*head, *table, verdict, ""])


def _code(value: str) -> str:
    return f"`{value.replace('|', chr(92) + '|')}`" if value else "none"


def main() -> None:
    """Writes every page that differs, and removes pages of rules that are gone."""
    wanted = pages()
    for path in (ROOT / "docs" / "rules").glob("*.md"):
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
