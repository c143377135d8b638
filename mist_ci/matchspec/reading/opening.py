"""What is in a data file, by how its name ends."""

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.complaints import Complain
from mist_ci.matchspec.reading import csv_table, json_document, json_lines
from mist_ci.matchspec.reading.content import Content
from mist_ci.models.suite import SourceRow
from mist_ci.parsing import safe_yaml
from mist_ci.parsing.document import nearest
from mist_ci.ports.files import Tree

KINDS = (".jsonl", ".ndjson", ".json", ".yaml", ".yml", ".csv", ".tsv", ".parquet")
"""What a data file's name may end with."""


def open_content(tree: Tree, path: str, named: Where, complain: Complain) -> Content:
    """The content of a data file. `named` is where another file names it. Raises ConfigError MC101 to MC109."""
    if not tree.exists(path):
        raise missing(tree, path, named)
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
            message = "the name does not say what is in the file"
            hint = f"end it with one of: {', '.join(KINDS)}"
            raise ConfigError(Code.WRONG_VALUE, message, where=named, hint=hint)


def missing(tree: Tree, path: str, named: Where) -> ConfigError:
    """Of a file that is not there: with what lies where it should be."""
    directory = path.rpartition("/")[0]
    there = [one for one in tree.paths() if one.rpartition("/")[0] == directory and one != named.file]
    message, hint = f"{path} is not in {tree.label}", nearest(path, there)
    return ConfigError(Code.FILE_MISSING, message, where=named, hint=hint)
