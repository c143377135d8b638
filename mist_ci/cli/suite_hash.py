"""mist-ci suite hash"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.cli.suite_files import loaded, suite_paths
from mist_ci.cli.suite_lint import POLICY
from mist_ci.errors import Code, ConfigError, ExitCode, Where

if TYPE_CHECKING:
    from mist_ci.models.suite import Suite


@click.command("hash", context_settings=SETTINGS)
@click.argument("files", nargs=-1, metavar="[FILE…]")
@POLICY
@click.option("--samples", is_flag=True, help="Also each sample: its key, and the hash of what it asks.")
@click.option(
    "--check", "pinned", type=click.Path(path_type=Path), metavar="FILE",
    help="Compare with what an earlier `suite hash` wrote; exit with 1 where a suite is another.",
)  # fmt: skip
@OUTPUT_FORMAT
def hash_suites(
    files: tuple[str, ...], config: Path, samples: bool, pinned: Path | None, output_format: str
) -> int:
    """Print what identifies suites: the hash of their samples, prompts and grader.

    Names, tags, floors and the order of rows do not count: results of equal hashes can be compared.

    \b
    mist-ci suite hash
    mist-ci suite hash suites/arithmetic.yml --samples
    mist-ci suite hash > suites.lock
    mist-ci suite hash --check suites.lock
    """
    from mist_ci.cli import wiring
    from mist_ci.cli.output import say, show_json

    tree = wiring.directory(Path())
    suites = loaded(tree, suite_paths(tree, files, config))
    if pinned is not None:
        return _check(suites, pinned)
    if output_format == "json":
        show_json({"suites": [_as_json(suite, samples=samples) for suite in suites]})
        return ExitCode.PASSED
    for suite in suites:
        say(f"sha256:{suite.digest}  {suite.name}")
        if samples:
            for sample in suite.samples:
                say(f"  {sample.key}  asked {sample.prompt_hash[:16]}  {sample.id}")
    return ExitCode.PASSED


def _as_json(suite: "Suite", *, samples: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": suite.name,
        "path": suite.path,
        "digest": suite.digest,
        "grader": suite.grader_fingerprint,
        "graders": [spec.fingerprint for spec in suite.graders],
        "samples": len(suite.samples),
    }
    if samples:
        told["keys"] = [
            {"id": sample.id, "key": sample.key, "prompt_hash": sample.prompt_hash}
            for sample in suite.samples
        ]
    return told


def _check(suites: "list[Suite]", pinned: Path) -> int:
    from mist_ci.cli.output import say
    from mist_ci.models.figures import count

    known = _pinned(pinned)
    different = 0
    for suite in suites:
        digest = known.pop(suite.name, None)
        if digest != suite.digest:
            different += 1
            was = f"sha256:{digest}" if digest else "not there"
            say(f"{suite.path}: {suite.name} is sha256:{suite.digest}, and was {was}")
    for name in known:
        different += 1
        say(f"{pinned}: {name} is pinned, and there is no such suite")
    say(f"{count(len(suites), 'suite')}: {different or 'none'} changed")
    return ExitCode.FAILED if different else ExitCode.PASSED


def _pinned(file: Path) -> dict[str, str]:
    """Name → digest. Raises ConfigError MC102 for a line that `suite hash` would not write."""
    from mist_ci.cli.local import read_file

    found = {}
    for number, line in enumerate(read_file(file).decode(errors="replace").splitlines(), start=1):
        if not line.strip() or line.startswith((" ", "#")):
            continue
        digest, _, name = line.partition("  ")
        if not digest.startswith("sha256:") or not name:
            hint = "write it with: mist-ci suite hash"
            raise ConfigError(
                Code.SYNTAX, "is no line of `suite hash`", where=Where(str(file), number), hint=hint
            )
        found[name.strip()] = digest.removeprefix("sha256:")
    return found
