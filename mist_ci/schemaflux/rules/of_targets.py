"""Rules that ask what a provider or trainer takes, listed by hand, in the order in which they are asked."""

from mist_ci.schemaflux.file_facts import FileFactRule
from mist_ci.schemaflux.kinds import TargetFoldRule, TargetRule
from mist_ci.schemaflux.rules import (
    sf007_blank_line,
    sf010_extension,
    sf011_file_too_big,
    sf012_row_count,
    sf106_extra_key,
    sf109_uneven_keys,
    sf112_schema_version,
    sf114_format_not_taken,
    sf115_container_not_taken,
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
    sf906_target_retired,
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
