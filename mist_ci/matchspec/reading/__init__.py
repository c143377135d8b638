"""From a suite's data file to its rows: every kind of file by its extension, every format of rows by evidence."""

from mist_ci.errors import Where
from mist_ci.matchspec.complaints import Complain, stop
from mist_ci.matchspec.reading import matchspec_dataset, openai_evals, own_rows, promptfoo
from mist_ci.matchspec.reading.content import Material
from mist_ci.matchspec.reading.detection import detect
from mist_ci.matchspec.reading.library import Library
from mist_ci.matchspec.reading.opening import KINDS, open_content
from mist_ci.models.suite import DataFormat, SuiteFile
from mist_ci.ports.files import Tree


def read_material(
    tree: Tree, path: str, named: Where, suite: SuiteFile, complain: Complain = stop
) -> Material:
    """What a suite's data file says. `named` is where the suite file names it. Raises ConfigError MC101 to MC111."""
    content = open_content(tree, path, named, complain)
    match suite.format or detect(content):
        case DataFormat.ROWS:
            return own_rows.read(content, complain)
        case DataFormat.PROMPTFOO:
            has_prompt = suite.prompt is not None or suite.messages is not None
            return promptfoo.read(content, Library(tree, path), complain, has_prompt=has_prompt)
        case DataFormat.OPENAI_EVALS:
            return openai_evals.read(content, complain)
        case DataFormat.MATCHSPEC:
            return matchspec_dataset.read(content, complain)


__all__ = ["KINDS", "Material", "read_material"]
