"""Suites that compare two models: what such a grader wants of its suite."""

from collections.abc import Iterator

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec.graders import specify
from mist_ci.models.suite import GraderSpec, SuiteFile
from mist_ci.parsing.safe_yaml import Document


def pair_problems(suite: SuiteFile, source: Document) -> Iterator[ConfigError]:
    """A grader of pairs decides, and each answer of head has one of base beside it."""
    specs = list(_specs(suite, source))
    for index, spec in specs:
        if not spec.compares:
            continue
        primary = suite.primary or specs[0][1].title
        if spec.title != primary:
            message = f"{spec.name} compares two models, and can only be the grader that decides"
            where = source.where(("graders", index))
            yield ConfigError(Code.WRONG_VALUE, message, where=where, hint=f"write `primary: {spec.title}`")
        counts = suite.attempts
        if counts.base != counts.head or counts.max_head not in (None, counts.head):
            message = f"{spec.name} needs as many attempts of base as of head, and no `max_head`"
            where = source.where(("attempts",))
            yield ConfigError(
                Code.WRONG_VALUE, message, where=where, hint="write `attempts: {base: 1, head: 1}`"
            )


def _specs(suite: SuiteFile, source: Document) -> Iterator[tuple[int, GraderSpec]]:
    """Those that exist; the others are complained about elsewhere."""
    for index, entry in enumerate(suite.graders):
        try:
            yield index, specify(entry, source.where(("graders", index)))
        except ConfigError:
            continue
