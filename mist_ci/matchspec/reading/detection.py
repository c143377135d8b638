"""Whose rows a data file holds, by what only they have."""

from collections.abc import Mapping

from mist_ci.matchspec.reading.content import Content
from mist_ci.matchspec.reading.promptfoo_csv import is_table_of_tests
from mist_ci.models.suite import DataFormat
from mist_ci.parsing import strict_json

_ASKED = {"input", "messages", "expected"}


def detect(content: Content) -> DataFormat:
    """Promptfoo for `tests`, `prompts`, `assert` or `__expected`; MatchSpec for `examples`; OpenAI for `ideal`."""
    if is_table_of_tests(content.columns):
        return DataFormat.PROMPTFOO
    value = content.document.value if content.document else None
    if isinstance(value, dict):
        if "examples" in value:
            return DataFormat.MATCHSPEC
        return DataFormat.PROMPTFOO if {"tests", "prompts"} & set(value) else DataFormat.ROWS
    first = _first(content)
    if "assert" in first or ("vars" in first and not _ASKED & set(first)):
        return DataFormat.PROMPTFOO
    return DataFormat.OPENAI_EVALS if "ideal" in first else DataFormat.ROWS


def _first(content: Content) -> Mapping[str, object]:
    """The first row; empty where there is none that can be read, which others will say."""
    value: object = None
    if content.document is not None and isinstance(content.document.value, list):
        value = next(iter(content.document.value), None)
    elif content.rows and not content.columns:
        try:
            value = strict_json.parse(content.rows[0].text.encode())
        except strict_json.JsonProblem:
            value = None
    return value if isinstance(value, dict) else {}
