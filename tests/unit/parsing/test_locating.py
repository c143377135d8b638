"""Claims: many places are found in one pass, and they are those that are found one by one."""

import json

from hypothesis import given
from hypothesis import strategies as st

from mist_ci.parsing.locating import locate, locate_all

KEYS = st.sampled_from(["a", "b", "c d", 'e"', "é"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def places(value: object, path: str = "") -> dict[str, object]:
    """Every path of a value whose keys are plain names, with what is there."""
    found = {path: value} if path else {}
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.isalpha():
                found |= places(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found |= places(inner, f"{path}[{index}]")
    return found


@given(JSON, st.booleans(), st.sampled_from([None, 0, 1]))
def test_every_place_of_any_json(value: object, is_ascii: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
    wanted = places(value)
    found = locate_all(text, [*wanted, "nowhere", "a.b.c.nowhere", "[9]"])
    assert set(found) == set(wanted)
    for path, (start, end) in found.items():
        assert json.loads(text[start:end]) == wanted[path]
        assert locate(text, path) == (start, end)


@given(st.text(alphabet='{}[]",:a1\\ ', max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    locate_all(text, ["a", "a[0].a", "[1]"])
