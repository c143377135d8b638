"""Claims: only programs of the trusted tree grade; what they do wrong is a failure with its reason, never a score."""

import json
from collections.abc import Callable

import anyio
import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec import TrustedPrograms, load, read
from mist_ci.matchspec.calls import Call, Contestant
from mist_ci.matchspec.grading import Graded, Grading
from mist_ci.models.attempt import AttemptStatus
from mist_ci.models.suite import Suite, ToolCall
from mist_ci.ports.programs import Program, Ran
from mist_ci.stages.suites import load_changed, load_suites
from tests.fakes import FakePrograms, InlineExecutor, MemoryTree, completion

SUITE = """version: 1
name: polite
graders:
  - command: {run: [python3, graders/polite.py], files: [graders/polite.py], timeout_s: 2}
  - exact
samples: [{input: "2+2?", expected: "4"}]
"""
FILES = {"suites/polite.yml": SUITE, "graders/polite.py": "print(1)"}


def loaded(files: dict[str, str] | None = None) -> Suite:
    tree = MemoryTree(files or FILES)
    return load(read(tree, "suites/polite.yml"), InlineExecutor(), programs=TrustedPrograms(tree))


def graded(answer: Callable[[bytes], Ran], text: str = "4", **more: object) -> tuple[Graded, FakePrograms]:
    suite, programs = loaded(), FakePrograms(answer)
    grading = Grading([suite], programs)
    contestant: Contestant = None  # type: ignore[assignment]  # nobody is asked
    call = Call(contestant, suite, suite.samples[0], 0)
    return anyio.run(grading.grade, call, completion(text, **more)), programs


def test_a_program_gets_the_answer_as_json_and_gives_the_score() -> None:
    calls = (ToolCall(name="f", arguments="{broken"),)
    done, programs = graded(lambda _: Ran(b'{"score": 0.5, "reason": "curt"}'), "4 \ud800", tool_calls=calls)
    assert (done.status, done.score, done.reason) == (AttemptStatus.SCORED, 0.5, "curt")
    assert done.scores == {"command": 0.5, "exact": 0.0}
    ((program, text),) = programs.asked
    assert program == Program(("python3", "graders/polite.py"), 2.0, {"graders/polite.py": b"print(1)"})
    assert json.loads(text) == {
        "output": "4 \ufffd",
        "tool_calls": [{"name": "f", "arguments": "{broken"}],
        "expected": "4",
        "input": "2+2?",
        "id": "line-6",
    }


@pytest.mark.parametrize(
    ("ran", "words"),
    [
        (Ran(problem="it took longer than 2 s"), "it took longer than 2 s"),
        (Ran(b""), "no JSON"),
        (Ran(b"0.5"), "no number from 0 to 1"),
        (Ran(b"\xff"), "no JSON"),
        (Ran(b'{"score": 1.5}'), "no number from 0 to 1"),
        (Ran(b'{"score": true}'), "no number from 0 to 1"),
        (Ran(b'{"score": "1"}'), "no number from 0 to 1"),
        (Ran(b'{"score": NaN}'), "no JSON"),
        (Ran(b"[" * 5000), "no JSON"),
    ],
)
def test_whatever_else_it_does_is_a_failure_of_the_grader(ran: Ran, words: str) -> None:
    done, _ = graded(lambda _: ran)
    assert (done.status, done.score) == (AttemptStatus.GRADER_FAILURE, None)
    assert words in done.reason
    assert done.scores == {"exact": 1.0}


def test_the_content_of_its_files_is_part_of_every_key() -> None:
    one, other = loaded(), loaded({**FILES, "graders/polite.py": "print(2)"})
    assert one.graders[0].fingerprint != other.graders[0].fingerprint
    assert one.samples[0].key != other.samples[0].key
    assert one.graders[0].fingerprint == loaded().graders[0].fingerprint
    assert "print" not in one.model_dump_json()


def refused(files: dict[str, str], programs: TrustedPrograms | None = None) -> ConfigError:
    tree = MemoryTree(files)
    with pytest.raises(ConfigError) as caught:
        load(read(tree, "suites/polite.yml"), InlineExecutor(), programs=programs)
    assert str(caught.value.where).startswith("suites/polite.yml")
    return caught.value


def test_without_a_trusted_tree_no_program_grades() -> None:
    assert refused(FILES).code is Code.NOT_AVAILABLE


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("graders/polite.py", "graders/none.py", Code.FILE_MISSING, "graders/none.py is not in"),
        ("files: [graders/polite.py]", "revision: '1'", Code.WRONG_VALUE, "not among its `files`"),
        ("files: [graders/polite.py], ", "", Code.WRONG_VALUE, "give a `revision`"),
        ("files: [graders/polite.py]", "files: [../x.py]", Code.WRONG_VALUE, "relative path"),
        ("timeout_s: 2", "timeout_s: 0", Code.WRONG_VALUE, "greater than 0"),
        ("timeout_s: 2", "shell: true", Code.UNKNOWN_KEY, "no option 'shell'"),
        ("exact", "composite: {graders: [{command: {run: [x], revision: '1'}}]}", Code.WRONG_VALUE, "of a composite"),
    ],
)  # fmt: skip
def test_a_command_grader_that_cannot_be_held_to_its_word_is_refused(
    old: str, new: str, code: Code, words: str
) -> None:
    files = {**FILES, "suites/polite.yml": SUITE.replace(old, new)}
    error = refused(files, TrustedPrograms(MemoryTree(files)))
    assert error.code is code
    assert words in f"{error.message} {error.hint}"


class TestInAGate:
    """Base's files run, whatever head says."""

    base = MemoryTree(FILES)
    documents = (read(base, "suites/polite.yml"),)

    def changed(self, files: dict[str, str]) -> Suite:
        world: object = type("Little", (), {"executor": InlineExecutor()})()
        path = "suites/polite.yml"
        return load_changed(path, MemoryTree(files), self.documents, self.base, world)  # type: ignore[arg-type]

    def test_a_suite_of_base_runs_its_program(self) -> None:
        world: object = type("Little", (), {"executor": InlineExecutor()})()
        (suite,) = load_suites(self.documents, self.base, world)  # type: ignore[arg-type]
        assert suite.grader_files == {"graders/polite.py": b"print(1)"}

    def test_what_head_makes_of_the_program_does_not_run(self) -> None:
        suite = self.changed({**FILES, "graders/polite.py": "steal()"})
        assert suite.grader_files == {"graders/polite.py": b"print(1)"}

    @pytest.mark.parametrize(
        ("old", "new"),
        [("[python3, graders/polite.py]", "[curl, example.com]"), ("files: [", "files: [graders/more.py, ")],
    )
    def test_a_command_that_base_does_not_have_is_refused_and_says_what_to_do(
        self, old: str, new: str
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            self.changed({**FILES, "suites/polite.yml": SUITE.replace(old, new)})
        assert caught.value.code is Code.NOT_AVAILABLE
        assert "adds no code to its own gate" in str(caught.value.hint)
