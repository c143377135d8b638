"""Loading suites: from rows to samples that are rendered, checked, hashed and in their fixed order."""

from collections import deque
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec import hashing
from mist_ci.matchspec.complaints import Complain, stop
from mist_ci.matchspec.graders import Grader, TrustedPrograms, content, grader, specify
from mist_ci.matchspec.prompts import render_expected, render_prompts
from mist_ci.models.contents import content_hash
from mist_ci.models.plan import SuiteDocument
from mist_ci.models.suite import ChatMessage, GraderSpec, Sample, SampleRow, SourceRow, Suite, SuiteFile
from mist_ci.parsing import document, safe_yaml, strict_json
from mist_ci.ports.executor import Executor

_TOP_LOGPROBS = 20
"""What the chat APIs give at most."""

_NAMED = set(Sample.model_fields)

Row = tuple[SourceRow, SampleRow]


def load(
    source: SuiteDocument,
    executor: Executor,
    complain: Complain = stop,
    programs: TrustedPrograms | None = None,
) -> Suite:
    """A suite whose every sample can be asked and graded. Raises ConfigError with the sample's line.

    Command graders run only with the `programs` that are trusted. With a `complain` that returns, the samples at fault
    are left out, so that all errors are found at once.
    """
    suite = source.file
    specs, files = _graders(source, programs)
    if suite.imported:
        return _suite(source, (), "", (), hashing.digest([suite.name]), None)
    primary = next((spec for spec in specs if spec.title == suite.primary), specs[0])
    graders = [grader(spec) for spec in specs]
    samples = _samples(source, executor, primary, graders, complain)
    digest = hashing.digest([primary.fingerprint, *sorted(sample.key for sample in samples)])
    # Hash order: nobody can choose which samples come first, and it is the same on every machine.
    samples.sort(key=lambda sample: hashing.digest([digest, sample.key]))
    top_logprobs = _TOP_LOGPROBS if any(one.needs_logprobs for one in graders) else None
    made = _suite(source, specs, primary.title, tuple(samples), digest, top_logprobs)
    return made.model_copy(update={"grader_files": files})


def _graders(
    source: SuiteDocument, programs: TrustedPrograms | None
) -> tuple[tuple[GraderSpec, ...], dict[str, bytes]]:
    """The suite's graders, and the files that they need."""
    specs: list[GraderSpec] = []
    files: dict[str, bytes] = {}
    for index, entry in enumerate(source.file.graders):
        where = Where(source.path, field=f"graders[{index}]")
        spec = specify(entry, where)
        if own := content(spec, programs, where):
            spec = spec.model_copy(update={"origin": content_hash(own)})
            files |= own
        specs.append(spec)
    return tuple(specs), files


def _suite(
    source: SuiteDocument,
    graders: tuple[GraderSpec, ...],
    primary: str,
    samples: tuple[Sample, ...],
    digest: str,
    top_logprobs: int | None,
) -> Suite:
    """The bar of a suite, with its samples where it has any."""
    suite = source.file
    return Suite(
        name=suite.name,
        path=source.path,
        role=suite.role,
        must_improve=suite.must_improve,
        floor=suite.floor,
        margin=suite.margin,
        graders=graders,
        primary=primary,
        attempts=suite.attempts,
        samples=samples,
        imported=suite.imported,
        top_logprobs=top_logprobs,
        digest=digest,
    )


def _samples(
    source: SuiteDocument,
    executor: Executor,
    primary: GraderSpec,
    graders: Sequence[Grader],
    complain: Complain,
) -> list[Sample]:
    suite, rows, fingerprint = source.file, list(_rows(source, complain)), primary.fingerprint
    if not source.rows:
        where = Where(source.data_path or source.path)
        complain(ConfigError(Code.BAD_SAMPLE, "the suite has no samples", where=where))
    if source.templates_in_expected:
        rows = render_expected(rows, executor, complain)
    prompts = render_prompts(suite, source.path, rows, executor, complain)
    waiting = deque(rows)
    del rows  # each row goes as its sample comes: a hundred thousand of both at once are a hundred megabytes
    made: list[tuple[SourceRow, Sample]] = []
    for messages in prompts:
        one, row = waiting.popleft()
        if messages is not None:
            made.append((one, _sample(one, row, messages, suite, fingerprint)))
    gradable = [one for one in made if _can_be_graded(*one, graders, complain)]
    return list(_without_duplicates(gradable, complain))


def _rows(source: SuiteDocument, complain: Complain) -> Iterator[Row]:
    has_prompt = source.file.prompt is not None or source.file.messages is not None
    for one in source.rows:
        try:
            yield one, _row(one, has_prompt=has_prompt)
        except ConfigError as error:
            complain(error)


def _row(source: SourceRow, *, has_prompt: bool) -> SampleRow:
    try:
        value = strict_json.parse(source.text.encode())
    except strict_json.JsonProblem as problem:
        place = Where(source.file, source.line, problem.column)
        raise ConfigError(Code.SYNTAX, f"not valid JSON: {problem.message}", where=place) from None
    try:
        row = SampleRow.model_validate_json(source.text)
    except ValidationError as error:
        places = {(): (source.line, 1), **source.places}
        told = safe_yaml.Document(source.file, value, places)
        raise document.explain_validation(error, SampleRow, told) from None
    fills_the_prompt = has_prompt and bool(row.vars) and row.messages is None
    if (row.input is None) == (row.messages is None) and not (row.input is None and fills_the_prompt):
        hint = "a suite with a `prompt` of its own may do with `vars`, the names in it"
        message = "a sample has either `input` or `messages`"
        where = Where(source.file, source.line)
        raise ConfigError(Code.BAD_SAMPLE, message, where=where, hint=hint)
    return row


def _can_be_graded(source: SourceRow, sample: Sample, graders: Sequence[Grader], complain: Complain) -> bool:
    reasons = [(each.name, reason) for each in graders if (reason := each.refuse(sample))]
    for name, reason in reasons:
        line, column = source.places.get(("expected",), (source.line, None))
        where = Where(source.file, line, column, "expected")
        complain(ConfigError(Code.BAD_SAMPLE, f"grader {name}: {reason}", where=where))
    return not reasons


def _sample(
    source: SourceRow,
    row: SampleRow,
    messages: tuple[ChatMessage, ...],
    suite: SuiteFile,
    fingerprint: str,
) -> Sample:
    tools = suite.tools if row.tools is None else row.tools
    asked = hashing.asked(messages, tools)
    # All parts were checked already; and one set of names for all samples, where each would have one of 700 bytes.
    return Sample.model_construct(
        _NAMED,
        key=hashing.sample_key(asked, row, fingerprint),
        id=row.id or f"line-{source.line}",
        messages=messages,
        input=row.input or "",
        expected=row.expected,
        tags=row.tags,
        cluster=row.cluster,
        choices=row.choices or (),
        tools=tools,
        prompt_hash=hashing.of_json(asked),
    )


def _without_duplicates(made: Sequence[tuple[SourceRow, Sample]], complain: Complain) -> Iterator[Sample]:
    """Two equal questions would count one answer twice; two equal ids would blur in every report."""
    asked: dict[str, SourceRow] = {}
    named: dict[str, SourceRow] = {}
    for source, sample in made:
        first_asked, first_named = asked.get(sample.prompt_hash), named.get(sample.id)
        for what, first in (("question", first_asked), ("id", first_named)):
            if first is not None:
                hint = "list several right answers in one `expected`" if what == "question" else None
                elsewhere = (
                    f"line {first.line}" if first.file == source.file else f"{first.file}:{first.line}"
                )
                message = f"the same {what} stands in {elsewhere}"
                where = Where(source.file, source.line)
                complain(ConfigError(Code.DUPLICATE, message, where=where, hint=hint))
        if first_asked is None and first_named is None:
            yield sample
        asked.setdefault(sample.prompt_hash, source)
        named.setdefault(sample.id, source)
