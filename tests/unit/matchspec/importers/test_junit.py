"""Claims: tests become ones and zeros by name; what did not run is missing; XML that could attack is not read."""

import pytest

from mist_ci.matchspec.importers import ResultFile, import_results
from mist_ci.models.record import FINISHED, RecordStatus
from tests.unit.matchspec.importers.reading import by_case, read, refusal, unplaced


def xml(text: str) -> ResultFile:
    return ResultFile("report.xml", text.encode())


def test_what_pytest_wrote_is_read_case_by_case() -> None:
    cases = by_case(read("junit/pytest.xml"))
    assert len(cases) == 6
    assert {record.suite for record in cases.values()} == {"pytest"}
    assert cases["test_x.test_ok"].value == 1.0
    assert (cases["test_x.TestA.test_fail"].value, cases["test_x.TestA.test_fail"].passed) == (0.0, False)
    assert cases["test_x.TestA.test_fail"].output == "assert 1 == 2"
    assert cases["test_x.test_err"].status is RecordStatus.ERROR
    assert "no server" in cases["test_x.test_err"].reason
    assert (cases["test_x.test_skip"].status, cases["test_x.test_skip"].value) == (RecordStatus.SKIPPED, None)
    assert {record.source.status for record in cases.values()} == {FINISHED}


def test_suites_in_suites_are_named_by_their_path() -> None:
    nested = """<testsuites><testsuite name="a"><testcase name="x" time="1.5"/>
        <testsuite name="b"><testcase name="x" time="1,001.5"/></testsuite></testsuite></testsuites>"""
    records = import_results([xml(nested)])
    assert [(record.suite, record.latency_ms) for record in records] == [("a", 1500.0), ("a/b", 1_001_500.0)]


def test_order_never_matters() -> None:
    cases = [f'<testcase classname="c" name="t{number}"/>' for number in range(5)]
    first, second = (xml(f'<testsuite name="s">{"".join(each)}</testsuite>') for each in (cases, cases[::-1]))
    assert unplaced(import_results([first])) == unplaced(import_results([second]))


def test_a_suite_with_fewer_tests_than_it_counts_did_not_finish() -> None:
    records = import_results([xml('<testsuite name="s" tests="3"><testcase name="a"/></testsuite>')])
    assert records[0].source.status == "unfinished: 1 of 3 tests"
    whole = xml(
        '<testsuites tests="2"><testsuite name="s" tests="1"><testcase name="a"/></testsuite></testsuites>'
    )
    assert import_results([whole])[0].source.status == "unfinished: 1 of 2 tests"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declared",
    ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY e "boom">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">'],
)
def test_a_document_type_is_refused_in_every_encoding(declared: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{declared}<testsuite><testcase name="a"/></testsuite>'
    error = refusal(ResultFile("report.xml", text.encode(encoding)), tool="junit")
    assert "declares a document type" in error.message


def test_entities_never_grow() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    text = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><testsuite name="&l9;"><testcase name="a"/></testsuite>'
    assert "document type" in refusal(xml(text)).message


def test_very_deep_documents_are_refused() -> None:
    assert "64 levels" in refusal(xml("<testsuite>" * 100_000)).message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<testsuite name="s"><testcase name="a"/>', "is not XML that can be read"),
        ('<testsuite name="s"></testsuite>', "there are no results"),
        ('<testsuite name="s"><testcase classname="c"/></testsuite>', "a test case has no name"),
        ('<testsuite name="s" tests="x"><testcase name="a"/></testsuite>', "is not a number"),
        ('<testsuite name="s"><testcase name="a" time="x"/></testsuite>', "is not a number of seconds"),
        ("<html><testsuite/></html>", "must be <testsuites> or <testsuite>, not <html>"),
        ('<?xml version="1.0" encoding="none-such"?><testsuite/>', "is not XML that can be read"),
    ],
)
def test_what_cannot_be_used_is_one_clear_message(text: str, told: str) -> None:
    assert told in refusal(xml(text)).message


def test_the_same_test_twice_is_an_error_that_names_it() -> None:
    twice = (
        '<testsuite name="s"><testcase classname="c" name="a"/><testcase classname="c" name="a"/></testsuite>'
    )
    assert "case 'c.a' of suite 's' comes twice" in refusal(xml(twice)).message


def test_names_that_promptfoo_made_of_positions_are_refused() -> None:
    text = '<testsuites name="promptfoo"><testsuite><testcase name="test 1"/></testsuite></testsuites>'
    assert "names tests by position" in refusal(xml(text)).message


def test_a_test_that_passed_when_it_was_tried_again_has_failed() -> None:
    again = '<testcase name="a"><flakyFailure message="not yet"/></testcase>'
    broken = '<testcase name="b"><flakyError message="no network"/></testcase>'
    records = import_results([xml(f'<testsuite name="s">{again}{broken}</testsuite>')])
    assert [(one.value, one.passed, one.output) for one in records] == [
        (0.0, False, "not yet"),
        (1.0, True, ""),
    ]
