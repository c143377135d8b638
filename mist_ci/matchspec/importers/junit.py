"""JUnit XML: what test runners write. A test that passed is 1, one that failed is 0."""

from collections.abc import Iterator, Sequence

# A document type, where entities come from, stops the reading at once (_Builder); nothing else is fetched or expanded.
from xml.etree import ElementTree as ET

from mist_ci.matchspec.importers.importer import Wish, key_of
from mist_ci.matchspec.importers.rows import refused
from mist_ci.models.record import FINISHED, Record, RecordStatus, Source
from mist_ci.models.result_file import ResultFile

NAME = "junit"
EXPECTS = "junit: XML with <testsuite> and <testcase>, without a document type"

_ROOTS = ("testsuites", "testsuite")
_HEAD_BYTES = 4096
_MAX_DEPTH = 64


class _DocumentTypeError(Exception):
    """The document declares a type, and with it perhaps entities."""


class _Builder(ET.TreeBuilder):
    """Builds a tree that is not too deep, of a document that declares nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, *_declared: str | None) -> None:
        raise _DocumentTypeError

    def start(self, tag: str, attrs: dict[str, str], /) -> "ET.Element[str]":
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RecursionError
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> "ET.Element[str]":
        self._depth -= 1
        return super().end(tag)


def recognises(file: ResultFile) -> bool:
    """True for XML that mentions a test suite near its beginning."""
    head = file.data[:_HEAD_BYTES].replace(b"\0", b"")  # UTF-16 too
    return b"<testsuite" in head


def read(files: Sequence[ResultFile], wish: Wish) -> list[Record]:
    """One record a test case; nested suites are named `outer/inner`. Raises MC113."""
    if wish.grader not in (None, NAME):
        raise refused(f"no score is named {wish.grader!r}: a test passes or fails", files[0].path)
    return [record for file in files for record in _read(file, wish)]


def _read(file: ResultFile, wish: Wish) -> list[Record]:
    root = _parse(file)
    if root.tag not in _ROOTS:
        raise refused(f"must be <testsuites> or <testsuite>, not <{root.tag}>", file.path)
    if root.get("name") == "promptfoo":
        hint = "hand over the JSON that `promptfoo eval --output results.json` writes"
        raise refused("promptfoo's JUnit names tests by position", file.path, hint=hint)
    cases = list(_cases(root, ""))
    source = Source(NAME, "", file.sha256, _status(root, file), file.path)
    return [_record(case, wish.suite or suite or file.stem, source) for suite, case in cases]


def _parse(file: ResultFile) -> "ET.Element[str]":
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - _Builder refuses what could be expanded
    try:
        parser.feed(file.data)
        root: ET.Element[str] = parser.close()
    except _DocumentTypeError:
        hint = "leave the DOCTYPE out; results need neither types nor entities"
        raise refused("declares a document type (DOCTYPE), which is refused", file.path, hint=hint) from None
    except RecursionError:
        raise refused(f"is nested more than {_MAX_DEPTH} levels deep", file.path) from None
    except ET.ParseError as error:
        hint = "the file may be cut off: hand over what a finished run wrote"
        message = f"is not XML that can be read: {error.msg}"
        raise refused(message, file.path, error.position[0], hint=hint) from None
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise refused(f"is not XML that can be read: {error}", file.path) from None
    return root


def _cases(parent: "ET.Element[str]", suite: str) -> "Iterator[tuple[str, ET.Element[str]]]":
    """Test cases with the names of the suites around them."""
    own = parent.get("name", "") if parent.tag == "testsuite" else ""
    path = "/".join(part for part in (suite, own) if part)
    for child in parent:
        if child.tag == "testcase":
            yield path, child
        elif child.tag in _ROOTS:
            yield from _cases(child, path)


def _status(root: "ET.Element[str]", file: ResultFile) -> str:
    """Compares what each suite counts with what is there, when it holds cases of its own."""
    for suite in (each for each in root.iter() if each.tag in _ROOTS):
        told, found = suite.get("tests", ""), len(suite.findall(".//testcase"))
        if told and not (told.isascii() and told.isdecimal()):
            raise refused(f"tests={told!r} is not a number", file.path, field=suite.get("name"))
        if told and found < int(told[:18]):
            return f"unfinished: {found} of {told} tests"
    return FINISHED


def _record(case: "ET.Element[str]", suite: str, source: Source) -> Record:
    name, group, place = case.get("name", ""), case.get("classname", ""), case.get("file", "")
    identity = ".".join(part for part in (group, name) if part)
    if not name:
        raise refused("a test case has no name", source.file, field=suite)
    status, failed, reason = _outcome(case)
    return Record(
        suite=suite,
        case_key=key_of(group, name, place),
        case_id=identity,
        repeat=0,
        grader=NAME,
        value=float(not failed) if status.counts else None,
        status=status,
        source=source,
        passed=not failed if status.counts else None,
        output=(case.findtext("system-out") or "").strip() or (reason if failed else ""),
        reason="" if status.counts else reason,
        latency_ms=_latency_ms(case, identity, source),
        grader_fingerprint=key_of(NAME),
    )


def _outcome(case: "ET.Element[str]") -> tuple[RecordStatus, bool, str]:
    """The status, whether the test failed, and why."""
    for tag, status in (("error", RecordStatus.ERROR), ("skipped", RecordStatus.SKIPPED)):
        found = case.find(tag)
        if found is not None:
            return status, False, found.get("message") or (found.text or "").strip() or tag
    # Runners that try again until a test passes (Surefire, Gradle) tell what came before; the first try counts.
    failure = next(filter(lambda one: one is not None, map(case.find, ("failure", "flakyFailure"))), None)
    return RecordStatus.OK, failure is not None, failure.get("message", "") if failure is not None else ""


def _latency_ms(case: "ET.Element[str]", identity: str, source: Source) -> float | None:
    text = case.get("time", "").replace(",", "")
    try:
        seconds = float(text) if text else None
    except ValueError:
        message = f"time={case.get('time')!r} is not a number of seconds"
        raise refused(message, source.file, field=identity) from None
    return None if seconds is None or not 0 <= seconds < float("inf") else 1000 * seconds
