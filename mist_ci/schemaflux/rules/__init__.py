"""All rules, listed by hand, in the order in which they are asked."""

from mist_ci.schemaflux.file_facts import FileFactRule
from mist_ci.schemaflux.rule import (
    BrokenRule,
    CorpusRule,
    FileRule,
    FoldRule,
    LeakRule,
    LineRule,
    RenderRule,
    RowRule,
    Rule,
    TargetFoldRule,
    TargetRule,
)
from mist_ci.schemaflux.rules import (
    sf001_empty_file,
    sf002_invalid_json,
    sf003_not_utf8,
    sf004_byte_order_mark,
    sf005_not_jsonl,
    sf006_not_an_object,
    sf007_blank_line,
    sf008_duplicate_key,
    sf009_unportable_value,
    sf010_extension,
    sf011_file_too_big,
    sf012_row_count,
    sf013_lfs_pointer,
    sf015_line_too_long,
    sf016_broken_container,
    sf104_missing_field,
    sf105_wrong_type,
    sf106_extra_key,
    sf108_no_messages,
    sf109_uneven_keys,
    sf112_schema_version,
    sf114_format_not_taken,
    sf115_container_not_taken,
    sf201_unknown_role,
    sf203_no_assistant,
    sf205_last_not_assistant,
    sf206_prompt_ends_with_assistant,
    sf207_same_role_twice,
    sf208_system_placement,
    sf209_assistant_first,
    sf212_empty_content,
    sf213_bad_weight,
    sf214_nothing_trained,
    sf215_weight_not_read,
    sf216_row_weight,
    sf217_role_not_taken,
    sf218_reasoning_unread,
    sf301_arguments_not_json,
    sf302_arguments_type,
    sf303_undeclared_tool,
    sf305_unanswered_call,
    sf306_orphan_result,
    sf307_call_id_shape,
    sf309_tool_schema,
    sf310_content_beside_calls,
    sf320_tools_not_taken,
    sf321_tool_name_shape,
    sf402_image_role,
    sf403_image_kind,
    sf404_too_many_images,
    sf406_mixed_content,
    sf601_template_error,
    sf801_exact_duplicate,
    sf804_leaked_prompt,
    sf810_conflicting_answers,
    sf905_reserved_marker,
    sf906_target_retired,
)

BROKEN_RULES: tuple[BrokenRule, ...] = (sf016_broken_container,)
FILE_RULES: tuple[FileRule, ...] = (sf001_empty_file, sf013_lfs_pointer, sf005_not_jsonl)

LINE_RULES: tuple[LineRule, ...] = (
    sf002_invalid_json,
    sf003_not_utf8,
    sf004_byte_order_mark,
    sf008_duplicate_key,
    sf009_unportable_value,
    sf015_line_too_long,
)

ROW_RULES: tuple[RowRule, ...] = (
    sf006_not_an_object,
    sf104_missing_field,
    sf105_wrong_type,
    sf108_no_messages,
    sf201_unknown_role,
    sf203_no_assistant,
    sf205_last_not_assistant,
    sf212_empty_content,
    sf213_bad_weight,
    sf214_nothing_trained,
    sf301_arguments_not_json,
    sf303_undeclared_tool,
    sf305_unanswered_call,
    sf306_orphan_result,
)

TARGET_RULES: tuple[TargetRule, ...] = (
    sf106_extra_key,
    sf112_schema_version,
    sf206_prompt_ends_with_assistant,
    sf207_same_role_twice,
    sf208_system_placement,
    sf209_assistant_first,
    sf215_weight_not_read,
    sf216_row_weight,
    sf217_role_not_taken,
    sf218_reasoning_unread,
    sf302_arguments_type,
    sf307_call_id_shape,
    sf309_tool_schema,
    sf310_content_beside_calls,
    sf320_tools_not_taken,
    sf321_tool_name_shape,
    sf402_image_role,
    sf403_image_kind,
    sf404_too_many_images,
    sf406_mixed_content,
    sf905_reserved_marker,
)

FILE_FACT_RULES: tuple[FileFactRule, ...] = (
    sf906_target_retired,
    sf114_format_not_taken,
    sf115_container_not_taken,
    sf010_extension,
    sf011_file_too_big,
    sf012_row_count,
    sf007_blank_line,
)

TARGET_FOLD_RULES: tuple[TargetFoldRule, ...] = (sf109_uneven_keys,)
RENDER_RULES: tuple[RenderRule, ...] = (sf601_template_error,)
LEAK_RULES: tuple[LeakRule, ...] = (sf804_leaked_prompt,)
CORPUS_RULES: tuple[CorpusRule, ...] = (sf801_exact_duplicate, sf810_conflicting_answers)
FOLD_RULES: tuple[FoldRule, ...] = ()

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *BROKEN_RULES,
            *FILE_RULES,
            *LINE_RULES,
            *ROW_RULES,
            *TARGET_RULES,
            *RENDER_RULES,
            *LEAK_RULES,
            *CORPUS_RULES,
            *FOLD_RULES,
            *FILE_FACT_RULES,
            *TARGET_FOLD_RULES,
        ),
        key=lambda rule: rule.META.code,
    )
)
