"""Claims: the table "what changed → what runs" of page 0, row by row, with a reason for each item."""

import pytest

from mist_ci.errors import Code, ConfigError, CouldNotRun, MistError, UsageError
from mist_ci.matchspec import find
from mist_ci.models.config import Policy
from mist_ci.models.plan import Plan, StepKind
from mist_ci.parsing import safe_yaml
from mist_ci.planning import make_plan, read_policy
from mist_ci.planning.checks import check_paths
from mist_ci.planning.plan import gate_names
from mist_ci.ports.files import NoFiles
from tests.fakes import Commit, Link, MemoryFiles

POLICY = """\
version: 1
providers: {prod: {type: openai, base_url: "https://llm.example.com/v1"}}
models: {bot: models/bot.yml, other: models/other.yml}
datasets:
  bot-data: {path: data/bot/*.jsonl, model: bot}
  other-data: {path: data/other/*.jsonl, model: other}
  loose-data: {path: data/loose.jsonl}
suites: [suites/*.yml]
gates:
  release: {branches: [main, "release/*"], models: [bot], require: [qa]}
"""
BOT = "version: 1\nprovider: prod\nmodel: bot-1\n"
SUITE = "version: 1\nname: qa\ngraders: [exact]\ndata: qa.jsonl\n"
SAMPLES = '{"input": "2+2?", "expected": "4"}\n'
BASE: Commit = {
    "mist.yml": POLICY,
    "models/bot.yml": BOT + "chat_template: templates/bot.jinja\n",
    "models/other.yml": BOT.replace("bot-1", "other-1"),
    "templates/bot.jinja": "{{ messages }}",
    "suites/qa.yml": SUITE,
    "suites/qa.jsonl": SAMPLES,
    "data/bot/a.jsonl": "{}\n",
    "data/other/a.jsonl": "{}\n",
    "data/loose.jsonl": "{}\n",
    "README.md": "words",
}


def plan_of(files: MemoryFiles, gate: str = "release") -> Plan:
    event = files.event("main", "head")
    trees = {"base": files.tree(event.base, "base"), "head": files.tree(event.head, "head")}
    policy = read_policy(trees["base"], "mist.yml")
    assert policy is not None
    changes = files.changes(event.merge_base, event.head)
    suites = find(trees["base"], policy.suites, "mist.yml", NoFiles())
    return make_plan(event, gate, policy, "mist.yml", changes, suites, trees)


def plan_for(change: Commit, *removed: str, base: Commit = BASE, gate: str = "release") -> Plan:
    head = {path: content for path, content in {**base, **change}.items() if path not in removed}
    return plan_of(MemoryFiles(base, head), gate)


def steps(plan: Plan) -> list[tuple[StepKind, str, str]]:
    return [(step.kind, step.subject, step.reason) for step in plan.steps]


def kinds(plan: Plan) -> list[tuple[StepKind, str]]:
    return [(step.kind, step.subject) for step in plan.steps]


REASON = "training data of what is evaluated: looked through for leaked samples"
LEAKS = (StepKind.VALIDATE, "bot-data", REASON)
LOOSE_LEAKS = (StepKind.VALIDATE, "loose-data", REASON)


def test_nothing_that_mist_knows_changed_so_nothing_runs() -> None:
    assert plan_for({"README.md": "other words", "src/app.py": "x"}).steps == ()


def test_changed_data_is_validated_and_models_are_left_alone() -> None:
    plan = plan_for({"data/bot/a.jsonl": "{}\n{}\n"})
    assert steps(plan) == [(StepKind.VALIDATE, "bot-data", "data/bot/a.jsonl changed")]
    assert plan.models == ()
    assert list(plan.datasets) == ["bot-data"]


def test_added_and_deleted_files_are_changes_of_the_data_too() -> None:
    plan = plan_for({"data/bot/b.jsonl": "{}\n", "data/bot/c.jsonl": "{}\n"}, "data/bot/a.jsonl")
    assert steps(plan) == [(StepKind.VALIDATE, "bot-data", "data/bot/a.jsonl and 2 more changed")]


def test_data_of_a_model_that_the_gate_does_not_guard_is_not_its_business() -> None:
    assert plan_for({"data/other/a.jsonl": "{}\n{}\n"}).steps == ()


def test_data_of_no_particular_model_is_everybodys_business() -> None:
    assert kinds(plan_for({"data/loose.jsonl": "{}\n{}\n"})) == [(StepKind.VALIDATE, "loose-data")]


@pytest.mark.parametrize("content", [Link()])
def test_data_that_became_a_link_is_never_taken_for_valid(content: Link) -> None:
    for path in ("data/bot/a.jsonl", "data/bot/new.jsonl"):
        with pytest.raises(CouldNotRun) as caught:
            plan_for({path: content})
        assert caught.value.code is Code.DATA_UNVERIFIED
        assert str(caught.value.where) == path


def test_a_changed_reference_is_evaluated_against_the_one_at_the_tip_of_base() -> None:
    parted = {**BASE, "models/bot.yml": BOT.replace("bot-1", "bot-0")}
    head = {**parted, "models/bot.yml": BOT.replace("bot-1", "bot-2")}
    plan = plan_of(MemoryFiles(BASE, head, merge_base=parted))
    (model,) = plan.models
    assert model.base is not None
    assert (model.base.model, model.head.model) == ("bot-1", "bot-2")
    assert model.base_label == "models/bot.yml at bbbbbbb"
    assert steps(plan) == [LEAKS, LOOSE_LEAKS, (StepKind.EVALUATE, "bot", "models/bot.yml changed")]


def test_what_changed_on_base_only_is_not_a_change_of_head() -> None:
    parted = {**BASE, "models/bot.yml": BOT.replace("bot-1", "bot-0"), "data/bot/a.jsonl": ""}
    assert plan_of(MemoryFiles(BASE, parted, merge_base=parted)).steps == ()


def test_a_changed_reference_of_a_model_that_the_gate_does_not_guard_is_not_evaluated() -> None:
    assert plan_for({"models/other.yml": BOT}).steps == ()


def test_a_gate_that_names_no_models_guards_all_of_them() -> None:
    base = {**BASE, "mist.yml": POLICY.replace("models: [bot], require", "require")}
    plan = plan_for({"models/other.yml": BOT, "models/bot.yml": BOT}, base=base)
    assert [model.name for model in plan.models] == ["bot", "other"]
    assert (StepKind.VALIDATE, "other-data") in kinds(plan)


def test_a_new_model_has_no_baseline_and_the_plan_says_so() -> None:
    base = {path: content for path, content in BASE.items() if path != "models/bot.yml"}
    plan = plan_for({"models/bot.yml": BOT}, base=base)
    (model,) = plan.models
    assert model.base is None
    assert plan.notices == ("no baseline for bot: models/bot.yml is not on the base branch, floors only",)


def test_a_deleted_reference_is_an_error_that_says_which_and_what_to_do() -> None:
    with pytest.raises(ConfigError) as caught:
        plan_for({}, "models/bot.yml")
    assert caught.value.code is Code.FILE_MISSING
    assert str(caught.value.where) == "models/bot.yml"
    assert "first take bot out" in str(caught.value.hint)


def test_a_reference_that_became_a_link_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        plan_for({"models/bot.yml": Link()})
    assert caught.value.code is Code.UNSAFE_PATH


def test_a_gate_may_compare_with_a_fixed_reference() -> None:
    base = {
        **BASE,
        "mist.yml": POLICY.replace("require: [qa]", "compare_to: models/pretrained.yml"),
        "models/pretrained.yml": BOT.replace("bot-1", "pretrained"),
    }
    (model,) = plan_for({"models/bot.yml": BOT.replace("bot-1", "bot-2")}, base=base).models
    assert model.base is not None
    assert (model.base.model, model.base_label) == ("pretrained", "models/pretrained.yml at bbbbbbb")


def test_a_misspelt_baseline_never_switches_the_comparison_off() -> None:
    base = {**BASE, "mist.yml": POLICY.replace("require: [qa]", "compare_to: models/pretraind.yml")}
    with pytest.raises(ConfigError) as caught:
        plan_for({"models/bot.yml": BOT.replace("bot-1", "bot-2")}, base=base)
    assert caught.value.code is Code.FILE_MISSING
    assert str(caught.value.where) == "mist.yml:10:59: gates.release.compare_to"


@pytest.mark.parametrize("text", [SUITE + "floor: 0.5\n", SUITE + "# words\n"])
def test_an_edited_suite_checks_itself_and_nothing_is_compared(text: str) -> None:
    plan = plan_for({"suites/qa.yml": text})
    assert steps(plan) == [(StepKind.SELF_CHECK, "suites/qa.yml", "suites/qa.yml changed")]
    assert plan.changed_suites == ("suites/qa.yml",)


def test_an_added_suite_checks_itself() -> None:
    new = SUITE.replace("name: qa", "name: new").replace("qa.jsonl", "new.jsonl")
    plan = plan_for({"suites/new.yml": new, "suites/new.jsonl": SAMPLES})
    assert plan.changed_suites == ("suites/new.yml",)


def test_changed_samples_check_their_suite_although_its_file_is_the_same() -> None:
    plan = plan_for({"suites/qa.jsonl": SAMPLES + '{"input": "1+1?", "expected": "2"}\n'})
    assert steps(plan) == [(StepKind.SELF_CHECK, "suites/qa.yml", "suites/qa.jsonl changed")]


def test_a_file_that_tests_of_promptfoo_name_checks_their_suite() -> None:
    tests = "prompts: ['{{q}}']\ntests: [{vars: {q: file://q.txt}, assert: [{type: equals, value: a}]}]\n"
    suite = "version: 1\nname: pf\ndata: tests.yaml\n"
    base = {**BASE, "suites/pf.yml": suite, "suites/tests.yaml": tests, "suites/q.txt": "Why?"}
    plan = plan_for({"suites/q.txt": "What?"}, base=base)
    assert steps(plan) == [(StepKind.SELF_CHECK, "suites/pf.yml", "suites/q.txt changed")]


def test_a_suite_and_its_samples_are_checked_once() -> None:
    plan = plan_for({"suites/qa.yml": SUITE + "floor: 0.5\n", "suites/qa.jsonl": SAMPLES * 2})
    assert plan.changed_suites == ("suites/qa.yml",)


def test_a_removed_suite_still_decides_and_the_plan_says_so() -> None:
    plan = plan_for({}, "suites/qa.yml", "suites/qa.jsonl")
    assert kinds(plan) == [(StepKind.SUITE_REMOVED, "suites/qa.yml")]
    assert plan.changes_what_judges == (
        "suites/qa.yml is removed: the suite still decides here, until the merge",
    )


def test_a_changed_policy_takes_effect_after_the_merge() -> None:
    plan = plan_for({"mist.yml": POLICY + "    defaults: {margin: 0.99}\n".replace("    ", "# ")})
    ((kind, subject, reason),) = steps(plan)
    assert (kind, subject) == (StepKind.LINT_POLICY, "mist.yml")
    assert "takes effect after merge" in reason


def test_the_plan_is_made_from_the_policy_of_base() -> None:
    lax = POLICY.replace("require: [qa]", "defaults: {margin: 0.99, alpha: 0.2}")
    plan = plan_for({"mist.yml": lax, "models/bot.yml": BOT})
    assert (plan.gate.defaults.margin, plan.gate.defaults.alpha) == (0.05, 0.05)
    assert plan.gate.require == ("qa",)


def test_a_removed_policy_takes_effect_after_the_merge() -> None:
    assert steps(plan_for({}, "mist.yml")) == [
        (
            StepKind.LINT_POLICY,
            "mist.yml",
            "policy removed: takes effect after merge, and nothing is gated from then on",
        )
    ]


def test_a_file_that_answers_is_part_of_the_policy() -> None:
    own = "own: {type: python, callable: 'answers:answer', files: [answers.py]}}"
    text = POLICY.replace('/v1"}}', f'/v1"}}, {own}')
    base = {**BASE, "mist.yml": text, "answers.py": "def answer(asked): ..."}
    ((kind, subject, reason),) = steps(plan_for({"answers.py": "import head"}, base=base))
    assert (kind, subject) == (StepKind.LINT_POLICY, "answers.py")
    assert "takes effect after merge" in reason
    with pytest.raises(ConfigError, match=r"answers\.py is not in"):
        plan_for({}, "answers.py", base=base)


@pytest.mark.parametrize("broken", ["version: 1\n", "gates: [", POLICY.replace("[bot]", "[bto]"), b"\xff"])
def test_a_policy_that_is_broken_at_head_is_an_error_before_it_is_merged(broken: str | bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_for({"mist.yml": broken})
    assert caught.value.where is not None
    assert caught.value.where.file == "mist.yml"


def test_a_changed_template_renders_the_data_of_its_model_again() -> None:
    plan = plan_for({"templates/bot.jinja": "{{ messages[0] }}"})
    assert steps(plan) == [(StepKind.VALIDATE, "bot-data", "templates/bot.jinja changed")]


def test_a_broken_reference_of_another_model_does_not_stop_a_change_of_words() -> None:
    base = {**BASE, "models/bot.yml": "not: a reference\n"}
    assert plan_for({"README.md": "other words"}, base=base).steps == ()


def test_several_changes_run_all_of_what_each_of_them_runs() -> None:
    plan = plan_for(
        {
            "models/bot.yml": BOT.replace("bot-1", "bot-2"),
            "data/bot/a.jsonl": "",
            "suites/qa.jsonl": SAMPLES * 2,
            "mist.yml": POLICY + "waivers: []\n",
        }
    )
    assert kinds(plan) == [
        (StepKind.LINT_POLICY, "mist.yml"),
        (StepKind.VALIDATE, "bot-data"),
        (StepKind.VALIDATE, "loose-data"),
        (StepKind.SELF_CHECK, "suites/qa.yml"),
        (StepKind.EVALUATE, "bot"),
    ]
    assert all(step.reason for step in plan.steps)


def test_a_required_suite_that_nobody_defines_is_an_error_with_its_place() -> None:
    base = {**BASE, "mist.yml": POLICY.replace("require: [qa]", "require: [qa, quality]")}
    with pytest.raises(ConfigError) as caught:
        plan_for({}, base=base)
    assert caught.value.code is Code.UNKNOWN_NAME
    assert str(caught.value.where) == "mist.yml:10:73: gates.release.require[1]"


GATES = """\
version: 1
gates:
  release: {branches: [main, "release/*"]}
  nightly: {branches: [main]}
  rest: {branches: ["feature/**"]}
"""


def policy_with(text: str) -> Policy:
    policy = read_policy(MemoryFiles({"mist.yml": text}, {}).tree("b" * 40, "base"), "mist.yml")
    assert policy is not None
    return policy


@pytest.mark.parametrize(
    ("branch", "wanted"),
    [
        ("main", ("release", "nightly")),
        ("origin/main", ("release", "nightly")),
        ("refs/heads/main", ("release", "nightly")),
        ("release/2.1", ("release",)),
        ("feature/a/b", ("rest",)),
    ],
)
def test_the_gates_whose_pattern_matches_guard_a_branch(branch: str, wanted: tuple[str, ...]) -> None:
    assert gate_names(policy_with(GATES), branch, None) == wanted


@pytest.mark.parametrize("branch", ["develop", "release/2/1", "maintenance", "3fa2c1d"])
def test_a_base_that_no_gate_guards_is_ambiguous_among_several(branch: str) -> None:
    with pytest.raises(UsageError) as caught:
        gate_names(policy_with(GATES), branch, None)
    assert "choose one with --gate: release, nightly, rest" in str(caught.value.hint)


def test_the_only_gate_guards_whatever_it_is_asked_about() -> None:
    assert gate_names(policy_with("version: 1\ngates: {a: {branches: [main]}}\n"), "3fa2c1d", None) == ("a",)


def test_a_gate_that_is_chosen_by_name_judges_whatever_its_branches_are() -> None:
    assert gate_names(policy_with(GATES), "main", "rest") == ("rest",)
    with pytest.raises(UsageError) as caught:
        gate_names(policy_with(GATES), "main", "relase")
    assert caught.value.code is Code.UNKNOWN_NAME
    assert caught.value.hint == "did you mean 'release'?"


def test_no_policy_is_no_error() -> None:
    assert read_policy(MemoryFiles({}, {}).tree("b" * 40, "base"), "mist.yml") is None


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("data/bot/link.jsonl", Code.DATA_UNVERIFIED),
        ("data/bot", Code.DATA_UNVERIFIED),
        ("suites/z.yml", Code.UNSAFE_PATH),
        ("models/bot.yml", Code.UNSAFE_PATH),
        ("models", Code.UNSAFE_PATH),
    ],
)
def test_a_link_where_the_policy_expects_files_is_refused_whatever_else_changed(
    place: str, code: Code
) -> None:
    head = {path: text for path, text in BASE.items() if path != place and not path.startswith(place + "/")}
    files = MemoryFiles(BASE, {**head, place: Link()})
    policy, source = policy_with(POLICY), safe_yaml.load(POLICY.encode(), "mist.yml")
    with pytest.raises(MistError) as caught:
        check_paths(policy, policy.gates["release"], source, {"head": files.tree("c" * 40, "head")})
    assert caught.value.code is code
    assert str(caught.value.where) == place


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("models/bot.yml", "models/bott.yml", "models.bot"),
        ("data/loose.jsonl", "dta/loose.jsonl", "datasets.loose-data.path"),
    ],
)
def test_a_path_of_the_policy_that_matches_nothing_is_an_error(old: str, new: str, field: str) -> None:
    wrong = POLICY.replace(old, new)
    with pytest.raises(ConfigError) as caught:
        plan_for({"README.md": "x"}, base={**BASE, "mist.yml": wrong})
    assert caught.value.code is Code.FILE_MISSING
    assert caught.value.where is not None
    assert caught.value.where.field == field


def test_a_change_of_the_baseline_takes_effect_after_the_merge() -> None:
    policy = POLICY.replace("require: [qa]", "require: [qa], compare_to: models/pretrained.yml")
    base = {**BASE, "mist.yml": policy, "models/pretrained.yml": BOT}
    plan = plan_for({"models/pretrained.yml": BOT.replace("bot-1", "bot-0")}, base=base)
    assert kinds(plan) == [(StepKind.LINT_POLICY, "models/pretrained.yml")]


def test_a_policy_that_moves_a_reference_says_that_there_is_no_baseline_yet() -> None:
    plan = plan_for({"mist.yml": POLICY.replace("models/bot.yml", "models/new.yml"), "models/new.yml": BOT})
    assert plan.notices == (
        "the new policy looks for bot at models/new.yml, where the base branch has no baseline yet",
    )
