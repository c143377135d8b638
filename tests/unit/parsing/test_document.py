"""Claims: every mistake in a file is one error that says code, file, line, field, and what was probably meant."""

import re

import pytest

from mist_ci.errors import Code, ConfigError, MistError
from mist_ci.matchspec import find, load
from mist_ci.matchspec import read as read_suite
from mist_ci.models.config import Policy
from mist_ci.models.modelref import ModelReference
from mist_ci.parsing import document
from mist_ci.planning import read_policy, read_reference
from mist_ci.ports.files import NoFiles
from tests.fakes import InlineExecutor, MemoryTree

# Page 0 of the design.
POLICY = """\
version: 1
providers:
  prod:
    type: openai                       # wire format
    base_url: https://llm.example.com/v1
    key_env: PROD_LLM_KEY
    prices: {input_per_mtok: 0.15, output_per_mtok: 0.60, as_of: 2026-11-01}
    limits: {rpm: 600, connections: 32}
models:
  support-bot: models/support-bot.yml
datasets:
  support-sft:
    path: data/support/*.jsonl
    format: openai-chat
    model: support-bot
suites: [suites/*.yml]
gates:
  release:
    branches: [main, "release/*"]
    models: [support-bot]
    compare_to: base
    require: [support-qa, arithmetic]
    defaults: {margin: 0.05, alpha: 0.05}
    on_inconclusive: warn
    budgets: {eval_usd: 5, training_usd: 200, cost_per_request_increase: 0.20}
    data: {fail_on: error}
waivers:
  - gate: release
    suite: haiku
    model_digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    reason: "dropped feature, RFC 12"
    expires: 2027-01-31
"""
REFERENCE = """\
version: 1
provider: prod
model: ft:acme/support-2026-11-20
parameters: {temperature: 0, max_tokens: 256}
chat_template: templates/support.jinja
trained_on: {dataset: support-sft}
"""
SUITE = """\
version: 1
name: support-qa
role: target
must_improve: false
floor: 0.80
margin: 0.05
prompt: "{{ input }}"
system: You answer briefly.
primary: exact
graders:
  - exact: {ignore_case: true}
  - contains
attempts: {base: 1, head: 1, max_head: 1}
samples:
  - {input: "2+2?", expected: "4"}
"""
FILES = {"mist.yml": POLICY, "models/support-bot.yml": REFERENCE, "suites/support-qa.yml": SUITE}


def policy_of(text: str) -> Policy:
    policy = read_policy(MemoryTree({"mist.yml": text}), "mist.yml")
    assert policy is not None
    return policy


def read_everything(file: str, old: str, new: str) -> None:
    assert FILES[file].count(old) == 1, f"{old!r} stands {FILES[file].count(old)} times in {file}"
    tree = MemoryTree({**FILES, file: FILES[file].replace(old, new)})
    policy = read_policy(tree, "mist.yml")
    assert policy is not None
    read_reference(tree, "models/support-bot.yml", policy)
    for source in find(tree, policy.suites, "mist.yml", NoFiles()):
        load(source, InlineExecutor())


def test_the_example_of_the_design_loads() -> None:
    policy = policy_of(POLICY)
    assert policy.providers["prod"].limits.rpm == 600
    assert policy.gates["release"].branches == ("main", "release/*")
    assert policy.waivers[0].expires.isoformat() == "2027-01-31"
    assert str(policy.gates["release"].budgets.eval_usd) == "5"
    read_everything("mist.yml", "on_inconclusive: warn", "on_inconclusive: block")


M, R, S = "mist.yml", "models/support-bot.yml", "suites/support-qa.yml"
MISTAKES = [
    # file, what stands there, what somebody wrote instead, code, line, field, words of the message or hint
    (M, "budgets:", "bugdets:", Code.UNKNOWN_KEY, 25, "gates.release.bugdets", "did you mean 'budgets'?"),
    (M, "eval_usd:", "eval_us:", Code.UNKNOWN_KEY, 25, "gates.release.budgets.eval_us", "'eval_usd'"),
    (M, "margin: 0.05", "margn: 0.05", Code.UNKNOWN_KEY, 23, "gates.release.defaults.margn", "'margin'"),
    (M, "waivers:", "waiver:", Code.UNKNOWN_KEY, 27, "waiver", "'waivers'"),
    (M, "key_env:", "api_key:", Code.UNKNOWN_KEY, 6, "providers.prod.api_key", "key_env"),
    (M, "    reason:", "    reson:", Code.UNKNOWN_KEY, 31, "waivers[0].reson", "'reason'"),
    (M, "version: 1\n", "version: 2\n", Code.WRONG_VALUE, 1, "version", "got 2"),
    (M, "version: 1\n", "", Code.MISSING_KEY, 1, "version", "'version' is missing"),
    (M, "type: openai ", "type: openia ", Code.WRONG_VALUE, 4, "providers.prod.type", "'openai'"),
    (M, "https://llm", "ftp://llm", Code.WRONG_VALUE, 5, "providers.prod.base_url", "ftp://llm"),
    (M, "https://llm", "https://me:pw@llm", Code.WRONG_VALUE, 5, "providers.prod.base_url", "key_env"),
    (M, "com/v1", "com/v1?key=1", Code.WRONG_VALUE, 5, "providers.prod.base_url", "must not contain a query"),
    (M, "PROD_LLM_KEY", "sk-123", Code.WRONG_VALUE, 6, "providers.prod.key_env", "if this is the key itself"),
    (M, "0.15", "cheap", Code.WRONG_VALUE, 7, "providers.prod.prices.input_per_mtok", "cheap"),
    (M, "2026-11-01", "soon", Code.WRONG_VALUE, 7, "providers.prod.prices.as_of", "soon"),
    (M, ", as_of: 2026-11-01", "", Code.MISSING_KEY, 7, "providers.prod.prices.as_of", "missing"),
    (M, "rpm: 600", "rpm: 0", Code.WRONG_VALUE, 8, "providers.prod.limits.rpm", "got 0"),
    (M, "connections: 32", "connections: many", Code.WRONG_VALUE, 8, "providers.prod.limits.connections", "many"),
    (M, "bot: models/", "bot: ../", Code.WRONG_VALUE, 10, "models.support-bot", "without '..'"),
    (M, "data/support/*.jsonl", "/etc/*", Code.WRONG_VALUE, 13, "datasets.support-sft.path", "relative path"),
    (M, "openai-chat", "openai_chat", Code.WRONG_VALUE, 14, "datasets.support-sft.format", "'openai-chat'"),
    (M, "    model: support-bot", "    model: suport-bot", Code.UNKNOWN_NAME, 15, "datasets.support-sft.model",
     "'support-bot'"),
    (M, "path: data/support/*.jsonl", "epochs: 2", Code.MISSING_KEY, 12, "datasets.support-sft.path", "'path'"),
    (M, "[suites/*.yml]", "suites/*.yml", Code.WRONG_VALUE, 16, "suites", "write it as a list: [suites/*.yml]"),
    (M, "[suites/*.yml]", "[suits/*.yml]", Code.FILE_MISSING, 16, "suites[0]", "'suits/*.yml'"),
    (M, 'branches: [main, "release/*"]', "branches: main", Code.WRONG_VALUE, 19, "gates.release.branches", "[main]"),
    (M, 'branches: [main, "release/*"]', "branches: []", Code.WRONG_VALUE, 19, "gates.release.branches", "at least 1"),
    (M, "models: [support-bot]", "models: [suport-bot]", Code.UNKNOWN_NAME, 20, "gates.release.models[0]",
     "did you mean 'support-bot'?"),
    (M, "margin: 0.05", "margin: 5", Code.WRONG_VALUE, 23, "gates.release.defaults.margin", "less than 1"),
    (M, "margin: 0.05", "margin: 05", Code.WRONG_VALUE, 23, "gates.release.defaults.margin", "number"),
    (M, "on_inconclusive: warn", "on_inconclusive: blok", Code.WRONG_VALUE, 24, "gates.release.on_inconclusive",
     "did you mean 'block'?"),
    (M, "eval_usd: 5", "eval_usd: -5", Code.WRONG_VALUE, 25, "gates.release.budgets.eval_usd", "-5"),
    (M, "eval_usd: 5", "eval_usd: .inf", Code.WRONG_VALUE, 25, "gates.release.budgets.eval_usd", ".inf"),
    (M, "0.20}", "1e999}", Code.WRONG_VALUE, 25, "gates.release.budgets.cost_per_request_increase", "1e999"),
    (M, "fail_on: error", "fail_on: eror", Code.WRONG_VALUE, 26, "gates.release.data.fail_on", "'error'"),
    (M, "- gate: release", "- gate: relase", Code.UNKNOWN_NAME, 28, "waivers[0].gate", "did you mean 'release'?"),
    (M, "sha256:0123", "sha256:123", Code.WRONG_VALUE, 30, "waivers[0].model_digest", "64 hexadecimal digits"),
    (M, "2027-01-31", "2027-02-31", Code.WRONG_VALUE, 32, "waivers[0].expires", "2027-02-31"),
    (M, "  release:\n", "  the release:\n", Code.WRONG_VALUE, 18, "gates.the release", "letters, digits"),
    (R, "provider: prod", "provider: prd", Code.UNKNOWN_NAME, 2, "provider", "did you mean 'prod'?"),
    (R, "model: ft:acme/support-2026-11-20", "model: 20261120", Code.WRONG_VALUE, 3, "model", "20261120"),
    (R, "temperature: 0,", "temprature: 0,", Code.UNKNOWN_KEY, 4, "parameters.temprature", "'temperature'"),
    (R, "temperature: 0,", "temperature: hot,", Code.WRONG_VALUE, 4, "parameters.temperature", "hot"),
    (R, "max_tokens: 256", "stop: END", Code.WRONG_VALUE, 4, "parameters.stop", "write it as a list: [END]"),
    (R, "max_tokens: 256", "reasoning_effort: hi", Code.WRONG_VALUE, 4, "parameters.reasoning_effort", "high"),
    (R, "templates/support", "/templates/support", Code.WRONG_VALUE, 5, "chat_template", "relative path"),
    (R, "trained_on: {dataset: support-sft}", "base_url: http://evil.example/v1", Code.UNKNOWN_KEY, 6, "base_url",
     "addresses and keys belong to a provider in mist.yml"),
    (R, "trained_on: {dataset: support-sft}", "key_env: AWS_SECRET", Code.UNKNOWN_KEY, 6, "key_env",
     "belong to a provider in mist.yml"),
    (S, "role: target", "role: traget", Code.WRONG_VALUE, 3, "role", "did you mean 'target'?"),
    (S, "must_improve: false", "must_improve: no", Code.WRONG_VALUE, 4, "must_improve", "true or false"),
    (S, "floor: 0.80", "floor: 80", Code.WRONG_VALUE, 5, "floor", "at most 1"),
    (S, "floor: 0.80", "floor: .nan", Code.WRONG_VALUE, 5, "floor", ".nan"),
    (S, "primary: exact", "primary: exakt", Code.UNKNOWN_NAME, 9, "primary", "did you mean 'exact'?"),
    (S, "  - contains\n", "  - contain\n", Code.UNKNOWN_NAME, 12, "graders[1]", "did you mean 'contains'?"),
    (S, "  - contains\n", "  - magic\n", Code.UNKNOWN_NAME, 12, "graders[1]", "known here: "),
    (S, "  - contains\n", "  - exact\n", Code.DUPLICATE, 12, "graders[1]", "listed twice"),
    (S, "  - contains\n", "  - 3\n", Code.WRONG_VALUE, 12, "graders[1]", "text or a mapping (got 3)"),
    (S, "  - contains\n", "  - contains:\n      word: [1]\n", Code.WRONG_VALUE, 12,
     "graders[1]", "true or false"),
    (S, "  - contains\n", "  - {contains: {}, numeric: {}}\n", Code.WRONG_VALUE, 12, "graders[1]", "one grader per"),
    (S, "ignore_case: true", "ignore_cse: true", Code.UNKNOWN_KEY, 11, "graders[0]", "did you mean 'ignore_case'?"),
    (S, "ignore_case: true", "ignore_case: 3", Code.WRONG_VALUE, 11, "graders[0]", "exact.ignore_case"),
    (S, "graders:\n  - exact: {ignore_case: true}\n  - contains\n", "graders: exact\n", Code.WRONG_VALUE, 10,
     "graders", "write it as a list: [exact]"),
    (S, "base: 1,", "base: 0,", Code.WRONG_VALUE, 13, "attempts.base", "got 0"),
    (S, 'expected: "4"}', "expected: {a: 1}}", Code.BAD_SAMPLE, 15, "expected", "grader exact: expected must be"),
    (S, 'expected: "4"}', "expected: [4]}", Code.BAD_SAMPLE, 15, "expected", "a list of texts"),
    (S, 'expected: "4"}', "expected: null}", Code.BAD_SAMPLE, 15, "expected", "expected is missing"),
    (S, ', expected: "4"}', "}", Code.BAD_SAMPLE, 15, "expected", "expected is missing"),
    (S, "samples:\n", "sampels:\n", Code.UNKNOWN_KEY, 14, "sampels", "did you mean 'samples'?"),
    (S, "samples:\n", "data: a.jsonl\nsamples:\n", Code.MISSING_KEY, 14, "data", "give either `data`"),
    (S, 'samples:\n  - {input: "2+2?", expected: "4"}\n', "data: gone.jsonl\n", Code.FILE_MISSING, 14, "data",
     "suites/gone.jsonl is not in"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "code", "line", "field", "words"),
    MISTAKES,
    ids=[re.sub(r"\s+", " ", f"{row[0]}: {row[2] or 'without ' + row[1]}") for row in MISTAKES],
)
def test_a_mistake_is_one_error_with_its_place_and_the_nearest_name(
    file: str, old: str, new: str, code: Code, line: int, field: str, words: str
) -> None:
    with pytest.raises(MistError) as caught:
        read_everything(file, old, new)
    error = caught.value
    assert isinstance(error, ConfigError)
    assert error.where is not None
    assert (error.code, error.where.file, error.where.line, error.where.field) == (code, file, line, field)
    assert words in f"{error.message} {error.hint}"
    assert "\n" not in str(error)


URI = "uri: s3://bucket/data.jsonl"
SHA256 = f"sha256: {'0' * 64}"


@pytest.mark.parametrize(
    ("place", "code", "field"),
    [
        ("epochs: 2", Code.MISSING_KEY, "path"),
        ("lfs: true", Code.MISSING_KEY, "path"),
        (URI, Code.MISSING_KEY, "uri"),
        (f"path: data/*.jsonl\n    {URI}\n    {SHA256}", Code.WRONG_VALUE, "uri"),
        (f"path: data/*.jsonl\n    {SHA256}", Code.WRONG_VALUE, "sha256"),
        (f"{URI}\n    {SHA256}\n    lfs: true", Code.WRONG_VALUE, "lfs"),
        (f"uri: file:///etc/passwd\n    {SHA256}", Code.WRONG_VALUE, "uri"),
        (f"uri: simplecache::s3://bucket/x\n    {SHA256}", Code.WRONG_VALUE, "uri"),
        (f"uri: s3://bucket/*.jsonl\n    {SHA256}", Code.WRONG_VALUE, "uri"),
        (f"uri: s3://bucket\n    {SHA256}", Code.WRONG_VALUE, "uri"),
        (f"uri: https://me:secret@example.com/x\n    {SHA256}", Code.WRONG_VALUE, "uri"),
        (f"{URI}\n    sha256: abc", Code.WRONG_VALUE, "sha256"),
    ],
)
def test_a_data_set_lies_in_one_place_and_that_is_said_whole(place: str, code: Code, field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_everything("mist.yml", "path: data/support/*.jsonl", place)
    assert caught.value.code is code
    assert caught.value.where is not None
    assert caught.value.where.field == f"datasets.support-sft.{field}"
    assert caught.value.where.line is not None


@pytest.mark.parametrize("place", ["path: data/*.jsonl\n    lfs: true", f"{URI}\n    {SHA256}"])
def test_data_may_lie_outside_of_git(place: str) -> None:
    read_everything("mist.yml", "path: data/support/*.jsonl", place)


def test_escalation_to_fewer_attempts_than_the_first_ones_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        read_everything("suites/support-qa.yml", "head: 1, max_head: 1", "head: 3, max_head: 1")
    assert caught.value.code is Code.WRONG_VALUE
    assert str(caught.value.where) == "suites/support-qa.yml:13:30: attempts.max_head"


@pytest.mark.parametrize(
    "anchor", ["refs/tags/", "refs/pull/7/head", "refs/tags/a..b", "refs/tags/a.lock", "../x.yml", "HEAD~1/"]
)
def test_an_anchor_is_a_full_ref_or_a_path(anchor: str) -> None:
    with pytest.raises(ConfigError) as caught:
        policy_of(POLICY.replace("compare_to: base", f"anchor: {anchor}"))
    assert caught.value.code is Code.WRONG_VALUE


def test_an_empty_file_says_how_to_get_an_example() -> None:
    with pytest.raises(ConfigError) as caught:
        document.parse(ModelReference, b"# nothing yet\n", "models/a.yml")
    assert "the file is empty" in str(caught.value)
    assert "mist-ci init" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["[]", "just words", "- version: 1", "3"])
def test_a_file_that_is_no_mapping_is_one_error(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        policy_of(text)
    assert caught.value.code is Code.WRONG_VALUE


def test_of_several_mistakes_the_misspelt_key_is_told_first_because_it_explains_the_missing_one() -> None:
    with pytest.raises(ConfigError) as caught:
        document.parse(ModelReference, b"version: 9\nprovidr: prod\nmodel: m\n", "models/a.yml")
    assert caught.value.code is Code.UNKNOWN_KEY
    assert caught.value.hint == "did you mean 'provider'?"


def test_of_several_wrong_values_the_first_of_the_file_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        document.parse(ModelReference, b"model: 3\nprovider: [x]\nversion: 9\n", "models/a.yml")
    assert caught.value.where is not None
    assert caught.value.where.line == 1


def test_two_suites_cannot_have_one_name() -> None:
    tree = MemoryTree({"suites/a.yml": SUITE, "suites/b.yml": SUITE})
    with pytest.raises(ConfigError) as caught:
        find(tree, ("suites/*.yml",), "mist.yml", NoFiles())
    assert caught.value.code is Code.DUPLICATE
    assert "suites/a.yml" in caught.value.message
    assert str(caught.value.where) == "suites/b.yml: name"


def test_a_suite_that_two_patterns_match_is_one_suite() -> None:
    tree = MemoryTree({"suites/a.yml": SUITE})
    assert len(find(tree, ("suites/*.yml", "**/a.yml"), "mist.yml", NoFiles())) == 1


def test_data_of_a_suite_is_found_beside_its_file() -> None:
    suite = SUITE[: SUITE.index("samples:")] + "data: support-qa.jsonl\n"
    tree = MemoryTree({"suites/a.yml": suite, "suites/support-qa.jsonl": '{"input": "q", "expected": "a"}\n'})
    assert read_suite(tree, "suites/a.yml").data_path == "suites/support-qa.jsonl"


def test_a_key_in_place_of_a_variables_name_is_not_told_to_the_log() -> None:
    text = "version: 1\nproviders:\n  prod: {type: openai, key_env: sk-123}\ngates: {release: {branches: [main]}}\n"
    with pytest.raises(ConfigError) as caught:
        document.parse(Policy, text.encode(), "mist.yml")
    assert "sk-123" not in str(caught.value) + caught.value.message


def test_a_command_in_one_text_is_shown_as_the_list_that_it_should_be() -> None:
    text = 'version: 1\nproviders:\n  mine: {type: command, command: "python3 m.py"}\ngates: {}\n'
    with pytest.raises(ConfigError) as caught:
        document.parse(Policy, text.encode(), "mist.yml")
    assert caught.value.hint == "write it as a list: [python3, m.py]"
