"""Writes the ready-made suites: `make suites`. A test fails when one of them is out of date."""

from pathlib import Path

from suites.generators.files import files

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Writes every file that differs."""
    for name, text in files().items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote suites/{name}")


if __name__ == "__main__":
    main()
