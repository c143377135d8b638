"""A comment as GitHub's own parser renders it, with raw HTML let through, and what must be true of it."""

import re
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped, unused-ignore]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped, unused-ignore]

from mist_ci.models.report import Report
from mist_ci.report import comment


class Page(HTMLParser):
    """What a reader's browser gets: elements with their attributes, comments, and the rows of each table."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.comments: list[str] = []
        self.text = ""
        self.tables: list[list[int]] = []
        self.depth: dict[str, int] = {}
        self.links = 0
        html = cmarkgfm.markdown_to_html_with_extensions(
            markdown,
            options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES,
            extensions=["table", "autolink", "strikethrough", "tagfilter"],
        )
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.depth[tag] = self.depth.get(tag, 0) + 1
        self.links += tag == "a"
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append(0)
        elif tag in {"td", "th"}:
            self.tables[-1][-1] += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth[tag] = self.depth.get(tag, 0) - 1

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\N{ZERO WIDTH SPACE}", "")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.elements.add(f"!{decl}")

    def handle_pi(self, data: str) -> None:
        self.elements.add(f"?{data}")

    def unknown_decl(self, data: str) -> None:
        self.elements.add(f"!{data}")


ALLOWED = {"h3", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "blockquote"}
ALLOWED |= {"details", "summary"}
LINE_BREAK = {"br", "hr"}


def cells(markdown: str) -> list[tuple[int, set[int]]]:
    """Columns of the header line and of the other lines of each table in the source: no row is cut or padded."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        counts = [line.count("|") - 1 for line in block.splitlines()]
        found.append((counts[0], set(counts[1:])))
    return found


def assert_inert(report: Report) -> None:
    """The comment on it has no element, attribute, comment or table row but those that we mean."""
    text = comment(report)
    assert_text_is_inert(text)
    assert text.splitlines()[0] == (
        f"<!-- mist-ci gate=release run={report.run_id} head={report.event.head} -->"
    )


def assert_text_is_inert(text: str, links: int = 0) -> None:
    """Of a whole comment, which may carry that many links of ours."""
    page = Page(text)
    assert page.elements <= ALLOWED | ({"a"} if links else set())
    assert page.attributes <= {"align"} | ({"href"} if links else set())
    assert page.depth.get("a", 0) == 0
    assert page.links == links
    assert all(depth == 0 for tag, depth in page.depth.items() if tag not in LINE_BREAK)
    marker, *rest = page.comments
    assert text.splitlines()[0] == f"<!--{marker}-->"
    assert text.count("<!-- mist-ci") == 1
    states = [one for one in rest if one]
    assert len(states) <= 1
    assert all(f"<!--{one}-->" == text.splitlines()[-1] for one in states)
    for header, others in cells(text):
        assert others <= {header}
    for rows in page.tables:
        assert len(set(rows)) == 1
    assert len(page.tables) == len(cells(text))
