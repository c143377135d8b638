"""What `mist-ci validate` asks SchemaFlux, from its options."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mist_ci.errors import Code, UsageError
from mist_ci.models.data_format import DataFormat

if TYPE_CHECKING:
    from mist_ci.ports.sources import Opened
    from mist_ci.schemaflux import Inspection, Selection, Suppressions


def inspection(
    files: "Sequence[Opened]",
    before: "Sequence[Opened]",
    options: dict[str, Any],
    infos: "tuple[Mapping[str, bytes], Mapping[str, bytes]]" = ({}, {}),
) -> "Inspection":
    """Everything that the options say; `infos` are settings beside the data, now and before.

    Raises ConfigError and UsageError for files and names that are not there.
    """
    from mist_ci import schemaflux
    from mist_ci.cli import wiring, wiring_data
    from mist_ci.cli.local import read_file

    template = options["template"]
    return schemaflux.Inspection(
        "files",
        files,
        before,
        format=format_of(options),
        model=options["model"],
        template=wiring_data.chat_template(template) if template else None,
        now=wiring.now().astimezone(),
        targets=wiring_data.targets(options["targets"]) if options["targets"] else (),
        trainers=[schemaflux.read_settings(read_file(path), str(path)) for path in options["trainers"]],
        selection=selection(options),
        suppressions=_suppressions(options),
        suite_prompts=_suite_prompts(options["suites"]),
        infos=infos[0],
        infos_before=infos[1],
    )


def format_of(options: dict[str, Any]) -> DataFormat | None:
    """The format of the rows, where somebody said it."""
    return DataFormat(options["data_format"]) if options["data_format"] else None


def selection(options: dict[str, Any]) -> "Selection":
    """Which rules are asked. Raises UsageError MC106 for a code that no rule begins with."""
    from mist_ci import schemaflux

    select, extend, ignore = options["select"], options["extend_select"], options["ignore"]
    per_file = [code for _, codes in options["per_file_ignores"] for code in codes]
    _refuse_unknown([*select, *extend, *ignore, *per_file])
    return schemaflux.Selection(select, extend, ignore)


def _refuse_unknown(codes: Sequence[str]) -> None:
    from mist_ci import schemaflux

    for code in codes:
        if not any(rule.startswith(code.upper()) for rule in schemaflux.codes()):
            from mist_ci.parsing.document import nearest

            hint = nearest(code.upper(), list(schemaflux.codes()))
            raise UsageError(Code.UNKNOWN_NAME, f"no rule is named {code!r}", hint=hint)


def _suppressions(options: dict[str, Any]) -> "Suppressions":
    from mist_ci import schemaflux
    from mist_ci.cli.local import read_file

    file = options["baseline"]
    known = schemaflux.read_baseline(read_file(file), str(file)) if file else {}
    return schemaflux.Suppressions(options["per_file_ignores"], known, str(Path().absolute()))


def _suite_prompts(patterns: Sequence[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Suite → sample → what would give it away. Raises UsageError MC101 for a pattern that matches nothing."""
    if not patterns:
        return {}
    from mist_ci import matchspec, schemaflux
    from mist_ci.cli import wiring
    from mist_ci.models.config import READY_MADE
    from mist_ci.parsing.glob import matches

    tree, shipped = wiring.directory(Path()), wiring.shipped_suites()
    plain = [pattern.removeprefix("./") for pattern in patterns]
    for pattern in plain:
        is_file = not pattern.startswith(READY_MADE)
        if is_file and not any(matches(pattern, path) for path in tree.paths()):
            hint = "name suite files below the working directory, as 'suites/*.yml'"
            raise UsageError(Code.FILE_MISSING, f"no file matches {pattern!r}", hint=hint)
    found = matchspec.find(tree, plain, "", shipped)
    programs = matchspec.TrustedPrograms(tree)
    suites = [matchspec.load(one, wiring.executor(), programs=programs) for one in found]
    return {suite.name: {one.key: schemaflux.telling_texts(one) for one in suite.samples} for suite in suites}
