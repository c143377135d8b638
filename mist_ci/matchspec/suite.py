"""Finding and reading suite files, with the text of their rows; `loading` makes samples of them."""

import json
from collections.abc import Iterator, Sequence

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.complaints import Complain, stop
from mist_ci.matchspec.graders import specify
from mist_ci.matchspec.reading import Material, read_material
from mist_ci.matchspec.reading.content import entries, line_of
from mist_ci.models.plan import SuiteDocument
from mist_ci.models.suite import SourceRow, SuiteFile
from mist_ci.parsing import document, safe_yaml
from mist_ci.parsing.glob import matches
from mist_ci.ports.files import Tree


def find(tree: Tree, patterns: Sequence[str], policy_path: str) -> tuple[SuiteDocument, ...]:
    """Reads all suite files that the policy's patterns match. Raises ConfigError; a pattern must match."""
    paths: dict[str, None] = {}
    for index, pattern in enumerate(patterns):
        found = [path for path in tree.paths() if matches(pattern, path)]
        if not found:
            where = safe_yaml.load(tree.read(policy_path), policy_path).where(("suites", index))
            message = f"no file of {tree.label} matches {pattern!r}"
            raise ConfigError(Code.FILE_MISSING, message, where=where)
        paths.update(dict.fromkeys(found))
    suites = tuple(read(tree, path) for path in paths)
    _refuse_twins(suites)
    return suites


def read(tree: Tree, path: str, complain: Complain = stop) -> SuiteDocument:
    """One suite file with the text of its rows; nothing is rendered yet. Raises ConfigError."""
    suite, source = document.parse(SuiteFile, tree.read(path), path)
    if suite.imported:
        _refuse_own_samples(source)
        return SuiteDocument(path=path, file=suite, data_path=None, rows=())
    for error in _contradictions(suite, source):
        complain(error)
    if suite.data is None:
        _check_graders(suite, source, complain)
        return SuiteDocument(path=path, file=suite, data_path=None, rows=tuple(_inline_rows(source)))
    data_path = f"{path.rpartition('/')[0]}/{suite.data}".lstrip("/")
    material = read_material(tree, data_path, source.where(("data",)), suite.format, complain)
    suite = _completed(suite, material)
    _check_graders(suite, source, complain)
    return SuiteDocument(
        path=path,
        file=suite,
        data_path=data_path,
        rows=material.rows,
        more_files=material.more_files,
        templates_in_expected=material.templates_in_expected,
    )


def _completed(suite: SuiteFile, material: Material) -> SuiteFile:
    """With what the data brings along, where the suite file itself says nothing."""
    settings = dict(material.settings)
    if suite.prompt is not None or suite.messages is not None:
        settings.pop("prompt", None)
        settings.pop("messages", None)
    if suite.graders:
        settings.pop("graders", None)
    return suite.model_copy(update=settings)


def _contradictions(suite: SuiteFile, source: safe_yaml.Document) -> Iterator[ConfigError]:
    """What is right key by key, and not together."""
    if suite.attempts.max_head is not None and suite.attempts.max_head < suite.attempts.head:
        where = source.where(("attempts", "max_head"))
        message = f"max_head is less than head, which is {suite.attempts.head}"
        yield ConfigError(Code.WRONG_VALUE, message, where=where, hint="leave it out, or make it larger")
    if suite.prompt is not None and suite.messages is not None:
        yield ConfigError(
            Code.DUPLICATE, "give either `prompt` or `messages`", where=source.where(("messages",))
        )
    if (suite.data is None) == (suite.samples is None):
        where = source.where(("data",) if suite.data else ())
        yield ConfigError(Code.MISSING_KEY, "give either `data` (a file) or `samples`", where=where)
    if suite.format is not None and suite.data is None:
        where = source.where(("format",))
        yield ConfigError(
            Code.WRONG_VALUE, "`format` is about a data file, and there is no `data`", where=where
        )


def _refuse_own_samples(source: safe_yaml.Document) -> None:
    """What another runner asks is not asked here as well. Raises ConfigError."""
    own = ("data", "samples", "prompt", "messages", "system", "graders", "primary", "attempts")
    for key in own:
        if isinstance(source.value, dict) and key in source.value:
            message = f"a suite whose results are imported has no {key!r}: they come with the results"
            raise ConfigError(Code.WRONG_VALUE, message, where=source.where((key,)))


def _check_graders(suite: SuiteFile, source: safe_yaml.Document, complain: Complain) -> None:
    """Every grader exists with these options, and the primary one is listed."""
    names: list[str] = []
    if not suite.graders:
        hint = "list one, such as `graders: [exact]`; docs/graders.md has them all"
        complain(ConfigError(Code.MISSING_KEY, "the suite has no graders", where=source.where(()), hint=hint))
    for index, entry in enumerate(suite.graders):
        where = source.where(("graders", index))
        try:
            name = specify(entry, where).name
        except ConfigError as error:
            complain(error)
            continue
        if name in names:
            complain(ConfigError(Code.DUPLICATE, f"the grader {name!r} is listed twice", where=where))
        names.append(name)
    if suite.primary is not None and suite.primary not in names:
        nearest = document.nearest(suite.primary, names)
        message = f"{suite.primary!r} is not among the graders"
        complain(ConfigError(Code.UNKNOWN_NAME, message, where=source.where(("primary",)), hint=nearest))


def _inline_rows(source: safe_yaml.Document) -> Iterator[SourceRow]:
    for one in entries(source, ("samples",)):
        text = json.dumps(one.value, ensure_ascii=False)
        yield SourceRow(source.file, line_of(one), text, one.positions)


def _refuse_twins(suites: Sequence[SuiteDocument]) -> None:
    seen: dict[str, str] = {}
    for suite in suites:
        if suite.file.name in seen:
            message = f"the suite name {suite.file.name!r} is taken by {seen[suite.file.name]}"
            raise ConfigError(Code.DUPLICATE, message, where=Where(suite.path, field="name"))
        seen[suite.file.name] = suite.path
