"""All rules, listed by hand, in the order in which they are asked."""

from mist_ci.schemaflux.rule import (
    CorpusRule,
    FileRule,
    FoldRule,
    LeakRule,
    LineRule,
    RenderRule,
    RowRule,
    Rule,
    TargetRule,
)
from mist_ci.schemaflux.rules import (
    sf001_empty_file,
    sf002_invalid_json,
    sf003_not_utf8,
    sf004_byte_order_mark,
    sf005_not_jsonl,
    sf006_not_an_object,
    sf008_duplicate_key,
    sf009_unportable_value,
    sf013_lfs_pointer,
    sf015_line_too_long,
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
    sf601_template_error,
    sf701_control_character,
    sf702_invisible_text,
    sf703_mojibake,
    sf704_not_normalised,
    sf705_markup_residue,
    sf706_cut_answer,
    sf707_refusal_boilerplate,
    sf708_repetition,
    sf711_structured_output,
    sf712_language,
    sf713_placeholder_left,
    sf801_exact_duplicate,
    sf804_leaked_prompt,
    sf810_conflicting_answers,
    sf901_secret,
    sf902_pii,
)

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
    sf701_control_character,
    sf702_invisible_text,
    sf703_mojibake,
    sf704_not_normalised,
    sf705_markup_residue,
    sf706_cut_answer,
    sf707_refusal_boilerplate,
    sf713_placeholder_left,
    sf901_secret,
    sf902_pii,
)

TARGET_RULES: tuple[TargetRule, ...] = ()
RENDER_RULES: tuple[RenderRule, ...] = (sf601_template_error,)
LEAK_RULES: tuple[LeakRule, ...] = (sf804_leaked_prompt,)
CORPUS_RULES: tuple[CorpusRule, ...] = (sf801_exact_duplicate, sf810_conflicting_answers)
FOLD_RULES: tuple[FoldRule, ...] = (sf708_repetition, sf711_structured_output, sf712_language)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *FILE_RULES,
            *LINE_RULES,
            *ROW_RULES,
            *TARGET_RULES,
            *RENDER_RULES,
            *LEAK_RULES,
            *CORPUS_RULES,
            *FOLD_RULES,
        ),
        key=lambda rule: rule.META.code,
    )
)
