"""Small real runs of other evaluators, and what is read from the files that they write."""

import subprocess
from pathlib import Path

from mist_ci.adapters.result_files import ResultFilesOnDisk
from mist_ci.matchspec.importers import Wish, import_results
from mist_ci.models.record import FINISHED, Record
from tests.runners.running import ARITHMETIC, REVERSAL, ROOT, TIMEOUT_S, Runners
from tests.unit.matchspec.importers.reading import unplaced

SMALL = (ARITHMETIC, REVERSAL)
SAMPLES = 40


def records(place: Path, suffix: str = "") -> tuple[Record, ...]:
    files = ResultFilesOnDisk().read([str(place)])
    return import_results([file for file in files if file.path.endswith(suffix)], Wish())


def values(found: tuple[Record, ...]) -> dict[str, float | None]:
    assert {record.source.status for record in found} == {FINISHED}
    assert len(found) == SAMPLES * len(SMALL)
    return {record.case_id: record.value for record in found}


def test_three_evaluators_agree_case_by_case(runners: Runners, tmp_path: Path) -> None:
    """The naive model gets many of these wrong. lm-eval compares sums as text, as the models write them: `099`."""
    archives = values(records(runners.inspect("naive", SMALL, tmp_path / "eval", limit=SAMPLES)))
    documents = values(
        records(runners.inspect("naive", SMALL, tmp_path / "json", limit=SAMPLES, log_format="json"))
    )
    written = runners.promptfoo("naive", SMALL, tmp_path / "promptfoo", limit=SAMPLES)
    harness = values(records(runners.lm_eval("naive", SMALL, tmp_path / "lm_eval", limit=SAMPLES)))

    assert archives == documents == values(records(written, ".json")) == values(records(written, ".jsonl"))
    assert {case: value for case, value in harness.items() if case.startswith(REVERSAL)} == {
        case: value for case, value in archives.items() if case.startswith(REVERSAL)
    }
    assert set(archives.values()) == {0.0, 1.0}


def test_a_second_run_pairs_with_the_first(runners: Runners, tmp_path: Path) -> None:
    """Keys, prompts and graders are the same whoever answers, and whenever."""
    for name, ask in (("inspect", runners.inspect), ("lm_eval", runners.lm_eval)):
        base, head = (
            records(ask(model, SMALL, tmp_path / name / model, limit=5)) for model in ("base", "light")
        )
        told = [
            {(one.case_key, one.prompt_hash, one.grader_fingerprint, one.target_hash) for one in found}
            for found in (base, head)
        ]
        assert told[0] == told[1]
        assert len(told[0]) == 10


def test_big_samples_in_pieces_as_inspects_own_converter_writes_them_are_the_same(
    runners: Runners, tmp_path: Path
) -> None:
    whole = ROOT / "tests" / "data" / "results" / "inspect" / "base" / f"{REVERSAL}.eval"
    module = "from inspect_ai.log._recorders.chunked.convert import convert_eval_logs_to_chunked as convert"
    program = f"{module}; convert({str(whole)!r}, 'out', chunk_size=1)"
    python = runners.place / "venv" / "bin" / "python"
    subprocess.run(
        [str(python), "-c", program], cwd=tmp_path, check=True, capture_output=True, timeout=TIMEOUT_S
    )

    assert unplaced(records(tmp_path / "out")) == unplaced(records(whole))
