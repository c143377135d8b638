"""Claims: canonical JSON is what Python's own encoder writes, whatever the value is."""

import json

from hypothesis import given
from hypothesis import strategies as st

from mist_ci.models.output import canonical

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.floats(-1e-3, 1e-3) | st.text()
VALUES = st.recursive(
    st.lists(LEAVES), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(VALUES)
def test_canonical_json_is_what_python_writes(value: object) -> None:
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    assert canonical(value) == plain.encode()
