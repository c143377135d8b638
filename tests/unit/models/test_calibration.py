"""Claims: a calibration says something about exactly what was measured, and its file has one order."""

from datetime import date

import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.models.calibration import Calibration, GateCalibration, SuiteCalibration
from mist_ci.planning import read_calibration
from tests.fakes import MemoryTree
from tests.unit.gate.building import make_suite
from tests.unit.gate.test_prospects import calibration

MODEL = f"sha256:{'0' * 64}"


def one(name: str, **changes: object) -> SuiteCalibration:
    return calibration(make_suite(name, 20), **changes)


def gate(name: str, blocked: int = 0) -> GateCalibration:
    return GateCalibration(
        gate=name,
        reference="models/assistant.yml",
        model_digest=MODEL,
        measured_on=date(2026, 11, 20),
        suites=("a",),
        splits=200,
        regressed=0,
        not_proven=0,
        blocked=blocked,
    )


def test_only_this_version_of_the_suite_on_this_model_is_found() -> None:
    entry = one("a")
    file = Calibration(version=1, suites=(entry,))
    assert file.of("a", entry.suite_digest, MODEL) == entry
    assert file.of("a", "another", MODEL) is None
    assert file.of("a", entry.suite_digest, f"sha256:{'1' * 64}") is None
    assert file.of("b", entry.suite_digest, MODEL) is None


def test_what_is_out_of_date_says_what_has_changed_and_what_was_never_measured_says_nothing() -> None:
    entry = one("a")
    file, path = Calibration(version=1, suites=(entry,)), "models/assistant.yml"
    assert file.stale("a", entry.suite_digest, path, MODEL) is None
    assert "the suite has changed" in (file.stale("a", "another", path, MODEL) or "")
    changed = file.stale("a", entry.suite_digest, path, f"sha256:{'1' * 64}") or ""
    assert changed == f"the calibration of a from 2026-11-20 is out of date: {path} has changed"
    assert file.stale("b", entry.suite_digest, path, MODEL) is None
    assert file.stale("a", entry.suite_digest, "models/other.yml", f"sha256:{'1' * 64}") is None


def test_new_measurements_take_the_place_of_old_ones_and_others_stay() -> None:
    other = one("a", reference="models/other.yml")
    before = Calibration(version=1).updated([one("b"), one("a", mean=0.1), other], [gate("g", 7)])
    after = before.updated([one("a", mean=0.9)], [gate("g", 0), gate("f")])
    assert [(entry.suite, entry.reference, entry.mean) for entry in after.suites] == [
        ("a", "models/assistant.yml", 0.9),
        ("a", "models/other.yml", 0.7),
        ("b", "models/assistant.yml", 0.7),
    ]
    assert [(entry.gate, entry.blocked) for entry in after.gates] == [("f", 0), ("g", 0)]


def test_the_file_is_the_same_in_whatever_order_it_was_measured() -> None:
    entries = [one("b"), one("a"), one("c")]
    texts = {
        Calibration(version=1).updated(order, [gate("g")]).model_dump_json(indent=2)
        for order in (entries, entries[::-1])
    }
    assert len(texts) == 1
    assert Calibration.model_validate_json(texts.pop()).suites[0].alone.false_alarm_rate == 0.01


def test_a_file_that_is_no_json_is_named_with_the_line_where_it_breaks() -> None:
    tree = MemoryTree({"mist-calibration.json": b'{"version": 1,\n suites}'})
    with pytest.raises(ConfigError) as caught:
        read_calibration(tree, "mist.yml")
    assert (caught.value.code, str(caught.value.where)) == (Code.SYNTAX, "mist-calibration.json:2")
