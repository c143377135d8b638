"""Claims: twenty thousand hostile strings come out inert wherever text leaves; tests/e2e has two hundred thousand."""

from collections.abc import Callable, Sequence
from importlib import import_module

import pytest

from mist_ci.report.text import clean
from tests.unit.report import flooding
from tests.unit.report.flooding import SINKS, hostile_strings
from tests.unit.report.runner_parser import commands

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("push", SINKS)
def test_twenty_thousand_hostile_strings_come_out_inert(push: Callable[[Sequence[str]], None]) -> None:
    for texts in hostile_strings(2_500, seed=20_261_126):
        push(texts)


def test_the_strings_are_hostile_enough_to_prove_anything() -> None:
    (texts,) = hostile_strings(400, seed=1)
    assert sum(bool(commands(text)) for text in texts) > 5
    assert sum("<" in text for text in texts) > 50
    assert len(set(texts)) > 350


BROKEN: dict[str, tuple[str, str, Callable[[Sequence[str]], None]]] = {
    "a span": ("code_span", "<code>{}</code>", flooding.push_through_code_spans),
    "a fence": ("fence", "\n\n```text\n{}\n```\n\n", flooding.push_through_fences),
    "prose": ("table_text", "{}", flooding.push_through_prose),
    "a line": ("plain", "{}", flooding.push_through_lines),
    "a log": ("workflow_safe", "{}", flooding.push_through_lines),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_way_out_that_cleans_but_escapes_nothing_is_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, template, push = BROKEN[name]
    monkeypatch.setattr(flooding, function, lambda text, *_: template.format(clean(text)))
    (texts,) = hostile_strings(400, seed=2)
    with pytest.raises(AssertionError):
        push(texts)


@pytest.mark.parametrize("name", ["_data", "_property"])
def test_an_annotation_that_escapes_nothing_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("mist_ci.report.annotations"), name, str)
    (texts,) = hostile_strings(400, seed=2)
    with pytest.raises(AssertionError):
        flooding.push_through_annotations(texts)


@pytest.mark.parametrize("name", ["code_span", "table_text"])
def test_a_template_filter_that_cleans_but_escapes_nothing_is_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unescaped(text: str, *_: int, **__: int) -> str:
        return clean(text)

    monkeypatch.setattr(import_module("mist_ci.report.rendering"), name, unescaped)
    (texts,) = hostile_strings(400, seed=2)
    with pytest.raises(AssertionError):
        flooding.push_through_comment(texts)
