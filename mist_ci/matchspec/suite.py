"""Finding and reading suite files, with the text of their rows; `loading` makes samples of them."""

import json
from collections.abc import Iterator, Sequence

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec import ready_made
from mist_ci.matchspec.complaints import Complain, stop
from mist_ci.matchspec.graders import files_of, specify
from mist_ci.matchspec.pairs import pair_problems
from mist_ci.matchspec.reading import Material, read_material
from mist_ci.matchspec.reading.content import entries, line_of
from mist_ci.models.plan import SuiteDocument
from mist_ci.models.suite import SourceRow, SuiteFile
from mist_ci.parsing import document, safe_yaml
from mist_ci.parsing.glob import matches
from mist_ci.ports.files import Tree


def find(tree: Tree, patterns: Sequence[str], policy_path: str, shipped: Tree) -> tuple[SuiteDocument, ...]:
    """Reads all suites that the policy's patterns match: files of `tree`, and `mist:NAME` out of `shipped`.

    Raises ConfigError; a pattern must match. `policy_path` is empty where no policy lists the patterns. A file of a
    tree is never taken for a ready-made suite.
    """
    places: dict[tuple[str, bool], None] = {}
    for index, pattern in enumerate(patterns):
        is_ready = ready_made.is_meant(pattern)
        found = ready_made.names(shipped, pattern) if is_ready else _matching(tree, pattern)
        if not found:
            where = _entry(tree, policy_path, index) if policy_path else None
            if is_ready:
                raise ready_made.unknown(shipped, pattern, where)
            message = f"no file of {tree.label} matches {pattern!r}"
            raise ConfigError(Code.FILE_MISSING, message, where=where)
        places.update(((path, is_ready), None) for path in found)
    suites = tuple(_ready(shipped, path) if is_ready else read(tree, path) for path, is_ready in places)
    _refuse_twins(suites)
    return suites


def _entry(tree: Tree, policy_path: str, index: int) -> Where:
    return safe_yaml.load(tree.read(policy_path), policy_path).where(("suites", index))


def _matching(tree: Tree, pattern: str) -> list[str]:
    return [path for path in tree.paths() if matches(pattern, path)]


def _ready(shipped: Tree, name: str) -> SuiteDocument:
    """A ready-made suite goes by its name. No file of a repository is its data: none that changes can change it."""
    suite = read(shipped, ready_made.file_of(name))
    return suite.model_copy(update={"path": name, "data_path": None})


def read(tree: Tree, path: str, complain: Complain = stop) -> SuiteDocument:
    """One suite file with the text of its rows; nothing is rendered yet. Raises ConfigError."""
    suite, source = document.parse(SuiteFile, tree.read(path), path)
    if suite.imported:
        _refuse_own_samples(source)
        return SuiteDocument(path=path, file=suite, data_path=None, rows=())
    for error in _contradictions(suite, source):
        complain(error)
    if suite.data is None:
        programs = _check_graders(suite, source, complain)
        rows = tuple(_inline_rows(source)) if suite.samples is not None else ()
        return SuiteDocument(path=path, file=suite, data_path=None, rows=rows, more_files=programs)
    data_path = f"{path.rpartition('/')[0]}/{suite.data}".lstrip("/")
    material = read_material(tree, data_path, source.where(("data",)), suite, complain)
    suite = _completed(suite, material)
    programs = _check_graders(suite, source, complain)
    return SuiteDocument(
        path=path,
        file=suite,
        data_path=data_path,
        rows=material.rows,
        more_files=(*material.more_files, *programs),
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
        hint = "give either `data` (a file, such as samples.jsonl) or `samples` (a list)"
        neither = "the suite has neither `data` nor `samples`"
        message = "the suite has both `data` and `samples`" if suite.data else neither
        yield ConfigError(Code.MISSING_KEY, message, where=where, hint=hint)
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


def _check_graders(suite: SuiteFile, source: safe_yaml.Document, complain: Complain) -> tuple[str, ...]:
    """Every grader exists with these options, and the primary one is listed. The files of command graders."""
    names: list[str] = []
    files: tuple[str, ...] = ()
    if not suite.graders:
        hint = "list one, such as `graders: [exact]`; docs/graders.md has them all"
        complain(ConfigError(Code.MISSING_KEY, "the suite has no graders", where=source.where(()), hint=hint))
    for index, entry in enumerate(suite.graders):
        where = source.where(("graders", index))
        try:
            spec = specify(entry, where)
        except ConfigError as error:
            complain(error)
            continue
        if spec.title in names:
            hint = f"give one of them a name of its own: {{as: NAME, {spec.name}: {{…}}}}"
            message = f"the grader {spec.title!r} is listed twice"
            complain(ConfigError(Code.DUPLICATE, message, where=where, hint=hint))
        names.append(spec.title)
        files += files_of(spec)
    for problem in pair_problems(suite, source):
        complain(problem)
    if suite.primary is not None and suite.primary not in names:
        nearest = document.nearest(suite.primary, names)
        message = f"{suite.primary!r} is not among the graders"
        complain(ConfigError(Code.UNKNOWN_NAME, message, where=source.where(("primary",)), hint=nearest))
    return files


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
