"""Claims: what a policy gets wrong is found by every command that reads it, before anything is asked."""

from pathlib import Path

import pytest

from mist_ci.cli.local import suites_of
from mist_ci.errors import Code, ConfigError
from mist_ci.planning import read_policy
from mist_ci.ports.files import NoFiles
from tests.fakes import MemoryTree

POLICY = """\
version: 1
providers: {prod: {type: openai, base_url: "https://llm.example.com/v1"}}
models: {bot: models/bot.yml}
suites: [suites/*.yml]
gates:
  release: {branches: [main], require: [double]}
  staging: {branches: [next], require: [double, dubble]}
"""


def test_a_suite_that_any_gate_requires_and_nobody_has_is_an_error_before_an_eval() -> None:
    suite = "version: 1\nname: double\ngraders: [exact]\nsamples: [{input: '2', expected: '4'}]\n"
    tree = MemoryTree({"mist.yml": POLICY, "suites/double.yml": suite})
    policy = read_policy(tree, "mist.yml")
    assert policy is not None
    with pytest.raises(ConfigError) as caught:
        suites_of(tree, policy, Path("mist.yml"), ("double",), NoFiles())
    assert (caught.value.code, caught.value.hint) == (Code.UNKNOWN_NAME, "did you mean 'double'?")
    assert caught.value.where is not None
    assert (caught.value.where.line, caught.value.where.field) == (7, "gates.staging.require[1]")
