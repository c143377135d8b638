"""Hostile strings by the ten thousand, pushed through every way out, many to a document.

The oracles are quick: in what GitHub's parser renders, any `<` that is not one of our tags is an escape that
failed, so the sequence of all tags must be the one that a harmless word gives.
"""

import html
import json
import random
import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

import cmarkgfm  # type: ignore[import-untyped, unused-ignore]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped, unused-ignore]

from mist_ci.errors import Where
from mist_ci.models.plan import Step, StepKind
from mist_ci.models.report import Report, SelfCheck
from mist_ci.models.verdict import Decision, Outcome
from mist_ci.report import comment, junit, plain, sarif, state, status, workflow_safe
from mist_ci.report.annotations import Annotation, Level, _line
from mist_ci.report.state import Snapshot
from mist_ci.report.text import EMPTY, clean, code_span, fence, table_text
from mist_ci.report.words import Word
from tests.unit.gate.building import data_report
from tests.unit.report.hostile import HOSTILE, hostile_finding
from tests.unit.report.rendered import assert_text_is_inert
from tests.unit.report.reporting import make_report
from tests.unit.report.runner_parser import commands, parse
from tests.unit.report.test_text import GITHUB_LINKS, HOSTILE_PIECES, shown_in_fence

BATCH = 400
PIECES = sorted({piece for text in HOSTILE for piece in re.split(r"(\s+)", text)} | set(HOSTILE_PIECES))
RUNNER = [":", "::", "#", "##", "##[", "[", "]", "error", "%0A", "%", ",", "=", "\r", "\n", "\x85", "\u2028"]
_TAG = re.compile(r"<[^>]*>?")
_CODE = re.compile(r"<code[^>]*>(.*?)</code>", re.DOTALL)

PLACES = {
    "in a sentence": "The suite {} failed.\n\n",
    "in a list": "- a {} b\n",
    "in a heading": "### Suite {} x\n\n",
    "in a table": "| a | b |\n|---|---|\n| {} | 2 |\n\n",
    "in a summary": "<details><summary>{} x</summary>\n\ny\n\n</details>\n\n",
}


def hostile_strings(number: int, seed: int) -> Iterator[list[str]]:
    """That many strings in batches: markup, links, controls, runner syntax and any character at all."""
    chance = random.Random(seed)
    for start in range(0, number, BATCH):
        yield [_string(chance) for _ in range(min(BATCH, number - start))]


def _string(chance: random.Random) -> str:
    pieces = chance.choices(chance.choice((PIECES, RUNNER)), k=chance.randint(1, 8))
    if chance.random() < 0.3:
        pieces.insert(chance.randrange(len(pieces) + 1), chr(chance.randrange(0x11_0000)))
    return "".join(pieces)


def render(markdown: str) -> str:
    found: str = cmarkgfm.markdown_to_html_with_extensions(
        markdown,
        options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES,
        extensions=["table", "autolink", "strikethrough", "tagfilter"],
    )
    # What parts an address from its `@` inside <code> is an empty comment of ours.
    return found.replace("<!---->", "")


def tags(rendered: str) -> list[str]:
    return _TAG.findall(rendered)


def push_through_code_spans(texts: Sequence[str]) -> None:
    spans = [code_span(text, 10_000) for text in texts]
    for place, template in PLACES.items():
        expected = render("".join(template.format("<code>x</code>") for _ in spans))
        rendered = render("".join(map(template.format, spans)))
        assert tags(rendered) == tags(expected), place
        assert [html.unescape(one) for one in _CODE.findall(rendered)] == [
            clean(t) or EMPTY for t in texts
        ], place


def push_through_fences(texts: Sequence[str]) -> None:
    rendered = render("".join(fence(text, 10_000, 10_000) for text in texts))
    assert tags(rendered) == tags(render("".join(fence("x") for _ in texts)))
    shown = [html.unescape(one) for one in _CODE.findall(rendered)]
    assert shown == [shown_in_fence(text) + "\n" for text in texts]


def push_through_prose(texts: Sequence[str]) -> None:
    words = [table_text(text, 10_000) for text in texts]
    for place in ("in a sentence", "in a list", "in a table"):
        template = PLACES[place]
        rendered = render("".join(map(template.format, words)))
        assert tags(rendered) == tags(render(template.format("x") * len(words))), place
        assert GITHUB_LINKS.search(html.unescape(_TAG.sub("", rendered))) is None, place


def push_through_lines(texts: Sequence[str]) -> None:
    """What goes to a terminal, a log and a status."""
    for text in texts:
        line = plain(text)
        assert 1 <= len(line) <= 140
        assert len(line.splitlines()) == 1
    assert commands("\n".join(map(plain, texts))) == []
    assert commands("\n".join(map(workflow_safe, texts))) == []
    made = [make_report(Decision(outcome=Outcome.FAILED, reasons=(text,))) for text in texts[:20]]
    assert all(len(status(one).description) <= 140 for one in made)


def push_through_annotations(texts: Sequence[str]) -> None:
    lines = [_line(Annotation(Level.WARNING, text, text, Where(f"d/{text}", 3))) for text in texts]
    assert commands("\n".join(lines)) == ["warning"] * len(texts)
    for text, line in zip(texts, lines, strict=True):
        found = parse(line)
        assert found is not None
        assert found.data == plain(text, 1000)
        path = f"d/{text}"
        assert found.properties == {
            "file": workflow_safe(path if path.isprintable() else clean(path)),
            "line": "3",
            "title": plain(text, 200),
        }


def push_through_documents(texts: Sequence[str]) -> None:
    """JUnit and SARIF, with every string as a name, a message and a path."""
    checks = tuple(_check(text) for text in texts)
    data = data_report([hostile_finding(text) for text in texts])
    report = make_report(
        Decision(outcome=Outcome.FAILED, reasons=tuple(texts)), self_checks=checks, data=(data,)
    )
    root = ET.fromstring(junit([report]).encode())
    named = [one.attrib for one in root.iter("testcase") if one.attrib["classname"].endswith("self-check")]
    assert [one["name"] for one in named] == [clean(text, multiline=True) for text in texts]
    results = json.loads(sarif([report]))["runs"][0]["results"]
    assert len(results) == len(set(texts))
    for one in results:
        uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"data/?[A-Za-z0-9._~/%-]*", uri)
        assert "](" not in one["message"]["text"]


def push_through_comment(texts: Sequence[str]) -> None:
    """Whole comments in which every string stands once as a name and once as prose."""
    for start in range(0, len(texts), 100):
        some = texts[start : start + 100]
        text = comment(_talkative(some), limit=1_000_000)
        assert "more" not in text.splitlines()[1]
        assert_text_is_inert(text)


def push_through_state(texts: Sequence[str]) -> None:
    whole = [text for text in texts if text and len(text) <= 200 and text.isascii()]
    now = Snapshot(
        head="0" * 40,
        outcome=Outcome.FAILED,
        findings=0,
        cost_usd=None,
        suites=tuple((text, text, Word.PASS, None) for text in whole),
    )
    line = state.write(now, None, room=20_000)
    assert re.fullmatch(r"<!-- mist-state:1 [A-Za-z0-9+/=]+ -->", line)
    told = state.read(f"x\n{line}")
    assert told is not None
    assert told.now.suites == now.suites[: len(told.now.suites)]
    for text in texts:
        assert state.read(text) is None


def _check(text: str) -> SelfCheck:
    return SelfCheck(suite=text, samples=1, mean=None, floor=None, ok=False, message=text)


def _talkative(texts: Sequence[str]) -> Report:
    steps = [Step(kind=StepKind.LINT_POLICY, subject=text, reason=text) for text in texts]
    return make_report(
        Decision(outcome=Outcome.FAILED, reasons=(texts[0],)),
        steps=tuple(steps),
        self_checks=tuple(map(_check, texts)),
        notices=tuple(texts),
        data=(data_report([hostile_finding(text) for text in texts[:20]]),),
    )


SINKS = (
    push_through_code_spans,
    push_through_fences,
    push_through_prose,
    push_through_lines,
    push_through_annotations,
    push_through_documents,
    push_through_comment,
    push_through_state,
)
