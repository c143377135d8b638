"""Claims: a grader of an installed package is one like ours, and what is wrong with it is one clear error."""

import sys
from importlib.metadata import EntryPoint, EntryPoints
from types import ModuleType
from typing import ClassVar

import pytest

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders import grader, plugged, specify
from mist_ci.matchspec.graders.grader import Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample

HERE = Where("suites/qa.yml", 3, field="graders[0]")


class Length(Grader):
    """1 when the answer is short enough."""

    name: ClassVar[str] = "length"
    version: ClassVar[int] = 3

    most: int = 10

    def grade(self, answer: Answer, sample: Sample) -> float:
        del sample
        return float(len(answer.text) <= self.most)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four plug-ins, of which one is sound."""
    points = EntryPoints([
        EntryPoint("length", f"{__name__}:Length", plugged.GROUP),
        EntryPoint("exact", f"{__name__}:Length", plugged.GROUP),
        EntryPoint("other", f"{__name__}:Length", plugged.GROUP),
        EntryPoint("missing", "no_such_module:Length", plugged.GROUP),
        EntryPoint("number", f"{__name__}:HERE", plugged.GROUP),
    ])  # fmt: skip
    monkeypatch.setattr(plugged, "entry_points", lambda group: points.select(group=group))
    plugged._points.cache_clear()
    monkeypatch.setitem(sys.modules, __name__, ModuleType(__name__))
    sys.modules[__name__].__dict__.update(Length=Length, HERE=HERE)


def test_a_plug_in_has_options_and_a_fingerprint_with_its_package() -> None:
    spec = specify({"length": {"most": 3}}, HERE)
    assert spec.fingerprint == 'length@3{"options":{"most":3}} of an unknown package'
    assert grader(spec).score("four", None) == 0
    assert specify({"composite": {"graders": ["length"]}}, HERE).options["graders"][0]["origin"] is not None  # type: ignore[index, call-overload]


def test_a_plug_in_never_takes_the_place_of_a_grader_of_ours() -> None:
    assert specify("exact", HERE).origin is None


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("missing", Code.WRONG_VALUE, "cannot be imported: ModuleNotFoundError"),
        ("other", Code.WRONG_VALUE, "is no Grader of that name"),
        ("number", Code.WRONG_VALUE, "is no Grader of that name"),
        ("lenght", Code.UNKNOWN_NAME, "did you mean 'length'?"),
    ],
)
def test_one_that_cannot_be_used_is_one_clear_error(name: str, code: Code, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        specify(name, HERE)
    assert (caught.value.code, caught.value.where) == (code, HERE)
    assert words in f"{caught.value.message} {caught.value.hint}"
