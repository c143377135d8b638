"""Lines of a file, whatever the pieces that it is read in and the parts that it is cut into."""

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from mist_ci.ports.sources import BytesSource
from mist_ci.schemaflux.lines import Span, cuts, lines, spans

CONTENT = st.lists(
    st.sampled_from([b"a", b"bb", b"\n", b"\r\n", b"\r", b"", b"{}", b"\xe2\x80\xa8", b"0123456789"]),
    max_size=40,
).map(b"".join)


@dataclass(frozen=True, slots=True)
class Pieces(BytesSource):
    """The same content in pieces of a few bytes."""

    step: int = 3

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        for at in range(start, min(end, len(self.content)), self.step):
            yield self.content[at : min(at + self.step, end)]


def expected(content: bytes, longest: int) -> list[tuple[int, int, bytes | None, int]]:
    found, offset = [], 0
    for row, line in enumerate(content.split(b"\n")):
        if line or offset < len(content):
            shown = None if len(line) > longest else line.removesuffix(b"\r")
            found.append((row, offset, shown, len(line)))
        offset += len(line) + 1
    return found


@given(CONTENT, st.integers(1, 30), st.sampled_from([4, 1000]))
def test_lines_do_not_depend_on_the_pieces(content: bytes, step: int, longest: int) -> None:
    source = Pieces("f", content, step=step)
    found = [astuple(line) for line in lines(Span(source, 0, source.size, 0), longest)]
    whole = expected(content, longest)
    assert found == [one for one in whole if one[3] or one[1] < len(content)]


@given(CONTENT, st.integers(1, 9), st.integers(1, 30))
def test_parts_are_the_whole(content: bytes, step: int, largest: int) -> None:
    source = Pieces("f", content, step=step)
    whole = [astuple(line) for line in lines(Span(source, 0, source.size, 0))]
    assert [astuple(line) for span in spans(source, largest) for line in lines(span)] == whole
    places = list(cuts(source, largest))
    assert [end for _, end in places[:-1]] == [start for start, _ in places[1:]]
    assert not places or (places[0][0], places[-1][1]) == (0, len(content))
    assert all(content[end - 1 : end] == b"\n" for _, end in places[:-1])
