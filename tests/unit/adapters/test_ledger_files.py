"""Claims: however a ledger is cut into portions, each of its lines is read once, and what was cut off is told once."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.trace.spans import ledger
from mist_ci.adapters import ledger as files
from mist_ci.adapters.ledger import LedgerFiles, lines_of

lines = st.lists(st.binary(max_size=9).map(lambda text: text.replace(b"\n", b"") + b"\n"), max_size=12)


@settings(deadline=None, max_examples=60)
@given(lines, st.booleans(), st.integers(1, 20))
def test_portions_have_every_line_once(
    tmp_path_factory: pytest.TempPathFactory, whole: list[bytes], is_torn: bool, size: int
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "trace.jsonl"
    path.write_bytes(b"".join(whole) + (b"torn" if is_torn else b""))
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "PORTION_BYTES", size)
        found = [line for one in LedgerFiles([path]).portions() for line in lines_of(one, told.append)]
    assert found == whole
    assert len(told) == is_torn
    once = LedgerFiles([path])
    assert list(once.lines()) == whole
    assert once.notices == told


@pytest.mark.slow
def test_several_processes_report_what_one_reports(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(b"".join(ledger(2000)) + b'{"version": "1", "torn')

    def report(portion: int) -> tuple[str, str]:
        code = (
            f"import mist_ci.adapters.ledger as files; files.PORTION_BYTES = {portion}; from mist_ci.cli import main; "
            f"main()"
        )
        arguments = ["trace", "report", "--from", str(path), "--format", "json"]
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout, done.stderr

    told, notes = report(200_000)
    assert (told, notes) == report(2**40)
    assert notes.count("cut off") == 1
    assert '"flaws": []' in told
