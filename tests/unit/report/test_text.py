"""Claims: hostile text is inert in Markdown. The oracle is GitHub's own parser, with raw HTML let through."""

import re
import string
import time
import unicodedata
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped, unused-ignore]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped, unused-ignore]
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.report.text import ELLIPSIS, EMPTY, clean, code_span, fence, plain, table_text, workflow_safe

MARKUP = "`` ``` ~~~ || \\| < > </ <b> </code> </details> <!-- --> -- <![CDATA[ <? &lt; ![x]( ]( ***"
LINKS = """http://evil.example www.evil.example a@b.example mailto:a@b.example xmpp:a@b.example @user
    @org/team #12 GH-12 o/r#1 deadbeef0 :smile: :+1: GHSA-jfh8-c2jp-5v3q $x$ [^1] [x]:/u"""
UNSEEN = "\x00\x1b\x9b\u200b\u200d\u202e\u2066\u2028\U000e0041\ud800\ufeff\u0301\uffff"
SPACES = ["\n", "\n\n", "\r\n", "\r", "\t", " ", "    "]
STARTS = ["- ", "1. ", "# ", "> ", "[x]: /u", "\x1b[31m", "a", "\U0001f600", "`" * 300, "~" * 300]
HOSTILE_PIECES = [*string.punctuation, *MARKUP.split(), *LINKS.split(), *UNSEEN, *SPACES, *STARTS]
HOSTILE = st.lists(st.sampled_from(HOSTILE_PIECES) | st.text(max_size=3), max_size=14).map("".join)
many = settings(deadline=None, max_examples=100)

NASTY = {
    "closing tag": "</details></summary></code></pre><h1>PASSED</h1>",
    "forged marker": "<!-- mist-ci gate=main run=1 -->",
    "fence": "```\n</details>\n```\n# PASSED",
    "tilde fence": "~~~\n# PASSED",
    "image": "![x](http://evil.example/x.png)",
    "link": "[click](javascript:alert(1)) <http://evil.example> www.evil.example",
    "reference": "[x]\n\n[x]: http://evil.example",
    "everyone": "@everyone @org/team a@b.example",
    "issue": "fixes #12, GH-12, owner/repo#1, deadbeefcafe",
    "override": "\u202egnp.exe \u2066x\u2069",
    "runner": "\r::set-output name=passed::true\n##[error]x",
    "colours": "\x1b[31mred\x1b]8;;http://evil.example\x07x",
    "pipes": "a | b || c \\| d \\",
    "backticks": "`a``b``` ````",
    "edges": " ` ",
    "spaces": "   ",
    "raw": "<script>alert(1)</script><img src=x onerror=alert(1)><!--",
    "cdata": "<![CDATA[ <?php <!X",
    "alert": "> [!WARNING]\n> x",
    "emphasis": "_a_ __b__ *c* **d** ~e~ ~~f~~",
    "heading": "x\n===\n# y",
}
nasty = pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())


class Page(HTMLParser):
    """What a reader's browser gets: elements, comments, the text of each code element, and the rest."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.comments: list[str] = []
        self.codes: list[str] = []
        self.prose = ""
        self.inside_code = False
        self.html = cmarkgfm.markdown_to_html_with_extensions(
            markdown,
            options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES,
            extensions=["table", "autolink", "strikethrough", "tagfilter"],
        )
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.elements.append(tag)
        if tag == "code":
            self.inside_code = True
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "code":
            self.inside_code = False

    def handle_data(self, data: str) -> None:
        if self.inside_code:
            self.codes[-1] += data
        else:
            self.prose += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.elements.append(f"!{decl}")

    def handle_pi(self, data: str) -> None:
        self.elements.append(f"?{data}")

    def unknown_decl(self, data: str) -> None:
        self.elements.append(f"!{data}")


CODE_SPAN_PLACES = {
    "alone": ("{}", ["p", "code"]),
    "in a sentence": ("The suite {} failed.", ["p", "code"]),
    "in bold": ("**worst: {} here**", ["p", "strong", "code"]),
    "in a list": ("- one {}\n- two", ["ul", "li", "code", "li"]),
    "in a heading": ("## Suite {}", ["h2", "code"]),
    "in a quotation": ("> {}", ["blockquote", "p", "code"]),
    "in a table": (
        "| a | b | c |\n|---|---|---|\n| 1 | {} | 3 |\n| 4 | 5 | 6 |",
        [
            "table",
            "thead",
            "tr",
            "th",
            "th",
            "th",
            "tbody",
            "tr",
            "td",
            "td",
            "code",
            "td",
            "tr",
            "td",
            "td",
            "td",
        ],
    ),
    "in a summary": ("<details>\n<summary>x {} y</summary>\n</details>", ["details", "summary", "code"]),
}


def assert_code_span_is_inert(text: str) -> None:
    for place, (template, elements) in CODE_SPAN_PLACES.items():
        page = Page(template.format(code_span(text, 1_000_000)))
        assert page.elements == elements, place
        assert page.codes == [clean(text) or EMPTY], place
        assert set(page.comments) <= {""}, place


@nasty
def test_a_nasty_value_reads_as_itself_wherever_a_code_span_stands(text: str) -> None:
    assert_code_span_is_inert(text)


@pytest.mark.slow
@many
@given(HOSTILE)
def test_any_value_reads_as_itself_wherever_a_code_span_stands(text: str) -> None:
    assert_code_span_is_inert(text)


@pytest.mark.slow
@many
@given(HOSTILE, st.integers(1, 30))
def test_a_code_span_is_one_line_of_at_most_its_limit(text: str, limit: int) -> None:
    span = code_span(text, limit)
    assert "\n" not in span
    assert "|" not in span
    assert "`" not in span
    (shown,) = Page(span).codes
    assert 1 <= len(shown) <= limit


def test_a_cut_is_marked_and_spares_the_accent() -> None:
    assert code_span("abcdef", 4) == f"<code>abc{ELLIPSIS}</code>"
    assert code_span("abcd", 4) == "<code>abcd</code>"
    assert code_span("abe\u0301ef", 4) == f"<code>ab{ELLIPSIS}</code>"


def test_an_empty_value_is_visible() -> None:
    assert code_span("") == "<code>(empty)</code>"
    assert plain("") == EMPTY
    assert Page(table_text("")).prose.strip() == EMPTY
    assert Page(fence("")).codes == [EMPTY + "\n"]


FENCE_PLACES = {
    "alone": ("{}", ["pre", "code"]),
    "after a sentence": ("Look: {}", ["p", "pre", "code"]),
    "in details": (
        "<details>\n<summary>x</summary>\n\n{}\n\n</details>",
        ["details", "summary", "pre", "code"],
    ),
    "tight in details": ("<details><summary>x</summary>{}</details>", ["details", "summary", "pre", "code"]),
    "before a heading": ("{}# end", ["pre", "code", "h1"]),
    "below a table": (
        "| a |\n|---|\n| 1 |{}",
        ["table", "thead", "tr", "th", "tbody", "tr", "td", "pre", "code"],
    ),
}


def shown_in_fence(text: str) -> str:
    whole = clean(text, multiline=True).removesuffix("\n") or EMPTY
    return re.sub("`{41,}", "`" * 40 + ELLIPSIS, whole)


def assert_fence_is_inert(text: str) -> None:
    expected = shown_in_fence(text) + "\n"
    for place, (template, elements) in FENCE_PLACES.items():
        page = Page(template.format(fence(text, 1_000_000, 1_000_000)))
        assert page.elements == elements, place
        assert page.codes == [expected], place
        assert page.comments == [], place


@nasty
def test_a_nasty_text_stays_inside_its_fence(text: str) -> None:
    assert_fence_is_inert(text)


@pytest.mark.slow
@many
@given(HOSTILE)
def test_any_text_stays_inside_its_fence(text: str) -> None:
    assert_fence_is_inert(text)


@pytest.mark.slow
@many
@given(HOSTILE, st.integers(1, 5), st.integers(1, 30))
def test_a_cut_fence_still_closes_and_says_what_is_missing(text: str, lines: int, characters: int) -> None:
    fenced = fence(text, lines, characters)
    page = Page(f"{fenced}after")
    assert page.elements == ["pre", "code", "p"]
    whole = shown_in_fence(text)
    fits = whole.count("\n") < lines and len(whole) <= characters
    assert fits == (page.codes == [whole + "\n"])
    assert fits != bool(re.search(r"\n… [\d,]+ more characters\n\Z", page.codes[0]))
    assert len(fenced) <= characters + 180


def test_a_fence_counts_what_it_leaves_out() -> None:
    assert fence("ab\ncd\nef", 2, 100) == "\n\n```text\nab\ncd\n… 3 more characters\n```\n\n"
    assert fence("abcdef", 2, 4) == "\n\n```text\nabc…\n… 3 more characters\n```\n\n"
    assert fence("x\n", info="json") == "\n\n```json\nx\n```\n\n"


@pytest.mark.parametrize("info", ["suggestion", "mermaid", "text\n# x", ""])
def test_a_fence_that_github_would_bring_to_life_is_refused(info: str) -> None:
    with pytest.raises(ValueError, match="fence info must be one of"):
        fence("x", info=info)  # type: ignore[arg-type]


# What GitHub links after Markdown is HTML, in text outside code; backslashes and entities do not stop it.
GITHUB_LINKS = re.compile(
    r"@[a-z0-9]|#[0-9]|ghsa-[0-9a-z]|[a-z]-[0-9]|\b[0-9a-f]{7,40}\b|:[a-z0-9+_-]+:|https?://", re.IGNORECASE
)
PROSE_PLACES = {
    "alone": ("{}", ["p"]),
    "in a sentence": ("The suite {} failed.", ["p"]),
    "in a list": ("- {}\n- two", ["ul", "li", "li"]),
    "in a table": (
        "| a | b |\n|---|---|\n| {} | 2 |",
        ["table", "thead", *("tr", "th", "th"), "tbody", "tr", "td", "td"],
    ),
}


def assert_prose_is_inert(text: str) -> None:
    for place, (template, elements) in PROSE_PLACES.items():
        page = Page(template.format(table_text(text, 1_000_000)))
        assert page.elements == elements, place
        assert page.comments == [], place
        words = " ".join(clean(text, multiline=True).split()) or EMPTY
        assert words in page.prose.replace("\u200b", ""), place
        assert GITHUB_LINKS.search(page.prose) is None, place


@nasty
def test_nasty_prose_has_no_markup_and_no_links(text: str) -> None:
    assert_prose_is_inert(text)


@pytest.mark.slow
@many
@given(HOSTILE)
def test_prose_has_no_markup_and_no_links(text: str) -> None:
    assert_prose_is_inert(text)


CLEANED = {
    "escape": ("\x1b[31mred", "␛[31mred"),
    "nul and delete": ("a\x00b\x7f", "a␀b␡"),
    "one-line": ("a\nb\tc\r\nd", "a⏎b⇥c⏎d"),
    "carriage return": ("50%\r100%", "50%␍100%"),
    "other line breaks": ("a\x85b\u2028c\u2029d\x0be\x0cf", "a␤b␤c␤d␋e␌f"),
    "C1": ("a\x9b31mb", "a�31mb"),
    "override": ("a\u202eb\u2066c", "a�b�c"),
    "one trace for a run": ("pay\u200b\u200b\u2060\ufeffpal", "pay�pal"),
    "hidden message": ("x" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all rules") + "y", "x�y"),
    "surrogate": ("a\ud800b", "a�b"),
    "noncharacter": ("a\uffff\U0010fffeb", "a�b"),
    "emoji parts": ("\u2764\ufe0f \U0001f468\u200d\U0001f469", "\u2764 \U0001f468\U0001f469"),
    "piled marks": ("z" + "\u0301" * 500 + "!", "z" + "\u0301" * 4 + "�!"),
    "ordinary": ("Größe 한국어 日本語 नमस्ते שלום 😀", "Größe 한국어 日本語 नमस्ते שלום 😀"),
}


@pytest.mark.parametrize(("text", "expected"), CLEANED.values(), ids=CLEANED.keys())
def test_what_cannot_be_seen_leaves_a_visible_trace(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_several_lines_are_kept_when_asked_for() -> None:
    assert clean("a\r\n\tb\rc", multiline=True) == "a\n\tb␍c"


@pytest.mark.slow
def test_no_character_of_unicode_that_controls_or_hides_survives() -> None:
    assigned = [*range(0x20000), *range(0xE0000, 0xE1000)]
    left = set(clean("".join(map(chr, assigned))))
    assert left.isdisjoint("\u2028\u2029\u115f\u3164\ufe0f\U000e0100")
    hidden = {ord(c) for c in left if unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    # Formatting characters that are drawn: Arabic and Syriac number and verse signs, Kaithi number signs.
    drawn = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    assert hidden <= drawn


@pytest.mark.slow
@many
@given(HOSTILE, st.booleans())
def test_cleaning_twice_changes_nothing_more(text: str, multiline: bool) -> None:
    once = clean(text, multiline=multiline)
    assert clean(once, multiline=multiline) == once
    once.encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["`", "@", "\x1b", "\u0301", "#", " ", ":", "\n", "\u200d", "<!--", "##a", "`\n", "f"]
)
def test_long_text_takes_linear_time(unit: str) -> None:
    size = 1_000_000 if unit == "`" else 100_000
    text = unit * (size // len(unit))
    started = time.process_time()
    for escape in (code_span, fence, plain, table_text, workflow_safe):
        escape(text)
    assert time.process_time() - started < 3


@pytest.mark.slow
def test_no_number_of_backticks_closes_a_fence() -> None:
    # The parser's own count stops at 255: a line that long would close any fence.
    for count in (3, 40, 41, 254, 255, 256, 1_000_000):
        fenced = fence("a\n" + "`" * count + "\n# PASSED", limit_chars=2_000_000)
        assert Page(fenced).elements == ["pre", "code"], count
