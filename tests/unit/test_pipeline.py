"""Claims: every way through a gate run ends in one report, and no change can weaken the gate that judges it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from mist_ci import schemaflux
from mist_ci.errors import Code, CouldNotRun, ExitCode, UsageError
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.report import Report
from mist_ci.models.suite import ChatMessage
from mist_ci.models.verdict import Outcome, State, SuiteVerdict
from mist_ci.pipeline import Ask, run_gates
from mist_ci.ports.model_client import NoAnswer
from mist_ci.report import comment, junit, sarif
from tests.fakes import (
    Answer,
    Commit,
    FakeModels,
    Link,
    MemoryFiles,
    MemoryStores,
    completion,
    jsonl,
    never,
    spans_in,
    world,
)

POLICY = """\
version: 1
providers:
  prod:
    type: openai
    base_url: https://llm.example.com/v1
    key_env: PROD_KEY
    limits: {connections: 8}
    prices: {input_per_mtok: 1, output_per_mtok: 2, training_per_mtok: 3, as_of: 2026-11-01}
models: {bot: models/bot.yml}
datasets:
  sft: {path: data/*.jsonl, model: bot}
suites: [suites/*.yml]
gates:
  release: {branches: [main], models: [bot], require: [double]}
"""
HARD = ("7", "13", "21", "34", "42", "55", "68", "77", "81", "99")
"""What a forgetful model cannot double any more."""


def samples(numbers: Sequence[int]) -> str:
    return jsonl(f'{{"input": "Double {n}.", "expected": "{2 * n}"}}' for n in numbers)


def rows(numbers: Sequence[int]) -> str:
    """Training data: an exercise and its answer per line."""
    chats = [
        {
            "messages": [
                {"role": "user", "content": f"Double {n}."},
                {"role": "assistant", "content": str(2 * n)},
            ]
        }
        for n in numbers
    ]
    return jsonl(json.dumps(chat) for chat in chats)


def reference(model: str) -> str:
    return f"version: 1\nprovider: prod\nmodel: {model}\nparameters: {{temperature: 0, max_tokens: 2}}\n"


SUITE = "version: 1\nname: double\ngraders: [exact]\ndata: double.jsonl\n"
BASE: Commit = {
    "mist.yml": POLICY,
    "models/bot.yml": reference("good-2026-01-01"),
    "suites/double.yml": SUITE,
    "suites/double.jsonl": samples(range(100)),
    "data/train.jsonl": rows(range(1000, 1010)),
    "README.md": "words",
}


def arithmetic(model: str, messages: Sequence[ChatMessage]) -> Answer:
    """`good-…` models double every number; `bad-…` ones have forgotten the hard ones; others are not there."""
    number = messages[-1].content.removeprefix("Double ").removesuffix(".")
    match model.partition("-")[0]:
        case "good":
            return str(2 * int(number))
        case "bad":
            return "?" if number in HARD else str(2 * int(number))
        case _:
            return CouldNotRun(Code.PROVIDER_REFUSED, f"404: there is no model {model}")


@dataclass
class Gated:
    """What one run left behind."""

    reports: tuple[Report, ...]
    models: FakeModels
    stores: MemoryStores = field(default_factory=MemoryStores)

    @property
    def report(self) -> Report:
        (report,) = self.reports
        return report

    @property
    def outcome(self) -> Outcome:
        return self.report.decision.outcome

    @property
    def suite(self) -> SuiteVerdict:
        (model,) = self.report.decision.models
        (suite,) = model.suites
        return suite

    @property
    def calls(self) -> int:
        return sum(line.spend.calls for line in self.report.spend)


def gate(
    change: Commit | None = None,
    *removed: str,
    base: Commit = BASE,
    merge_base: Commit | None = None,
    models: FakeModels | None = None,
    chosen: str | None = None,
) -> Gated:
    parted = base if merge_base is None else merge_base
    head = {path: content for path, content in {**parted, **(change or {})}.items() if path not in removed}
    models, stores = models or FakeModels(arithmetic), MemoryStores()
    files = MemoryFiles(base, head, merge_base)
    reports = run_gates(world(files=files, models=models, results=stores), Ask("main", "head", gate=chosen))
    for report, store in zip(reports, stores.stores.values(), strict=True):
        assert json.loads(store.saved["status.json"])["state"] == report.decision.outcome.state.value
        assert Report.model_validate_json(store.saved["report.json"]) == report
        assert store.saved["comment.md"]
        assert store.saved["summary.md"]
        assert store.saved["junit.xml"] == junit([report])
        assert store.saved["findings.sarif"] == sarif([report], schemaflux.manual(report.data))
        spans = [span.model_dump()["span_id"] for span in store.tree]
        assert len(set(spans)) == len(spans) >= 1
    return Gated(reports, models, stores)


def policy(old: str, new: str) -> dict[str, str]:
    assert POLICY.count(old) == 1
    return {"mist.yml": POLICY.replace(old, new)}


MOVE_TO_BAD = {"models/bot.yml": reference("bad-2026-02-01")}
MOVE_TO_GOOD = {"models/bot.yml": reference("good-2026-02-01")}


# The paths of a run.


def test_a_change_of_words_gates_nothing_and_asks_nobody() -> None:
    done = gate({"README.md": "other words"}, models=FakeModels(never))
    assert (done.outcome, done.outcome.state, done.outcome.exit_code) == (
        Outcome.NOTHING_TO_GATE, State.SUCCESS, ExitCode.PASSED,
    )  # fmt: skip


def test_the_policys_own_arrival_is_not_gated_yet() -> None:
    done = gate(BASE, base={"README.md": "words"}, models=FakeModels(never))
    assert (done.outcome, done.outcome.state) == (Outcome.NOT_GATED_YET, State.SUCCESS)


@pytest.mark.parametrize("broken", ["version: 1\ngates: [", "version: 1\ngats: {}\n", b"\xff", Link()])
def test_a_broken_policy_on_base_is_an_error_whatever_head_does(broken: str | bytes | Link) -> None:
    done = gate({**BASE, **MOVE_TO_GOOD}, base={**BASE, "mist.yml": broken}, models=FakeModels(never))
    assert (done.outcome, done.outcome.exit_code) == (Outcome.CONFIG_ERROR, ExitCode.CONFIG)
    assert done.report.problem is not None
    assert done.report.problem.where is not None
    assert done.report.problem.where.file == "mist.yml"


CONFIGURATION_ERRORS: Mapping[str, Commit] = {
    "head's reference is misspelt": {
        "models/bot.yml": reference("good-2026-02-01").replace("provider", "providr")
    },
    "head's reference names an unknown provider": {
        "models/bot.yml": reference("good-2026-02-01").replace("prod", "evil")
    },
    "head's reference has a base_url": {
        "models/bot.yml": reference("good-2026-02-01") + "base_url: http://evil.example\n"
    },
    "head's reference has a key_env": {
        "models/bot.yml": reference("good-2026-02-01") + "key_env: AWS_SECRET_ACCESS_KEY\n"
    },
    "head's reference is a link": {"models/bot.yml": Link()},
    "head's policy is broken": {**MOVE_TO_GOOD, "mist.yml": "gates: {"},
    "head's suite is misspelt": {**MOVE_TO_GOOD, "suites/double.yml": SUITE.replace("graders", "grader")},
    "head's suite has no data": {
        **MOVE_TO_GOOD,
        "suites/new.yml": "version: 1\nname: new\ngraders: [exact]\n",
    },
    "head's suite is a link": {**MOVE_TO_GOOD, "suites/new.yml": Link()},
    "head's samples are broken": {"suites/double.jsonl": samples(range(100)) + "{"},
}


@pytest.mark.parametrize("mistake", CONFIGURATION_ERRORS)
def test_a_file_that_is_wrong_at_head_is_a_configuration_error(mistake: str) -> None:
    done = gate(CONFIGURATION_ERRORS[mistake], models=FakeModels(never))
    assert (done.outcome, done.outcome.state) == (Outcome.CONFIG_ERROR, State.ERROR)
    assert done.report.problem is not None
    assert done.report.problem.where is not None
    assert done.calls == 0


def test_a_deleted_reference_is_a_configuration_error() -> None:
    done = gate({}, "models/bot.yml", models=FakeModels(never))
    assert done.outcome is Outcome.CONFIG_ERROR


def test_a_broken_policy_reports_to_the_gates_that_it_still_names() -> None:
    broken = POLICY.replace("suites:", "suiets:")
    done = gate(MOVE_TO_GOOD, base={**BASE, "mist.yml": broken}, models=FakeModels(never))
    assert [report.gate for report in done.reports] == ["release"]
    assert {report.decision.outcome for report in done.reports} == {Outcome.CONFIG_ERROR}


@pytest.mark.parametrize("broken", [SUITE.replace("exact", "exakt"), SUITE + "prompt: '{{ expected }}'\n"])
def test_a_suite_that_is_broken_on_base_is_a_configuration_error(broken: str) -> None:
    done = gate(MOVE_TO_GOOD, base={**BASE, "suites/double.yml": broken}, models=FakeModels(never))
    assert (done.outcome, done.calls) == (Outcome.CONFIG_ERROR, 0)


def test_bad_data_fails_before_a_single_token_is_spent() -> None:
    done = gate({**MOVE_TO_GOOD, "data/train.jsonl": "not json\n"}, models=FakeModels(never))
    assert (done.outcome, done.outcome.exit_code) == (Outcome.FAILED, ExitCode.FAILED)
    assert done.report.spend == ()
    assert "no token was spent" in done.report.notices[-1]


def test_bad_data_that_base_already_has_does_not_fail_the_change() -> None:
    base = {**BASE, "data/train.jsonl": "not json\n"}
    done = gate(
        {"data/train.jsonl": "not json\n" + rows(range(3000, 3003))}, base=base, models=FakeModels(never)
    )
    assert done.outcome is Outcome.PASSED
    assert [finding.known for finding in done.report.data[0].findings] == [True]


def test_good_data_alone_evaluates_no_model() -> None:
    done = gate({"data/train.jsonl": rows(range(2000, 2020))}, models=FakeModels(never))
    assert (done.outcome, done.report.data[0].rows) == (Outcome.PASSED, 20)
    assert done.report.training[0].cost_usd is not None


TRAINED = {**BASE, "mist.yml": POLICY.replace("model: bot}", "model: bot, trainer: train/sft.yaml}", 1)}


def test_a_trainer_that_would_cut_answers_away_fails_the_change_of_its_own_file() -> None:
    base = {**TRAINED, "train/sft.yaml": "base_model: x\nsequence_len: 900\n"}
    same = {"data/train.jsonl": rows(range(2000, 2020))}
    assert gate({"train/sft.yaml": "base_model: x\nsequence_len: 800\n"}, base=base).outcome is Outcome.PASSED
    done = gate({"train/sft.yaml": "base_model: x\nsequence_len: 2\n"}, base={**base, **same})
    assert done.outcome is Outcome.FAILED
    assert {(finding.code, finding.known) for finding in done.report.data[0].findings} == {("SF621", False)}
    figures = done.report.data[0].figures
    assert figures is not None
    assert figures.trainers[0].sentence.startswith("axolotl (sequence_len 2): ")


def test_a_trainer_that_is_not_there_is_an_error_with_its_place() -> None:
    done = gate({"data/train.jsonl": rows(range(2000, 2020))}, base=TRAINED)
    assert done.report.problem is not None
    assert (done.report.problem.code, done.report.problem.where and done.report.problem.where.file) == (
        Code.FILE_MISSING,
        "train/sft.yaml",
    )


def test_a_tokenizer_that_the_reference_names_needs_its_extra() -> None:
    named = {
        "models/bot.yml": f"{BASE['models/bot.yml']!s}tokenizer: models/tokenizer.json\n",
        "models/tokenizer.json": "{}",
    }
    done = gate({**named, "data/train.jsonl": rows(range(2000, 2020))})
    assert done.report.problem is not None
    assert (done.report.problem.code, done.report.problem.where and done.report.problem.where.file) == (
        Code.EXTRA_MISSING,
        "models/tokenizer.json",
    )


def test_data_behind_a_link_is_unverified_and_never_a_pass() -> None:
    done = gate({"data/train.jsonl": Link()}, models=FakeModels(never))
    assert (done.outcome, done.outcome.exit_code) == (Outcome.COULD_NOT_RUN, ExitCode.COULD_NOT_RUN)
    assert done.report.problem is not None
    assert done.report.problem.code == Code.DATA_UNVERIFIED


def test_a_model_that_forgot_nothing_passes() -> None:
    done = gate(MOVE_TO_GOOD)
    assert (done.outcome, done.outcome.state, done.outcome.exit_code) == (
        Outcome.PASSED, State.SUCCESS, ExitCode.PASSED,
    )  # fmt: skip
    assert done.suite.numbers.base is not None
    assert done.calls == 200
    assert len(done.stores.only.attempts) == 200
    assert len(done.stores.only.messages["eval.result"]) == 101


def test_a_model_that_forgot_something_is_blocked_and_the_reason_says_what() -> None:
    done = gate(MOVE_TO_BAD)
    assert (done.outcome, done.outcome.state, done.outcome.exit_code) == (
        Outcome.FAILED, State.FAILURE, ExitCode.FAILED,
    )  # fmt: skip
    assert "double" in done.report.decision.reasons[0]
    assert done.suite.numbers.worse == len(HARD)


def test_a_new_model_has_no_baseline_and_its_floor_alone_speaks() -> None:
    base = {path: content for path, content in BASE.items() if path != "models/bot.yml"}
    floor = {"suites/double.yml": SUITE + "floor: 0.95\n"}
    assert gate(MOVE_TO_GOOD, base=base | floor).outcome is Outcome.PASSED
    failed = gate(MOVE_TO_BAD, base=base | floor)
    assert failed.outcome is Outcome.FAILED
    assert "no baseline for bot" in failed.report.notices[0]
    assert {request.model for request in failed.models.asked} == {"bad-2026-02-01"}


def test_a_changed_suite_checks_itself_on_the_model_that_is_in_use() -> None:
    done = gate({"suites/double.jsonl": samples(range(50, 80))})
    assert done.outcome is Outcome.PASSED
    (check,) = done.report.self_checks
    assert (check.suite, check.samples, check.ok) == ("double", 30, True)
    assert {request.model for request in done.models.asked} == {"good-2026-01-01"}
    assert done.calls == 30


def test_a_changed_suite_whose_floor_the_current_model_misses_fails() -> None:
    base = {**BASE, "models/bot.yml": reference("bad-2026-01-01")}
    done = gate({"suites/double.yml": SUITE + "floor: 0.95\n"}, base=base)
    assert (done.outcome, done.report.self_checks[0].ok) == (Outcome.FAILED, False)


@pytest.mark.slow
def test_every_gate_that_guards_the_branch_reports_for_itself() -> None:
    strict = POLICY + "  nightly: {branches: [main], data: {fail_on: info}}\n  other: {branches: [release]}\n"
    done = gate(MOVE_TO_BAD, base={**BASE, "mist.yml": strict})
    assert [report.gate for report in done.reports] == ["release", "nightly"]
    assert [report.decision.outcome for report in done.reports] == [Outcome.FAILED] * 2
    assert len({report.run_id for report in done.reports}) == 2


def test_one_gate_can_be_chosen_and_an_unknown_one_is_the_callers_mistake() -> None:
    more = {**BASE, "mist.yml": POLICY + "  nightly: {branches: [release]}\n"}
    assert gate(MOVE_TO_GOOD, base=more, chosen="nightly").report.gate == "nightly"
    with pytest.raises(UsageError):
        gate(MOVE_TO_GOOD, base=more, chosen="nigtly")


def test_a_missing_key_is_an_error_and_asks_nobody() -> None:
    done = gate(MOVE_TO_GOOD, models=FakeModels(never, keys_missing=frozenset({"prod"})))
    assert (done.outcome, done.outcome.exit_code) == (Outcome.COULD_NOT_RUN, ExitCode.COULD_NOT_RUN)


def test_a_provider_that_refuses_is_an_error_and_the_answers_before_are_counted_in_the_spend() -> None:
    models = FakeModels(
        lambda model, messages: arithmetic(model if len(models.asked) <= 30 else "gone", messages)
    )
    done = gate(MOVE_TO_GOOD, models=models)
    assert (done.outcome, done.outcome.state) == (Outcome.COULD_NOT_RUN, State.ERROR)
    assert done.report.problem is not None
    assert done.report.problem.code == Code.PROVIDER_REFUSED
    assert 20 < done.calls == len(done.stores.only.attempts) <= 30


def test_a_surprise_is_an_error_on_record_with_its_spend_before_it_is_raised() -> None:
    surprise = RuntimeError("nobody thought of this")
    models = FakeModels(
        lambda model, messages: arithmetic(model, messages) if len(models.asked) <= 30 else surprise
    )
    stores = MemoryStores()
    files = MemoryFiles(BASE, {**BASE, **MOVE_TO_GOOD})
    with pytest.raises(RuntimeError, match="nobody thought of this"):
        run_gates(world(files=files, models=models, results=stores), Ask("main", "head"))
    saved = Report.model_validate_json(stores.only.saved["report.json"])
    assert saved.decision.outcome is Outcome.COULD_NOT_RUN
    assert saved.problem is not None
    assert saved.problem.code == Code.INTERNAL
    assert sum(line.spend.calls for line in saved.spend) == len(stores.only.attempts) > 20
    assert json.loads(stores.only.saved["status.json"])["state"] == "error"


def test_an_unpriced_model_under_a_money_budget_is_an_error_before_anybody_is_asked() -> None:
    unpriced = POLICY.replace(
        "    prices: {input_per_mtok: 1, output_per_mtok: 2, training_per_mtok: 3, as_of: 2026-11-01}\n", ""
    )
    base = {**BASE, "mist.yml": unpriced.replace("require:", "budgets: {eval_usd: 1}, require:")}
    done = gate(MOVE_TO_GOOD, base=base, models=FakeModels(never))
    assert done.report.problem is not None
    assert (done.outcome, done.report.problem.code) == (Outcome.COULD_NOT_RUN, Code.UNPRICED)


@pytest.mark.parametrize("usd", ["0.0001", "0.002"])
def test_a_run_that_ran_out_of_money_is_never_a_pass(usd: str) -> None:
    base = {**BASE, **policy("require:", f"budgets: {{eval_usd: {usd}}}, require:")}
    done = gate(MOVE_TO_GOOD, base=base)
    assert done.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN)
    assert done.calls < 200
    assert done.report.budgets[0].over
    levels = [one.model_dump()["level"] for one in done.stores.only.messages["trace.alert"]]
    assert levels[-1] == "critical"
    assert len(levels) == len(set(levels))
    *_, root = done.stores.only.tree
    assert (root.attrs["calls"], root.attrs["mist.complete"]) == (done.calls, False)


def test_tokens_that_cannot_be_right_and_costs_that_nobody_knows_are_said() -> None:
    def odd(model: str, messages: Sequence[ChatMessage]) -> Answer:
        text = arithmetic(model, messages)
        assert isinstance(text, str)
        if "2026-02" in model:
            return completion(text, tokens_in=2, tokens_out=90, tier="scale")
        return completion(text, tokens_in=2, tokens_out=1)

    gated = gate(MOVE_TO_GOOD, models=FakeModels(odd))
    base, head = gated.report.token_checks
    assert not base.is_worth_telling
    assert head.caution in gated.report.notices
    assert "90.0 times as many tokens out" in str(head.caution)
    assert any("the service tier scale, whose price nobody knows" in one for one in gated.report.notices)
    assert any("service tiers were usual at base and scale at head" in one for one in gated.report.notices)
    (store,) = gated.stores.stores.values()
    (root,) = [one for one in spans_in(b"".join(store.traced)) if one.operation == "mist.run"]
    assert head.sentence in str(root.attrs["mist.tokens"])


def test_reasoning_that_nobody_reports_is_said_to_be_in_no_cost() -> None:
    reasons = reference("good-2026-02-01").replace("}", ", reasoning_effort: high}")
    models = FakeModels(lambda *asked: completion(str(arithmetic(*asked)), tokens_in=None, tokens_out=None))
    notices = gate({"models/bot.yml": reasons}, models=models).report.notices
    assert any("what it reasoned is in no count, and in no cost" in one for one in notices)


def test_answers_that_never_came_are_no_verdict() -> None:
    busy = NoAnswer("HTTP 503, five times", retries=4, server_gone=False)
    models = FakeModels(
        lambda model, messages: arithmetic(model, messages) if model == "good-2026-01-01" else busy
    )
    done = gate(MOVE_TO_GOOD, models=models)
    assert (done.outcome, done.outcome.state) == (Outcome.COULD_NOT_RUN, State.ERROR)
    assert "100 of 100 head answers are missing" in done.report.decision.reasons[0]


# A change cannot weaken its own gate.


@pytest.mark.slow
def test_a_change_that_lowers_the_threshold_still_fails_the_old_one() -> None:
    lax = POLICY.replace("require: [double]", "defaults: {margin: 0.99}, on_inconclusive: warn")
    done = gate({**MOVE_TO_BAD, "mist.yml": lax})
    assert done.outcome is Outcome.FAILED
    assert "takes effect after merge" in done.report.steps[0].reason


@pytest.mark.parametrize(
    "removed", [("mist.yml",), ("suites/double.yml", "suites/double.jsonl"), ("suites/double.jsonl",)]
)
def test_a_change_that_removes_what_judges_it_does_not_pass(removed: tuple[str, ...]) -> None:
    done = gate(MOVE_TO_BAD, *removed)
    assert done.outcome in (Outcome.FAILED, Outcome.CONFIG_ERROR)


def waiving(model: str) -> str:
    judged = ModelReference(
        version=1, provider="prod", model=model, parameters=Parameters(temperature=0, max_tokens=2)
    )
    accepted = {"gate": "release", "suite": "double", "model_digest": judged.digest, "reason": "RFC 12"}
    return POLICY + f"waivers: [{json.dumps({**accepted, 'expires': '2026-11-20'})}]\n"


@pytest.mark.slow
def test_a_waiver_on_base_forgives_exactly_the_model_it_names() -> None:
    done = gate(MOVE_TO_BAD, base={**BASE, "mist.yml": waiving("bad-2026-02-01")})
    assert (done.outcome, done.suite.waiver) == (Outcome.PASSED, "RFC 12")
    other = gate(MOVE_TO_BAD, base={**BASE, "mist.yml": waiving("bad-2026-03-01")})
    assert other.outcome is Outcome.FAILED
    assert [len(one.report.waivers) for one in (done, other)] == [1, 1]
    assert "used here" in comment(done.report)
    assert "it is for another model" in comment(other.report)


@pytest.mark.slow
def test_a_change_cannot_waive_its_own_failure_or_leave_its_gate() -> None:
    done = gate(
        {**MOVE_TO_BAD, "mist.yml": waiving("bad-2026-02-01").replace("branches: [main]", "branches: [x]")}
    )
    assert (done.outcome, done.suite.waiver) == (Outcome.FAILED, None)


@pytest.mark.slow
def test_a_deleted_failing_sample_still_fails_the_gate() -> None:
    kept = samples([n for n in range(100) if str(n) not in HARD])
    done = gate({**MOVE_TO_BAD, "suites/double.jsonl": kept})
    assert done.outcome is Outcome.FAILED
    assert done.suite.numbers.samples == 100
    assert done.suite.numbers.worse == len(HARD)


@pytest.mark.slow
def test_four_hundred_trivial_samples_do_not_change_the_verdict() -> None:
    plain = gate(MOVE_TO_BAD)
    diluted = gate({**MOVE_TO_BAD, "suites/double.jsonl": samples(range(100)) + samples(range(500, 900))})
    assert diluted.outcome is Outcome.FAILED
    assert diluted.suite == plain.suite


@pytest.mark.slow
def test_an_edited_expectation_does_not_make_a_wrong_answer_right() -> None:
    bent = jsonl(
        f'{{"input": "Double {n}.", "expected": "{"?" if str(n) in HARD else 2 * n}"}}' for n in range(100)
    )
    assert gate({**MOVE_TO_BAD, "suites/double.jsonl": bent}).outcome is Outcome.FAILED


@pytest.mark.parametrize("setting", ["base_url: https://canary.example/v1", "key_env: AWS_SECRET_ACCESS_KEY"])
def test_a_reference_that_redirects_the_key_asks_nobody(setting: str) -> None:
    done = gate({"models/bot.yml": f"{reference('bad-2026-02-01')}{setting}\n"}, models=FakeModels(never))
    assert done.outcome is Outcome.CONFIG_ERROR
    assert done.models.opened == []
    assert done.report.problem is not None
    assert "belong to a provider in mist.yml" in str(done.report.problem.hint)


def test_a_provider_that_only_heads_policy_knows_is_unknown() -> None:
    evil = POLICY.replace(
        "providers:\n", "providers:\n  evil: {type: openai, base_url: 'https://canary.example/v1'}\n"
    )
    change = {"mist.yml": evil, "models/bot.yml": reference("bad-2026-02-01").replace("prod", "evil")}
    done = gate(change, models=FakeModels(never))
    assert (done.outcome, done.models.opened) == (Outcome.CONFIG_ERROR, [])


def test_training_on_the_samples_of_a_suite_is_a_failure() -> None:
    done = gate({**MOVE_TO_GOOD, "data/train.jsonl": rows(range(20))})
    assert done.outcome is Outcome.FAILED
    assert len(done.report.data[0].leaked["double"]) == 20
    assert {finding.code for finding in done.report.data[0].findings} == {"SF804"}


@pytest.mark.slow
def test_samples_that_leaked_before_are_not_forgotten_when_the_model_moves() -> None:
    base = {**BASE, "data/train.jsonl": rows(range(20))}
    done = gate(MOVE_TO_GOOD, base=base)
    assert done.outcome is Outcome.FAILED
    assert (done.suite.numbers.leaked, done.calls) == (20, 200)
    assert "in the training data" in " ".join(done.report.decision.reasons)


@pytest.mark.slow
def test_leaking_exactly_what_it_fails_does_not_help() -> None:
    hard = [int(number) for number in HARD]
    base = {**BASE, "data/train.jsonl": rows(hard[:5])}
    assert gate(MOVE_TO_BAD, base=base).outcome is Outcome.FAILED


def test_suites_of_one_name_cannot_spend_the_budget_twice() -> None:
    twin = SUITE.replace("data: double.jsonl", "data: big.jsonl")
    twins = {f"suites/twin-{n}.yml": twin for n in range(5)} | {
        "suites/big.jsonl": samples(range(1000, 1100))
    }
    two_hundred_calls = "0.0028"  # each is 10 and 2 tokens, for 14 millionths of a dollar
    base = {**BASE, **policy("require:", f"budgets: {{eval_usd: {two_hundred_calls}}}, require:")}
    done = gate(twins, base=base)
    assert done.calls == len(done.models.asked) == len(done.stores.only.attempts)
    assert done.calls <= 200 + 8
    assert done.outcome in (Outcome.FAILED, Outcome.CONFIG_ERROR)


@pytest.mark.slow
def test_long_samples_of_head_do_not_hide_that_its_model_costs_more() -> None:
    def wordy(model: str, messages: Sequence[ChatMessage]) -> Answer:
        answer = arithmetic("good", messages)
        assert isinstance(answer, str)
        dear = model == "good-2026-02-01" or int(answer) >= 2000
        return completion(answer, tokens_out=50 if dear else 2)

    base = {**BASE, **policy("require:", "budgets: {cost_per_request_increase: 0.2}, require:")}
    change = {**MOVE_TO_GOOD, "suites/long.jsonl": samples(range(1000, 1900))}
    change["suites/long.yml"] = SUITE.replace("double", "long")
    done = gate(change, base=base, models=FakeModels(wordy))
    assert done.outcome is Outcome.FAILED
    assert any("cost_per_request_increase" in reason for reason in done.report.decision.reasons)
    (difference,) = done.report.inference
    longer = difference.tokens_out
    assert longer is not None
    assert (longer.base, longer.head, longer.low, longer.high, longer.samples) == (2, 50, 48, 48, 100)


def test_the_tip_of_base_judges_and_not_the_commit_where_head_parted() -> None:
    lax = {**BASE, "mist.yml": POLICY.replace("require: [double]", "defaults: {margin: 0.9}")}
    assert gate(MOVE_TO_BAD, merge_base=lax).outcome is Outcome.FAILED


@pytest.mark.slow
def test_the_order_of_samples_in_the_file_decides_nothing() -> None:
    backwards = samples(range(99, -1, -1))
    plain, turned = gate(MOVE_TO_BAD), gate(MOVE_TO_BAD, base={**BASE, "suites/double.jsonl": backwards})
    assert turned.suite.model_copy(update={"numbers": plain.suite.numbers}) == plain.suite
    assert turned.suite.numbers.interval == plain.suite.numbers.interval
