"""Claims: every shipped target loads and says where each fact is from; a team's own file errs at its line."""

import pickle
from datetime import date
from pathlib import Path

import pytest

from mist_ci.adapters.targets import SHIPPED, load_targets, parse_target, shipped_names, shipped_targets
from mist_ci.errors import Code, ConfigError, UsageError
from mist_ci.models.finding import Consequence
from mist_ci.models.known_names import SHIPPED_TARGETS
from mist_ci.models.target import Target
from mist_ci.schemaflux.rules import RULES

OWN = """\
version: 1
name: ours
title: "Our trainer"
kind: trainer
as_of: 2026-11-01
summary: "What our own trainer takes."
formats: [openai-chat]
turns:
  roles:
    value: [user, assistant]
    source: "our wiki"
    confidence: docs
"""
every_target = pytest.mark.parametrize("target", shipped_targets(), ids=lambda target: target.name)


def test_the_field_is_covered() -> None:
    names = {target.name for target in shipped_targets()}
    wanted = "azure together fireworks bedrock-nova vertex mistral trl axolotl llamafactory openai torchtune"
    assert set(wanted.split()) <= names


@every_target
def test_a_target_is_called_after_its_file(target: Target) -> None:
    assert (SHIPPED / f"{target.name}.yaml").is_file()


@every_target
def test_every_fact_and_every_format_has_a_source_and_a_date(target: Target) -> None:
    assert set(target.formats_from) == set(target.formats)
    assert all(target.formats_from.values())
    for fact in (*target.facts.values(), *target.notes):
        assert len(fact.source) > 3
        assert date(2025, 1, 1) <= target.dated(fact) <= target.as_of
        assert all(len(claim.source) > 3 for claim in fact.contradicts)
        assert fact.value not in [claim.value for claim in fact.contradicts]


@every_target
def test_stances_are_about_rules_that_exist(target: Target) -> None:
    assert set(target.rules) <= {rule.META.code for rule in RULES}
    assert all(len(stance.source) > 3 for stance in target.rules.values())


def test_what_sources_disagree_about_is_recorded() -> None:
    by_name = {target.name: target for target in shipped_targets()}
    together, nova, openai = by_name["together"], by_name["bedrock-nova"], by_name["openai"]
    assert together.limits.file_bytes is not None
    assert [value // 10**9 for value in together.limits.file_bytes.values] == [53, 50, 100]
    assert nova.images.mime_types is not None
    assert len(nova.images.mime_types.values) == 3
    assert openai.rows.preference_keys is not None
    assert openai.rows.preference_keys.values[1][0] == "preferred_completion"


@every_target
def test_a_target_goes_to_another_process_and_back(target: Target) -> None:
    assert pickle.loads(pickle.dumps(target)) == target


def test_facts_are_found_by_their_path() -> None:
    claude = load_targets(["bedrock-claude"])[0]
    assert "rows.keys.openai-chat" in claude.facts
    assert claude.facts["turns.alternate"].value is True
    factory = load_targets(["llamafactory"])[0]
    assert factory.facts["tools.arguments"].consequence is Consequence.MISTRAINED


def test_targets_come_in_the_order_asked_for_and_once() -> None:
    found = load_targets(["trl,together", " trl ", "azure"])
    assert [target.name for target in found] == ["trl", "together", "azure"]


def test_an_unknown_name_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        load_targets(["togther"])
    assert caught.value.code is Code.UNKNOWN_NAME
    assert "did you mean 'together'?" in str(caught.value.hint)


def test_a_file_of_ones_own_is_read_from_disk_or_from_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    assert load_targets([str(path)])[0].name == "ours"
    assert load_targets(["data/own.yaml"], own={"data/own.yaml": OWN.encode()})[0].name == "ours"
    with pytest.raises(UsageError) as caught:
        load_targets([str(tmp_path / "gone.yaml")])
    assert caught.value.code is Code.FILE_MISSING


def test_two_targets_of_one_name_are_an_error() -> None:
    twin = OWN.replace("name: ours", "name: trl").encode()
    with pytest.raises(ConfigError) as caught:
        load_targets(["trl", "twin.yaml"], own={"twin.yaml": twin})
    assert caught.value.code is Code.DUPLICATE


@pytest.mark.parametrize(
    ("change", "place", "code", "hint"),
    [
        (("roles:", "role:"), "own.yaml:9:3: turns.role", Code.UNKNOWN_KEY, "did you mean 'roles'?"),
        (("[user, assistant]", "[user, asistant]"), "turns.roles.value[1]", Code.WRONG_VALUE, "'assistant'"),
        (('    source: "our wiki"\n', ""), "turns.roles.source", Code.MISSING_KEY, ""),
        (("[openai-chat]", "[openai-chta]"), "formats[0]", Code.WRONG_VALUE, "did you mean 'openai-chat'?"),
        (("confidence: docs", "confidence: hearsay"), "turns.roles.confidence", Code.WRONG_VALUE, ""),
    ],
)
def test_a_wrong_file_is_one_error_at_its_line(
    change: tuple[str, str], place: str, code: Code, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_target(OWN.replace(*change).encode(), "own.yaml")
    assert caught.value.code is code
    assert place in str(caught.value.where)
    assert hint in str(caught.value.hint)


@pytest.mark.slow
def test_a_pattern_must_be_a_regular_expression() -> None:
    tools = 'tools:\n  call_id_pattern: {value: "[", source: "our wiki", confidence: docs}\n'
    with pytest.raises(ConfigError) as caught:
        parse_target((OWN + tools).encode(), "own.yaml")
    assert "must be a regular expression" in caught.value.message


def test_the_names_that_a_policy_may_use_are_those_that_ship() -> None:
    assert list(SHIPPED_TARGETS) == shipped_names()
