"""Claims: what is wrong with a value is said for the person who wrote it, in one sentence, at its place."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders import every_kind, specify
from mist_ci.models.config import Policy
from mist_ci.models.modelref import ModelReference
from mist_ci.models.suite import SuiteFile
from mist_ci.models.target import Target
from mist_ci.parsing import document
from mist_ci.parsing.wording import PATTERNS

DIGEST = "sha256:" + "0" * 64


def fact(value: object, **more: object) -> dict[str, Any]:
    """A fact of a target."""
    return {"value": value, "source": "wiki", "confidence": "docs", **more}


CLAIMED = fact(
    8, as_of="2026-11-01", consequence="rejected", contradicts=[{"value": 9, "source": "elsewhere"}]
)
FULL: dict[type[BaseModel], dict[str, Any]] = {
    Policy: {
        "version": 1,
        "providers": {
            "prod": {
                "type": "openai",
                "base_url": "https://llm.example.com/v1",
                "key_env": "KEY",
                "prices": {
                    "input_per_mtok": 0.15,
                    "output_per_mtok": 0.6,
                    "as_of": "2026-11-01",
                    "cached_input_per_mtok": 0.1,
                    "cache_write_per_mtok": 0.2,
                    "cache_write_1h_per_mtok": 0.3,
                    "tiers": {"batch": {"input_per_mtok": 0.07, "output_per_mtok": 0.3}},
                },
                "limits": {"rpm": 600, "tpm": 1, "connections": 32, "timeout_s": 5},
                "max_tokens_as": "max_completion_tokens",
            },
            "az": {"type": "azure", "base_url": "https://x.example.com", "api_version": "2024-10-21"},
            "own": {"type": "command", "command": ["answer"], "protocol": "lines", "env": ["KEY"]},
            "code": {"type": "python", "callable": "package.module:function", "files": ["answer.py"]},
            "tape": {"type": "replay", "recording": "tape.jsonl"},
        },
        "models": {"bot": "models/bot.yml"},
        "datasets": {
            "sft": {
                "path": "data/*.jsonl",
                "uri": "s3://bucket/x",
                "sha256": "0" * 64,
                "lfs": False,
                "format": "openai-chat",
                "targets": ["trl"],
                "trainer": "train.yaml",
                "select": ["SF"],
                "extend_select": ["SF8"],
                "ignore": ["SF801"],
                "per_file_ignores": {"data/old/*": ["SF7"]},
                "baseline": "known.txt",
                "model": "bot",
                "epochs": 2,
            }
        },
        "data_hosts": ["data.example.com"],
        "suites": ["suites/*.yml"],
        "gates": {
            "release": {
                "branches": ["main"],
                "models": ["bot"],
                "compare_to": "base",
                "anchor": "refs/tags/x",
                "require": ["qa"],
                "defaults": {"margin": 0.05, "alpha": 0.05},
                "on_inconclusive": "warn",
                "budgets": {
                    "eval_usd": 5,
                    "eval_tokens": 10**6,
                    "eval_minutes": 30,
                    "pull_request_usd": 20,
                    "pull_request_tokens": 10**7,
                    "pull_request_minutes": 120,
                    "month_usd": 400,
                    "month_tokens": 10**9,
                    "month_minutes": 3000,
                    "training_usd": 200,
                    "training_tokens": 10**8,
                    "training_hours": 40,
                    "cost_per_request_increase": 0.2,
                    "tokens_per_request_increase": 0.2,
                    "latency_increase": 0.5,
                },
                "data": {"fail_on": "error"},
            }
        },
        "waivers": [
            {"gate": "release", "suite": "qa", "model_digest": DIGEST, "reason": "r", "expires": "2027-01-31"}
        ],
    },
    ModelReference: {
        "version": 1,
        "provider": "prod",
        "model": "m",
        "parameters": {
            "temperature": 0,
            "top_p": 0.5,
            "max_tokens": 256,
            "stop": ["x"],
            "seed": 1,
            "reasoning_effort": "low",
        },
        "chat_template": "t.jinja",
        "tokenizer": "tokenizer.json",
        "trained_on": {"dataset": "sft", "data_hash": DIGEST},
    },
    SuiteFile: {
        "version": 1,
        "name": "qa",
        "role": "target",
        "must_improve": False,
        "imported": False,
        "floor": 0.8,
        "margin": 0.05,
        "data": "qa.jsonl",
        "format": "rows",
        "prompt": "{{ input }}",
        "messages": [{"role": "user", "content": "{{ input }}"}],
        "system": "s",
        "tools": [{"name": "t", "description": "d", "parameters": {"type": "object"}}],
        "primary": "exact",
        "graders": [{"exact": {"ignore_case": True}}, "contains"],
        "attempts": {"base": 1, "head": 1, "max_head": 1},
        "samples": [
            {
                "id": "a",
                "input": "q",
                "messages": [
                    {
                        "role": "assistant",
                        "content": "q",
                        "tool_calls": [{"id": "1", "name": "t", "arguments": "{}"}],
                        "tool_call_id": "1",
                    }
                ],
                "expected": "4",
                "tags": ["t"],
                "cluster": "c",
                "choices": ["a"],
                "tools": [{"name": "t", "description": "d", "parameters": {}}],
                "vars": {"x": 1},
            }
        ],
    },
    Target: {
        "version": 1,
        "name": "ours",
        "title": "Our trainer",
        "kind": "trainer",
        "as_of": "2026-11-01",
        "summary": "s",
        "formats": ["openai-chat"],
        "formats_from": {"openai-chat": "wiki"},
        "containers": ["jsonl"],
        "compressions": ["none"],
        "extensions": fact([".jsonl"]),
        "lifecycle": {"last_jobs": fact("2027-01-05")},
        "limits": {"rows_min": CLAIMED, "overflow": fact("dropped")},
        "rows": {"keys": {"openai-chat": fact(["messages"])}, "preference_keys": fact(["a", "b"])},
        "turns": {"roles": fact(["user"]), "alternate": fact(True), "weights": fact("any")},  # noqa: FBT003
        "tools": {
            "arguments": fact("object"),
            "call_id_pattern": fact("^x$"),
            "description": fact("present"),
        },
        "images": {"url_schemes": fact(["s3"])},
        "text": {"reserved": fact(["x"]), "special_tokens": ["x"]},
        "rules": {"SF205": {"severity": "off", "consequence": "dropped", "source": "wiki"}},
        "trainer": "trl",
        "tokenizer": "o200k_base",
        "template": "chatml",
        "notes": [],
    },
}
ODD: list[Any] = [
    None, True, 3, -1, 0, 1.5, 1e9, "", "no", "x y", "\n", "9" * 700, [], ["x", 1], {}, {"a b": 1}, [[]],
]  # fmt: skip
LIBRARY = re.compile(
    r"\binput\b|should|tuple|\bdict|pattern|\bstring\b|\bvalid\b|object|instance|NoneType|validation|float|integer"
)


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document, the document itself first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))


def put(value: Any, path: tuple[str | int, ...], odd: Any) -> Any:
    """The document with another value at one place."""
    if not path:
        return odd
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: put(inner, rest, odd) if key == first else inner for key, inner in value.items()}
    return [put(inner, rest, odd) if index == first else inner for index, inner in enumerate(value)]


def wrong(model: type[BaseModel], value: object) -> ConfigError | None:
    try:
        document.parse(
            model, json.dumps(value, indent=1).encode(), "a.yml"
        )  # which is YAML, and written fast
    except ConfigError as error:
        return error
    return None


def _may_hold_a_key(error: ConfigError) -> bool:
    """What somebody pastes where a variable's name belongs must not stand in a log."""
    return error.where is not None and str(error.where.field).endswith("key_env")


@pytest.mark.slow
@pytest.mark.parametrize("model", FULL, ids=lambda model: model.__name__)
def test_no_value_anywhere_is_explained_in_the_words_of_a_library(model: type[BaseModel]) -> None:
    assert set(FULL[model]) == set(model.model_fields)
    assert wrong(model, FULL[model]) is None
    told = 0
    for path in paths(FULL[model]):
        for odd in ODD:
            error = wrong(model, put(FULL[model], path, odd))
            if error is None or error.code is not Code.WRONG_VALUE:
                continue
            told += 1
            words, _, got = error.message.partition(" (got ")
            assert bool(got) is not _may_hold_a_key(error), error.message
            assert words.startswith(("must ", "write ")), (path, odd, error.message)
            assert not LIBRARY.search(re.sub(r"'[^']*'", "", words)), (path, odd, error.message)
            assert error.where is not None
            assert error.where.line
    assert told > 100


NAME = "must be a name of at most 64 letters, digits, dots, dashes and underscores that begins with a letter or a digit"
TYPES = (
    "'openai', 'openai-completions', 'openai-responses', 'anthropic', 'azure', 'gemini', 'command', 'python' "
    "or 'replay'"
)
ROWS = [
    ("gates: {}", "gates", "must have at least 1 entry (got an empty mapping)"),
    ("gates: {release: {branches: []}}", "gates.release.branches", "must have at least 1 entry (got an empty list)"),
    ("gates: {release: {branches: main}}", "gates.release.branches", 'must be a list (got "main")'),
    ("gates: []", "gates", "must be a mapping (got an empty list)"),
    ("gates: {the release: {branches: [main]}}", "gates.the release",
     NAME + ' (got "the release")'),
    ("version: 2", "version", "must be 1 (got 2)"),
    ("gates: {g: {branches: [main], defaults: {margin: 5}}}", "gates.g.defaults.margin", "must be less than 1 (got 5)"),
    ("gates: {g: {branches: [main], defaults: {margin: 0}}}", "gates.g.defaults.margin",
     "must be greater than 0 (got 0)"),
    ("gates: {g: {branches: [main], defaults: {alpha: 0.5}}}", "gates.g.defaults.alpha",
     "must be at most 0.2 (got 0.5)"),
    ("gates: {g: {branches: [main], defaults: {margin: 1e400}}}", "gates.g.defaults.margin",
     'must be a number (got "1e400")'),
    ("gates: {g: {branches: [main], defaults: {margin: -1e400}}}", "gates.g.defaults.margin",
     'must be a number (got "-1e400")'),
    ("gates: {g: {branches: [main], budgets: {eval_usd: 1e400}}}", "gates.g.budgets.eval_usd",
     'must be at most 1000000000 (got "1e400")'),
    ("gates: {g: {branches: [main], on_inconclusive: blok}}", "gates.g.on_inconclusive",
     "must be 'warn' or 'block' (got \"blok\")"),
    ("waivers: [{gate: g, suite: s, model_digest: 12, reason: r, expires: 2027-01-31}]", "waivers[0].model_digest",
     "must be text (got 12)"),
    ("waivers: [{gate: g, suite: s, model_digest: abc, reason: r, expires: 2027-01-31}]", "waivers[0].model_digest",
     "must be 'sha256:' and 64 hexadecimal digits in lower case (got \"abc\")"),
    ("waivers: [{gate: g, suite: s, model_digest: " + DIGEST + ", reason: '', expires: 2027-01-31}]",
     "waivers[0].reason", 'must have at least 1 character (got "")'),
    ("waivers: [{gate: g, suite: s, model_digest: " + DIGEST + ", reason: r, expires: soon}]", "waivers[0].expires",
     'must be a date such as 2026-11-01 (got "soon")'),
    ("providers: {p: {type: openia, base_url: http://x}}", "providers.p.type",
     f'must be {TYPES} (got "openia")'),
    ("providers: {p: {type: anthropic, callable: a:b}}", "providers.p.callable",
     'must be left out: it belongs to providers of type python, and this one is anthropic (got "a:b")'),
    ("providers: {p: {type: command, command: [x], key_env: K}}", "providers.p.key_env",
     "must be left out: it belongs to providers of a server, and this one is command"),
    ("providers: {p: {type: openai, base_url: http://x, key_env: sk-1}}", "providers.p.key_env",
     "must be the name of an environment variable: letters, digits and underscores, and no digit first"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "field", "message"), ROWS, ids=[f"{row[1]}: {row[2][:40]}" for row in ROWS])
def test_a_wrong_value_says_what_it_must_be_and_what_it_is(line: str, field: str, message: str) -> None:
    rest = {"version": "version: 1", "gates": "gates: {g: {branches: [main]}}"}
    lines = [text for key, text in rest.items() if not line.startswith(key)]
    with pytest.raises(ConfigError) as caught:
        document.parse(Policy, "\n".join([*lines, line]).encode(), "mist.yml")
    error = caught.value
    assert error.where is not None
    assert (error.code, error.where.field, error.message) == (Code.WRONG_VALUE, field, message)


ADDRESSES = [
    ("ftp://llm.example.com", "must start with http:// or https:// and hold no space"),
    ("http://127.0.0.1:99999/v1", "must have a port from 1 to 65535, or none"),
    ("http://127.0.0.1:0/v1", "must have a port from 1 to 65535, or none"),
    ("http://xn--a.invalid/v1", "must name a host that can be called: invalid international domain name"),
    ('"http://[::1"', "must name a host that can be called: invalid IPv6 address"),
    ("http:///v1", "must name a host after '://'"),
    ("http://a..b/v1", "must name a host whose parts have 1 to 63 characters"),
]


@pytest.mark.parametrize(("address", "message"), ADDRESSES)
def test_an_address_that_nobody_can_call_is_a_wrong_value_with_its_line(address: str, message: str) -> None:
    text = f"version: 1\nproviders:\n  p:\n    type: openai\n    base_url: {address}\ngates: {{g: {{branches: [m]}}}}\n"
    with pytest.raises(ConfigError) as caught:
        document.parse(Policy, text.encode(), "mist.yml")
    error = caught.value
    assert error.code is Code.WRONG_VALUE
    assert error.message.startswith(message)
    assert error.where is not None
    assert (error.where.file, error.where.line, error.where.field) == ("mist.yml", 5, "providers.p.base_url")


def test_a_value_of_several_kinds_lists_them_once() -> None:
    with pytest.raises(ConfigError) as caught:
        document.parse(SuiteFile, b"version: 1\nname: qa\ngraders: [3]\n", "a.yml")
    assert caught.value.message == "must be text or a mapping (got 3)"


def test_a_long_value_is_cut_and_says_so() -> None:
    with pytest.raises(ConfigError) as caught:
        document.parse(ModelReference, b"version: 1\nprovider: " + b"x" * 90 + b"\nmodel: m\n", "a.yml")
    assert caught.value.message.endswith('(got "' + "x" * 59 + "…)")


def test_a_wrong_option_of_a_grader_is_told_in_the_same_words() -> None:
    with pytest.raises(ConfigError) as caught:
        specify({every_kind()[0].name: {"ignore_case": 3}}, Where("a.yml"))
    assert caught.value.message == "exact.ignore_case must be true or false (got 3)"


def patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in {"pattern", "patternProperties"}:
                yield from [value] if isinstance(value, str) else value
            yield from patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from patterns(value)


def test_every_pattern_of_a_file_has_its_words() -> None:
    used = {one for model in FULL for one in patterns(model.model_json_schema())}
    assert used == set(PATTERNS)
