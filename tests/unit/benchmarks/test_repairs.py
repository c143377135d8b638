"""Claims, over every file of the benchmark: repairs touch nothing valid, and leave strictly fewer problems."""

from collections.abc import Sequence

import pytest

from benchmarks.data.defects import defects
from benchmarks.data.valid import valid_files
from mist_ci.adapters.sources import Opener
from mist_ci.adapters.targets import load_targets
from mist_ci.models.data_format import DataFormat
from mist_ci.models.target import Target
from mist_ci.ports.sources import BrokenSource, Source
from mist_ci.schemaflux import fixing
from tests.unit.schemaflux.checking import check

pytestmark = pytest.mark.slow  # every file of the benchmark


def repaired(
    content: bytes, path: str, form: DataFormat, targets: Sequence[Target]
) -> tuple[bytes, fixing.Repair] | None:
    """The file after a repair; None for one that is left as it is."""
    with Opener() as opener:
        opened = opener.open_bytes(path, content)
        if fixing.why_not(opened) is not None:
            return None
        is_spread = fixing.is_spread(opened)
        rows: Source | BrokenSource = opened
        if is_spread:
            (place := opener.new_place()).write_bytes(content)
            rows = opener.open_spread(path, place)
        if isinstance(rows, BrokenSource):
            return None
        is_reshaped = is_spread or rows.container != "jsonl"
        repair = fixing.Repair(rows, targets, format=form, is_reshaped=is_reshaped)
        return b"".join(line.new for line in repair.lines()), repair


def test_no_valid_file_is_touched() -> None:
    for file in valid_files():
        path, targets = f"train{file.extension}", load_targets(file.targets)
        done = repaired(file.content, path, file.format, targets)
        if done is not None:
            assert not done[1].rows, file.name
            assert not done[1].resolved, file.name


@pytest.mark.slow
def test_what_is_repaired_has_strictly_fewer_problems_and_needs_no_second_repair() -> None:
    codes: set[str] = set()
    for case in defects():
        path, targets = f"train{case.extension}", load_targets(case.targets)
        done = repaired(case.content, path, case.format, targets)
        if done is None or not done[1].resolved:
            continue
        content, repair = done
        codes |= set(repair.resolved)
        again = repaired(content, path, case.format, targets)
        assert again is not None, case.name
        assert again[0] == content, case.name
        before, after = (check({path: one}, targets=targets) for one in (case.content, content))
        assert after.count_new < before.count_new, case.name
        assert after.rows >= before.rows, case.name
    assert codes == fixing.FIXABLE
