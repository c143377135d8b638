"""From a suite's data file to its rows: every kind of file by its extension, every format of rows by evidence."""

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.complaints import Complain, stop
from mist_ci.matchspec.reading import csv_table, json_document, json_lines, own_rows
from mist_ci.matchspec.reading.content import Content, Material
from mist_ci.models.suite import DataFormat, SourceRow
from mist_ci.parsing import safe_yaml
from mist_ci.ports.files import Tree

KINDS = (".jsonl", ".ndjson", ".json", ".yaml", ".yml", ".csv", ".tsv", ".parquet")
"""What a data file's name may end with."""


def read_material(
    tree: Tree, path: str, named: Where, declared: DataFormat | None = None, complain: Complain = stop
) -> Material:
    """What a data file says. `named` is where the suite file names it. Raises ConfigError MC101 to MC109."""
    if not tree.exists(path):
        raise ConfigError(Code.FILE_MISSING, f"{path} is not in {tree.label}", where=named)
    content = _open(tree, path, named, complain)
    return own_rows.read(content, complain)


def _open(tree: Tree, path: str, named: Where, complain: Complain) -> Content:
    match path[path.rfind(".") :].lower():
        case ".jsonl" | ".ndjson":
            return json_lines.read(tree.read(path), path)
        case ".json":
            return json_document.read(tree.read(path), path)
        case ".yaml" | ".yml":
            return Content(path, document=safe_yaml.load(tree.read(path), path))
        case ".csv":
            return csv_table.read(tree.read(path), path, complain)
        case ".tsv":
            return csv_table.read(tree.read(path), path, complain, "\t")
        case ".parquet":
            rows = (
                SourceRow(path, number, text) for number, text in enumerate(tree.read_table(path), start=1)
            )
            return Content(path, tuple(rows))
        case _:
            raise _unknown_kind(named)


def _unknown_kind(named: Where) -> ConfigError:
    message = "the name does not say what is in the file"
    return ConfigError(Code.WRONG_VALUE, message, where=named, hint=f"end it with one of: {', '.join(KINDS)}")


__all__ = ["KINDS", "Material", "read_material"]
