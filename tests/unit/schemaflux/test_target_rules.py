"""Claims about target rules: silent where nothing is stated, true to their kind, and right at their edges."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mist_ci.adapters.targets import load_targets, shipped_targets
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import ASK, GOOD, GOOD_CALL, TELL, call, chat, result, tool
from mist_ci.schemaflux.formats import FORMATS
from mist_ci.schemaflux.judge import Judge
from mist_ci.schemaflux.kinds import TargetRule
from mist_ci.schemaflux.plain import as_plain
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem
from mist_ci.schemaflux.rules import (
    ROW_RULES,
    sf106_extra_key,
    sf109_uneven_keys,
    sf112_schema_version,
    sf208_system_placement,
    sf215_weight_not_read,
    sf216_row_weight,
    sf217_role_not_taken,
    sf218_reasoning_unread,
    sf302_arguments_type,
    sf307_call_id_shape,
    sf309_tool_schema,
    sf403_image_kind,
    sf404_too_many_images,
    sf905_reserved_marker,
)
from mist_ci.schemaflux.rules.of_targets import TARGET_FOLD_RULES, TARGET_RULES
from mist_ci.schemaflux.selection import Selection
from mist_ci.schemaflux.triggers import TriggerSet
from tests.unit.schemaflux.checking import FILES_ASIDE, check
from tests.unit.schemaflux.format_rows import RICH, TALKS
from tests.unit.schemaflux.test_rules import JSON, PLAIN, ROLES, ROW, TEXT, row_of

NOTHING = Target(
    version=1,
    name="nothing",
    title="Nothing",
    kind=shipped_targets()[0].kind,
    as_of=shipped_targets()[0].as_of,
    summary="States nothing.",
    formats=(DataFormat.OPENAI_CHAT,),
)
every_rule = pytest.mark.parametrize("rule", TARGET_RULES, ids=lambda rule: rule.META.code)
KEYS = st.sampled_from(
    ["image_url", "url", "image", "source", "reasoning", "thinking", "weight", "description", "parameters"]
)
ODD = st.dictionaries(KEYS | st.text(max_size=2), JSON, max_size=3)
ANY_ROW = ROW | st.builds(lambda row, odd: {**row, **odd} if isinstance(row, dict) else odd, ROW, ODD)


def target(name: str) -> Target:
    return load_targets([name])[0]


def told(rule: TargetRule, value: JsonValue, name: str) -> list[Problem]:
    return list(rule.check(row_of(value), target(name)))


def one(rule: TargetRule, value: JsonValue, name: str) -> Problem:
    (found,) = told(rule, value, name)
    return found


def nova(*texts: str, **more: JsonValue) -> Row:
    roles = ("user", "assistant") * len(texts)
    turns: list[JsonValue] = [
        {"role": role, "content": [{"text": text}]} for role, text in zip(roles, texts, strict=False)
    ]
    value: JsonValue = {"messages": turns, **more}
    return Row(1, "f.jsonl", json.dumps(value).encode(), DataFormat.BEDROCK_NOVA)


@every_rule
def test_every_target_rule_has_a_target_for_its_examples_that_states_its_facts(rule: TargetRule) -> None:
    assert rule.META.target is not None
    assert list(getattr(rule, "facts")(target(rule.META.target)))  # noqa: B009 - not every target rule has it


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(ANY_ROW, st.sampled_from([one.name for one in FORMATS]))
def test_no_target_rule_crashes_and_none_speaks_where_nothing_is_stated(
    value: JsonValue, data_format: DataFormat
) -> None:
    row = row_of(value, data_format)
    for rule in TARGET_RULES:
        assert list(rule.check(row, NOTHING)) == []
        for one_target in shipped_targets():
            for problem in rule.check(row, one_target):
                assert problem.message
                assert problem.hint
    for fold in TARGET_FOLD_RULES:
        for one_target in (NOTHING, target("bedrock-nova")):
            tally = fold.tally(one_target)
            tally.add(row)
            assert list(tally.problems()) == []  # one row is like itself


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(ROLES, st.lists(TEXT, min_size=5, max_size=5), st.lists(TEXT, min_size=5, max_size=5))
def test_what_shape_rules_say_about_a_plain_row_depends_on_its_roles(
    roles: list[str], some: list[str], other: list[str]
) -> None:
    roles = [*roles, "assistant"]
    rows = [row_of(chat(*zip(roles, texts, strict=False))) for texts in (some, other)]
    for rule in (rule for rule in TARGET_RULES if not hasattr(rule, "trigger")):
        for one_target in shipped_targets():
            first, second = (len(list(rule.check(row, one_target))) for row in rows)
            assert first == second, rule.META.code


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(PLAIN | ANY_ROW, st.sampled_from(["", "User:", "\nHuman: ", "[eos]", "<IMAGE>", "thought:"]))
def test_markers_are_found_only_where_their_trigger_matches(value: JsonValue, marker: str) -> None:
    said: JsonValue = {"messages": [value, {"role": "user", "content": f"x{marker}y"}]}
    for row in (row_of(value), row_of(said)):
        for one_target in shipped_targets():
            if list(sf905_reserved_marker.check(row, one_target)):
                pattern = sf905_reserved_marker.trigger(one_target)
                assert pattern is not None
                assert TriggerSet([pattern]).matches(row.canonical) == [0]


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(PLAIN | ANY_ROW)
def test_the_fast_path_says_what_the_slow_one_says(value: JsonValue) -> None:
    judge = Judge(ROW_RULES, TARGET_RULES, shipped_targets(), Selection())
    fast, slow = row_of(value), row_of(value)
    slow.plain = None
    seen = judge.glance(fast.raw)
    for _ in range(2):
        said = [[(one.problem, one.target) for one in judge.problems(row, seen)] for row in (fast, slow)]
        assert said[0] == said[1]


@pytest.mark.parametrize("name", ["azure", "openai", "together", "fireworks", "mistral", "trl", "axolotl"])
def test_a_plain_conversation_is_fine_everywhere(name: str) -> None:
    talk = chat(("system", "s"), ("user", "q"), ("assistant", "a"), ("user", "q"), ("assistant", "a"))
    report = check(GOOD + json.dumps(talk).encode(), targets=[target(name)], selection=FILES_ASIDE)
    assert report.findings == ()
    assert as_plain(talk) is not None


@pytest.mark.parametrize("name", ["azure", "openai", "together", "fireworks", "trl", "axolotl"])
def test_a_tool_call_of_openai_is_fine_where_openai_rows_are(name: str) -> None:
    assert check(GOOD_CALL, targets=[target(name)], selection=FILES_ASIDE).findings == ()


def test_rows_of_a_format_that_is_not_taken_are_one_finding() -> None:
    content = json.dumps(chat(("developer", "s"), ("user", "q"), ("assistant", "a"))).encode()
    report = check(content, targets=[target("vertex")])
    assert [one.code for one in report.findings] == ["SF114"]


MINDED = {
    ("openai-chat", "bedrock-claude", "SF106"),  # parallel_tool_calls is no key of it
    ("openai-chat", "bedrock-claude", "SF217"),  # its system prompt is a key of the row
    ("openai-chat", "bedrock-claude", "SF320"),
    ("openai-chat", "together", "SF106"),  # nor of its last validator
    ("openai-chat", "llamafactory", "SF302"),  # it encodes a string once more
    ("openai-chat", "torchtune", "SF320"),
    ("sharegpt", "torchtune", "SF320"),
}
"""What targets have against one good conversation, written down in all formats that they take."""


@pytest.mark.parametrize("rows_of", [TALKS, RICH], ids=["talks", "rich"])
def test_a_good_conversation_in_every_format_is_minded_only_where_it_has_to_be(
    rows_of: Mapping[DataFormat, object],
) -> None:
    found = set()
    for data_format, values in rows_of.items():
        for value in values if isinstance(values, list) else [values]:
            row = Row(1, "f.jsonl", json.dumps(value).encode(), data_format)
            for one_target in (one for one in shipped_targets() if data_format in one.formats):
                rules = [rule for rule in TARGET_RULES if list(rule.check(row, one_target))]
                found |= {(str(data_format), one_target.name, rule.META.code) for rule in rules}
    assert found <= MINDED


def test_findings_name_their_target() -> None:
    content = json.dumps(chat(("developer", "s"), ("user", "q"), ("assistant", "a"))).encode()
    report = check(content, targets=load_targets(["together,azure,torchtune"]), selection=FILES_ASIDE)
    assert [(one.code, one.target) for one in report.findings] == [
        ("SF217", "together"),
        ("SF217", "torchtune"),
    ]


def test_what_llamafactory_leaves_out_is_dropped_not_rejected() -> None:
    talk = chat(("user", "a"), ("user", "b"), ("assistant", "c"))
    report = check(
        json.dumps(talk).encode(), targets=load_targets(["llamafactory,together"]), selection=FILES_ASIDE
    )
    assert {one.target: one.consequence for one in report.findings} == {
        "llamafactory": Consequence.DROPPED,
        "together": Consequence.REJECTED,
    }


def test_results_of_tools_may_follow_each_other() -> None:
    value = {"messages": [ASK, call("a", "{}"), result("call_1", "x"), result("call_2", "y"), TELL]}
    assert (
        check(json.dumps(value).encode(), targets=[target("together")], selection=FILES_ASIDE).counts
        == check(json.dumps(value).encode()).counts
    )


def test_one_system_message_is_enough_where_another_source_says_otherwise_too() -> None:
    twice = chat(("system", "a"), ("system", "b"), ("user", "q"), ("assistant", "a"))
    assert one(sf208_system_placement, twice, "mistral").severity is None
    # documentation says so, and the client that was executed takes it
    assert one(sf208_system_placement, twice, "together").severity is Severity.WARNING
    late = chat(("user", "q"), ("system", "s"), ("assistant", "a"))
    assert told(sf208_system_placement, late, "mistral") == []


def test_tools_at_a_target_without_tools_are_one_finding() -> None:
    report = check(GOOD_CALL, targets=[target("torchtune")], selection=FILES_ASIDE)
    assert [one.code for one in report.findings] == ["SF320"]
    claude = check(GOOD_CALL, targets=[target("bedrock-claude")], selection=FILES_ASIDE)
    assert [one.code for one in claude.findings] == ["SF320"]


def test_a_system_prompt_beside_the_messages_is_no_role() -> None:
    value: JsonValue = {"system": "Be brief.", "messages": [ASK, TELL]}
    assert told(sf217_role_not_taken, value, "bedrock-claude") == []
    assert told(sf106_extra_key, value, "bedrock-claude") == []


def test_a_misspelt_key_is_told_its_name() -> None:
    value: JsonValue = {"sistem": "Be brief.", "messages": [ASK, TELL]}
    assert one(sf106_extra_key, value, "bedrock-claude").hint == 'did you mean "system"?'
    assert len(told(sf106_extra_key, value, "together")) == 1
    assert told(sf106_extra_key, {"messages": [ASK, TELL], "tools": []}, "together") == []


@pytest.mark.parametrize(
    ("weight", "role", "name", "severity"),
    [
        (0, "assistant", "trl", Severity.WARNING),
        (1, "assistant", "trl", None),
        (0, "user", "trl", None),
        (0, "user", "together", None),
        (0, "user", "azure", Severity.INFO),
        (0, "assistant", "azure", None),
    ],
)
def test_weights_of_messages(weight: int, role: str, name: str, severity: Severity | None) -> None:
    turns: list[JsonValue] = [
        {"role": one_role, "content": "x", **({"weight": weight} if one_role == role else {})}
        for one_role in ("user", "assistant")
    ]
    found = told(sf215_weight_not_read, {"messages": turns}, name)
    severities = [one.severity or sf215_weight_not_read.META.severity for one in found]
    assert severities == ([] if severity is None else [severity])


def test_a_picture_with_a_weight_is_refused_by_together() -> None:
    picture: JsonValue = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    for weight, expected in ((1, [Severity.ERROR]), (0, [])):
        value: JsonValue = {"messages": [{"role": "user", "content": [picture], "weight": weight}]}
        found = told(sf215_weight_not_read, value, "together")
        assert [one.severity for one in found] == expected


@pytest.mark.parametrize(
    ("weight", "name", "code"),
    [
        (1.5, "together", None),
        (0, "together", None),
        (-1, "together", "rejected"),
        (True, "together", "rejected"),
        (None, "together", None),
        (2, "trl", "mis-trained"),
        (1, "trl", None),
        (2, "azure", None),  # nobody says
    ],
)
def test_weights_of_rows(weight: JsonValue, name: str, code: str | None) -> None:
    found = told(sf216_row_weight, {"messages": [ASK, TELL], "weight": weight}, name)
    consequences = [(one.consequence or sf216_row_weight.META.consequence).value for one in found]
    assert consequences == ([] if code is None else [code])


def test_reasoning_is_told_where_it_would_be_read() -> None:
    value: JsonValue = {"messages": [ASK, {"role": "assistant", "reasoning": "Hm.", "content": "4"}]}
    assert told(sf218_reasoning_unread, value, "together") == []
    assert one(sf218_reasoning_unread, value, "axolotl").hint == "rename the key to reasoning_content"
    assert "<think>" in one(sf218_reasoning_unread, value, "llamafactory").hint
    assert told(sf218_reasoning_unread, value, "trl") == []  # the chat template decides


def test_arguments_are_objects_here_and_strings_there() -> None:
    as_object: JsonValue = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {"x": 1}}}],
    }
    objects: JsonValue = {"messages": [ASK, as_object]}
    strings: JsonValue = {"messages": [ASK, call("f", "{}")]}
    assert told(sf302_arguments_type, objects, "llamafactory") == []
    assert one(sf302_arguments_type, strings, "llamafactory").consequence is Consequence.MISTRAINED
    assert one(sf302_arguments_type, objects, "together").message.endswith("reads a string of JSON")
    assert told(sf302_arguments_type, objects, "axolotl") == []


def test_an_id_may_be_null_where_mistral_takes_it() -> None:
    value: JsonValue = {"messages": [ASK, call("f", "{}", "null")]}
    assert told(sf307_call_id_shape, value, "mistral") == []
    found = one(sf307_call_id_shape, {"messages": [ASK, call("f", "{}", "call_12345")]}, "mistral")
    assert found.field == "messages[1].tool_calls[0].id"


def test_tools_have_what_the_target_demands() -> None:
    empty: JsonValue = {"messages": [ASK, TELL], "tools": [tool("f", description="")]}
    assert told(sf309_tool_schema, empty, "mistral") == []  # present is enough
    assert "an empty description" in one(sf309_tool_schema, empty, "bedrock-nova").message
    many: JsonValue = {"messages": [ASK, TELL], "tools": [tool(f"f{n}") for n in range(129)]}
    assert one(sf309_tool_schema, many, "azure").message.startswith("129 tools; ")
    bare: JsonValue = {"messages": [], "tools": [{"type": "function", "function": {"name": "f"}}]}
    assert told(sf309_tool_schema, bare, "together") == []


def test_pictures_of_another_kind_are_told_the_way() -> None:
    def shows(url: str) -> JsonValue:
        part: JsonValue = {"type": "image_url", "image_url": {"url": url}}
        return {"messages": [{"role": "user", "content": [part]}]}

    assert "image/jpg" in one(sf403_image_kind, shows("data:image/jpg;base64,AAAA"), "together").message
    assert told(sf403_image_kind, shows("data:image/jpg;base64,AAAA"), "fireworks") == []
    assert told(sf403_image_kind, shows("https://x.example/a"), "azure") == []
    found = one(sf403_image_kind, shows("ftp://x.example/a"), "azure")
    assert "by a ftp address" in found.message


def test_a_picture_inside_the_row_that_is_too_large() -> None:
    url = "data:image/png;base64," + "A" * 14_000_000
    value: JsonValue = {
        "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]
    }
    assert "10,500,000 bytes" in one(sf404_too_many_images, value, "together").message


def test_markers_count_as_written_and_warn_in_another_case() -> None:
    def severities(text: str, name: str) -> list[Severity]:
        return [
            one.severity or sf905_reserved_marker.META.severity
            for one in told(sf905_reserved_marker, chat(("user", text), ("assistant", "a")), name)
        ]

    assert severities("User: x", "bedrock-nova") == [Severity.ERROR]
    assert severities("end-user: x", "bedrock-nova") == [Severity.WARNING]
    assert severities("a user said: x", "bedrock-nova") == []
    assert severities("a\nHuman: x", "bedrock-claude") == [Severity.ERROR]
    assert severities("a\nhuman: x", "bedrock-claude") == []
    assert severities("User: x", "together") == []


def test_the_version_of_a_converse_row() -> None:
    nova_target = target("bedrock-nova")
    right, wrong = (
        nova("a", "b", schemaVersion="bedrock-conversation-2024"),
        nova("a", "b", schemaVersion="x"),
    )
    assert list(sf112_schema_version.check(right, nova_target)) == []
    assert [one.message.split(";")[0] for one in sf112_schema_version.check(wrong, nova_target)] == [
        'schemaVersion is "x"'
    ]
    assert list(sf112_schema_version.check(nova("a"), nova_target)) == []  # a missing field is SF104


@pytest.mark.slow
@given(st.lists(st.booleans(), max_size=6), st.integers(0, 6))
def test_uneven_keys_are_told_whatever_the_parts(having: list[bool], cut: int) -> None:
    rows = [nova("a", "b", system=[{"text": "s"}]) if has else nova("a", "b") for has in having]
    for line, row in enumerate(rows, 1):
        row.line = line
    whole, early, late = (sf109_uneven_keys.tally(target("bedrock-nova")) for _ in range(3))
    for index, row in enumerate(rows):
        whole.add(row)
        (early if index < cut else late).add(row)
    late.merge(early)  # the order of parts does not matter
    found = list(whole.problems())
    assert found == list(late.problems())
    assert bool(found) == (len(set(having)) == 2)
    if found:
        assert found[0].line == having.index(False) + 1
