"""Writes the pages that are made from code. A test says when to run it."""  # noqa: INP001 - a program, no package

import sys
from pathlib import Path

from mist_ci.schemaflux import explain

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Writes every page that differs."""
    pages = explain.pages()
    for path in (ROOT / "docs/rules").glob("*.md"):
        if str(path.relative_to(ROOT)) not in pages:
            path.unlink()
    for name, text in pages.items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
