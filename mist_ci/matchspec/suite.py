"""Loading suites: from files to samples that are rendered, checked, hashed and in their fixed order."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec import ready_made
from mist_ci.matchspec.graders import Grader, grader, specify
from mist_ci.matchspec.prompts import render_prompts
from mist_ci.models.plan import SuiteDocument
from mist_ci.models.suite import ChatMessage, GraderSpec, Sample, SampleRow, Suite, SuiteFile
from mist_ci.parsing import document, safe_yaml, strict_json
from mist_ci.parsing.glob import matches
from mist_ci.ports.executor import Executor
from mist_ci.ports.files import Tree

_TOP_LOGPROBS = 20
"""What the chat APIs give at most."""


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


def read(tree: Tree, path: str) -> SuiteDocument:
    """One suite file with the text of its rows; nothing is rendered yet. Raises ConfigError."""
    suite, source = document.parse(SuiteFile, tree.read(path), path)
    if suite.imported:
        _refuse_own_samples(source)
        return SuiteDocument(path=path, file=suite, data_path=None, rows=())
    if suite.attempts.max_head is not None and suite.attempts.max_head < suite.attempts.head:
        where = source.where(("attempts", "max_head"))
        message = f"max_head is less than head, which is {suite.attempts.head}"
        raise ConfigError(Code.WRONG_VALUE, message, where=where, hint="leave it out, or make it larger")
    if suite.prompt is not None and suite.messages is not None:
        raise ConfigError(
            Code.DUPLICATE, "give either `prompt` or `messages`", where=source.where(("messages",))
        )
    if (suite.data is None) == (suite.samples is None):
        where = source.where(("data",) if suite.data else ())
        raise ConfigError(Code.MISSING_KEY, "give either `data` (a JSONL file) or `samples`", where=where)
    _check_graders(suite, source)
    if suite.data is None:
        return SuiteDocument(path=path, file=suite, data_path=None, rows=tuple(_inline_rows(source)))
    data_path = f"{path.rpartition('/')[0]}/{suite.data}".lstrip("/")
    if not tree.exists(data_path):
        message = f"{data_path} is not in {tree.label}"
        raise ConfigError(Code.FILE_MISSING, message, where=source.where(("data",)))
    rows = tuple(_lines(tree.read(data_path), data_path))
    return SuiteDocument(path=path, file=suite, data_path=data_path, rows=rows)


def _refuse_own_samples(source: safe_yaml.Document) -> None:
    """What another runner asks is not asked here as well. Raises ConfigError."""
    own = ("data", "samples", "prompt", "messages", "system", "graders", "primary", "attempts")
    for key in own:
        if isinstance(source.value, dict) and key in source.value:
            message = f"a suite whose results are imported has no {key!r}: they come with the results"
            raise ConfigError(Code.WRONG_VALUE, message, where=source.where((key,)))


def _check_graders(suite: SuiteFile, source: safe_yaml.Document) -> None:
    """Every grader exists with these options, and the primary one is listed. Raises ConfigError."""
    names = []
    if not suite.graders:
        hint = "list one, such as `graders: [exact]`; docs/graders.md has them all"
        raise ConfigError(Code.MISSING_KEY, "the suite has no graders", where=source.where(()), hint=hint)
    for index, entry in enumerate(suite.graders):
        where = source.where(("graders", index))
        spec = specify(entry, where)
        if spec.name in names:
            raise ConfigError(Code.DUPLICATE, f"the grader {spec.name!r} is listed twice", where=where)
        names.append(spec.name)
    if suite.primary is not None and suite.primary not in names:
        nearest = document.nearest(suite.primary, names)
        message = f"{suite.primary!r} is not among the graders"
        raise ConfigError(Code.UNKNOWN_NAME, message, where=source.where(("primary",)), hint=nearest)


def _inline_rows(source: safe_yaml.Document) -> Iterable[tuple[int, str]]:
    samples = source.value["samples"] if isinstance(source.value, dict) else []
    for index, value in enumerate(samples if isinstance(samples, list) else []):
        yield source.where(("samples", index)).line or 1, json.dumps(value, ensure_ascii=False)


def _lines(text: bytes, path: str) -> Iterable[tuple[int, str]]:
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise ConfigError(Code.SYNTAX, f"byte {error.start} is not UTF-8", where=Where(path, line)) from None
    for number, row in enumerate(decoded.split("\n"), start=1):
        if row.strip():
            yield number, row


def load(source: SuiteDocument, executor: Executor) -> Suite:
    """A suite whose every sample can be asked and graded. Raises ConfigError with the sample's line."""
    suite = source.file
    if suite.imported:
        return _without_samples(source)
    file = source.data_path or source.path
    specs = tuple(
        specify(entry, Where(source.path, field=f"graders[{index}]"))
        for index, entry in enumerate(suite.graders)
    )
    primary = next((spec for spec in specs if spec.name == suite.primary), specs[0])
    rows = [(line, _row(text, Where(file, line))) for line, text in source.rows]
    if not rows:
        raise ConfigError(Code.BAD_SAMPLE, "the suite has no samples", where=Where(file))
    graders = [grader(spec) for spec in specs]
    prompts = render_prompts(suite, rows, file, executor)
    samples = [
        _sample(row, messages, line, suite, primary)
        for (line, row), messages in zip(rows, prompts, strict=True)
    ]
    _refuse_ungradable(samples, rows, graders, file)
    _refuse_duplicates(samples, rows, file)
    digest = _digest([primary.fingerprint, *sorted(sample.key for sample in samples)])
    # Hash order: nobody can choose which samples come first, and it is the same on every machine.
    samples.sort(key=lambda sample: _digest([digest, sample.key]))
    return Suite(
        name=suite.name,
        path=source.path,
        role=suite.role,
        must_improve=suite.must_improve,
        floor=suite.floor,
        margin=suite.margin,
        graders=specs,
        primary=primary.name,
        attempts=suite.attempts,
        samples=tuple(samples),
        top_logprobs=_TOP_LOGPROBS if any(one.needs_logprobs for one in graders) else None,
        digest=digest,
    )


def _without_samples(source: SuiteDocument) -> Suite:
    """The bar of a suite that another runner asks."""
    suite = source.file
    return Suite(
        name=suite.name,
        path=source.path,
        role=suite.role,
        must_improve=suite.must_improve,
        floor=suite.floor,
        margin=suite.margin,
        graders=(),
        primary="",
        attempts=suite.attempts,
        samples=(),
        imported=True,
        digest=_digest([suite.name]),
    )


def _row(text: str, where: Where) -> SampleRow:
    try:
        value = strict_json.parse(text.encode())
    except strict_json.JsonProblem as problem:
        place = Where(where.file, where.line, problem.column)
        raise ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=place) from None
    source = safe_yaml.Document(where.file, value, {(): (where.line or 1, 1)})
    row = document.validate(SampleRow, source)
    if (row.input is None) == (row.messages is None):
        raise ConfigError(Code.BAD_SAMPLE, "a sample has either `input` or `messages`", where=where)
    return row


def _refuse_ungradable(
    samples: Sequence[Sample], rows: Sequence[tuple[int, SampleRow]], graders: Sequence[Grader], file: str
) -> None:
    for sample, (line, _) in zip(samples, rows, strict=True):
        for each in graders:
            if reason := each.refuse(sample):
                where = Where(file, line, None, "expected")
                raise ConfigError(Code.BAD_SAMPLE, f"grader {each.name}: {reason}", where=where)


def _sample(
    row: SampleRow, messages: tuple[ChatMessage, ...], line: int, suite: SuiteFile, primary: GraderSpec
) -> Sample:
    tools = suite.tools if row.tools is None else row.tools
    identity: dict[str, object] = {
        "messages": [message.identity for message in messages],
        "expected": row.expected,
        "choices": row.choices,
        "grader": primary.fingerprint,
    }
    if tools:
        identity["tools"] = [tool.model_dump(mode="json") for tool in tools]
    canonical = json.dumps(identity, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Sample(
        key=hashlib.sha256(canonical.encode()).hexdigest(),
        id=row.id or f"line-{line}",
        messages=messages,
        input=row.input or "",
        expected=row.expected,
        tags=row.tags,
        cluster=row.cluster,
        choices=row.choices or (),
        tools=tools,
    )


def _refuse_duplicates(samples: Sequence[Sample], rows: Sequence[tuple[int, SampleRow]], file: str) -> None:
    """Two equal questions would count one answer twice; two equal ids would blur in every report."""
    asked: dict[tuple[ChatMessage, ...], int] = {}
    named: dict[str, int] = {}
    for sample, (line, _) in zip(samples, rows, strict=True):
        for what, first in (("question", asked.get(sample.messages)), ("id", named.get(sample.id))):
            if first is not None:
                hint = "list several right answers in one `expected`" if what == "question" else None
                message = f"the same {what} stands in line {first}"
                raise ConfigError(Code.DUPLICATE, message, where=Where(file, line), hint=hint)
        asked[sample.messages] = named[sample.id] = line


def _refuse_twins(suites: Sequence[SuiteDocument]) -> None:
    seen: dict[str, str] = {}
    for suite in suites:
        if suite.file.name in seen:
            message = f"the suite name {suite.file.name!r} is taken by {seen[suite.file.name]}"
            raise ConfigError(Code.DUPLICATE, message, where=Where(suite.path, field="name"))
        seen[suite.file.name] = suite.path


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
