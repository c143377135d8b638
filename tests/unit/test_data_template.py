"""Claims: the gate renders data with the model's own template, whole with its tokens, and a broken one is no pass."""

import json

from mist_ci.errors import ExitCode
from mist_ci.models.report import Report
from mist_ci.pipeline import Ask, run_gates
from tests.fakes import Commit, FakeModels, MemoryFiles, MemoryStores, never, world
from tests.unit.test_pipeline import BASE, reference, rows

LOOP = "{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}"
CONFIG = {
    "chat_template": LOOP,
    "eos_token": "</s>",
    "added_tokens_decoder": {"1": {"content": "<turn>", "special": True}},
}
DATA = {
    "data/train.jsonl": rows([1001, 1002]),
    "data/more.jsonl": rows([1007]).replace("Double", "Double <turn>"),
}


def gate(path: str, head: Commit, base: Commit | None = None) -> Report:
    model = {"models/bot.yml": reference("good-2026-01-01") + f"chat_template: {path}\n"}
    before: Commit = {**BASE, **model, **(base or {})}
    files = MemoryFiles(before, {**before, **head})
    (report,) = run_gates(
        world(files=files, models=FakeModels(never), results=MemoryStores()), Ask("main", "head")
    )
    return report


def codes(report: Report) -> list[tuple[str, str]]:
    return [(found.code, found.where.file) for data in report.data for found in data.findings]


def test_a_tokenizer_config_brings_template_and_tokens() -> None:
    config = json.dumps(CONFIG)
    report = gate("m/tokenizer_config.json", DATA, {"m/tokenizer_config.json": config})
    assert codes(report) == [("SF611", "data/more.jsonl")]
    assert report.decision.outcome.exit_code is ExitCode.FAILED


def test_a_jinja_file_takes_the_tokens_of_the_config_beside_it() -> None:
    tokens = json.dumps({"eos_token": "</s>", "additional_special_tokens": ["<turn>"]})
    alone = gate("m/t.jinja", DATA, {"m/t.jinja": LOOP, "tokenizer_config.json": tokens})
    assert codes(alone) == []
    beside = gate("m/t.jinja", DATA, {"m/t.jinja": LOOP, "m/tokenizer_config.json": tokens})
    assert codes(beside) == [("SF611", "data/more.jsonl")]


def test_a_template_that_cannot_be_read_is_an_error_and_a_change_may_repair_it() -> None:
    path, config, broken = "m/tokenizer_config.json", json.dumps(CONFIG), json.dumps({"chat_template": 7})
    report = gate(path, {**DATA, path: broken}, {path: config})
    assert report.decision.outcome.exit_code is ExitCode.CONFIG
    assert "must be a string" in report.model_dump_json()
    fixed = gate(path, {**DATA, path: config}, {path: broken})
    assert codes(fixed) == [("SF611", "data/more.jsonl")]


def test_rows_are_judged_anew_where_the_template_changed_and_it_is_said() -> None:
    refuses = LOOP.replace("{{ m.content }}", "{{ raise_exception('no') }}")
    same = gate("m/t.jinja", {}, {"m/t.jinja": refuses, "data/train.jsonl": rows([1001, 1002])})
    assert same.decision.outcome.exit_code is ExitCode.PASSED
    assert not any("chat template is not the one" in notice for notice in same.notices)
    base: Commit = {"m/t.jinja": LOOP, "data/train.jsonl": rows([1001, 1002])}
    report = gate("m/t.jinja", {"m/t.jinja": refuses}, base)
    assert codes(report) == [("SF601", "m/t.jinja")]
    assert report.decision.outcome.exit_code is ExitCode.FAILED
    assert any("chat template is not the one of the base branch" in notice for notice in report.notices)
