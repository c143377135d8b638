"""Shards of one evaluation become the run that nobody had to cut in pieces."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace
from pydantic import ValidationError

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec import hashing
from mist_ci.models.attempt import Attempt
from mist_ci.models.eval_run import EvalRun, EvalSuite
from mist_ci.models.figures import count

_decode = msgspec.json.Decoder(Attempt).decode


@dataclass(frozen=True, slots=True)
class Part:
    """One results directory of `mist-ci eval`."""

    place: str
    run: EvalRun
    attempts: tuple[Attempt, ...]


def read_part(place: str, run: bytes, attempts: bytes) -> Part:
    """A directory's two files. Raises ConfigError MC113."""
    try:
        told = EvalRun.model_validate_json(run)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise _refused(f"eval.json is not of `mist-ci eval`: {first['msg']}", place, field=field) from None
    found = []
    for number, line in enumerate(attempts.split(b"\n"), start=1):
        if line:
            try:
                found.append(_decode(line))
            except (msgspec.MsgspecError, ValueError) as error:
                raise _refused(f"line {number} of attempts.jsonl is not an attempt: {error}", place) from None
    return Part(place, told, tuple(found))


def merge(parts: Sequence[Part], run_id: str) -> Part:
    """All shards as one run: each sample once, in hash order, whatever the order of the parts.

    Raises ConfigError MC113 where they are not the shards of one evaluation, or not all of them.
    """
    first = parts[0]
    for part in parts:
        _check_finished(part)
        _check_same(first, part)
    _check_shards(parts)
    label = first.run.selection.unsharded.label
    attempts = [replace(one, portion=label) for part in parts for one in part.attempts]
    suites = tuple(
        _whole(suite, parts, attempts) for suite in sorted(first.run.suites, key=lambda one: one.name)
    )
    run = first.run.model_copy(
        update={
            "run": run_id,
            "selection": first.run.selection.unsharded,
            "suites": suites,
            "merged": tuple(sorted(part.run.run for part in parts)),
        }
    )
    return Part(run_id, run, tuple(sorted(attempts, key=_order)))


def _order(attempt: Attempt) -> tuple[str, str, str, int]:
    """Suites by name, and their samples in the order in which they are asked."""
    place = hashing.digest([attempt.suite_digest, attempt.key])
    return attempt.suite, place, attempt.side.value, attempt.attempt


def _check_finished(part: Part) -> None:
    if not part.run.finished:
        hint = "run it again with --outputs: what was answered is not asked twice"
        raise _refused(f"this run ({part.run.selection.label}) did not come to its end", part.place, hint)


def _check_same(first: Part, part: Part) -> None:
    """Raises ConfigError where two parts are not about the same."""
    one, other = first.run, part.run
    for what in ("model", "provider", "reference_digest"):
        mine, theirs = getattr(one, what), getattr(other, what)
        if mine != theirs:
            named = what.replace("_", " ")
            message = f"the {named} is {theirs!r}, and in {first.place} it is {mine!r}"
            raise _refused(message, part.place, "shards are of one model with one set of parameters")
    _check_same_suites(first, part)
    if one.selection.unsharded != other.selection.unsharded:
        message = f"it asked {other.selection.label!r}, and {first.place} {one.selection.label!r}"
        raise _refused(message, part.place, "give every shard the same --tags, --samples and --limit")
    _check_same_counts(first, part)


def _check_same_suites(first: Part, part: Part) -> None:
    """Raises ConfigError where suites are missing, or are other ones."""
    known, others = ({suite.name: suite for suite in one.run.suites} for one in (first, part))
    for name in sorted(set(known) ^ set(others)):
        lacking = part if name in known else first
        raise _refused(f"the suite {name} is not in it, and in another shard it is", lacking.place)
    for name, mine in sorted(known.items()):
        theirs = others[name]
        if theirs.digest != mine.digest:
            message = f"the suite {name} is another version than in {first.place} (its digest differs)"
            raise _refused(message, part.place, "run all shards on one commit")


def _check_same_counts(first: Part, part: Part) -> None:
    """Attempts are no part of a digest: a mean of one and a mean of three are not the same measurement."""
    known = {suite.name: suite for suite in first.run.suites}
    for theirs in part.run.suites:
        for what in ("attempts", "samples", "selected"):
            other, mine = getattr(theirs, what), getattr(known[theirs.name], what)
            if other != mine:
                message = f"the suite {theirs.name} has {other} {what}, and in {first.place} {mine}"
                raise _refused(message, part.place, "run all shards on one commit")


def _check_shards(parts: Sequence[Part]) -> None:
    """Each of them once, and none missing. One run without shards is all there is."""
    shards = [(part, part.run.selection.shard) for part in parts]
    if len(parts) == 1 and shards[0][1] is None:
        return
    seen: dict[int, str] = {}
    counts = {shard.count for _, shard in shards if shard is not None}
    for part, shard in shards:
        if shard is None:
            raise _refused("it is no shard, and so there is nothing to join it with", part.place)
        if len(counts) > 1:
            told = " and ".join(f"{one}" for one in sorted(counts))
            raise _refused(f"it is shard {shard}, and there are runs cut into {told}", part.place)
        if shard.index in seen:
            raise _refused(
                f"shard {shard} is also in {seen[shard.index]}", part.place, "hand over each shard once"
            )
        seen[shard.index] = part.place
    missing = sorted(set(range(1, max(counts) + 1)) - set(seen))
    if missing:
        told = ", ".join(f"{one}/{max(counts)}" for one in missing[:10])
        hint = "hand over the directories of all shards; one whose job failed has to run again"
        raise _refused(f"{count(len(missing), 'shard')} missing: {told}", parts[0].place, hint)


def _whole(suite: EvalSuite, parts: Sequence[Part], attempts: Sequence[Attempt]) -> EvalSuite:
    """A suite with every attempt once. Raises ConfigError where records and what was asked do not agree."""
    for part in parts:
        told = next(one for one in part.run.suites if one.name == suite.name)
        mine = [one for one in part.attempts if one.suite == suite.name]
        for problem in _problems(told, mine):
            raise _refused(f"suite {suite.name}: {problem}", part.place, "the files do not belong together")
    found = Counter((one.key, one.side, one.attempt) for one in attempts if one.suite == suite.name)
    if twice := next((key for (key, _, _), times in found.items() if times > 1), None):
        raise _refused(f"suite {suite.name}: sample {twice[:12]}… is in two shards", parts[0].place)
    keys = {key for key, _, _ in found}
    if len(keys) != suite.selected:
        found_in_all = f"{count(len(keys), 'sample')} in all shards"
        message = f"suite {suite.name}: {found_in_all}, and {suite.selected} were to be asked"
        raise _refused(message, parts[0].place)
    return suite.model_copy(update={"asked": suite.selected})


def _problems(told: EvalSuite, attempts: Sequence[Attempt]) -> Iterator[str]:
    if stranger := next((one for one in attempts if one.suite_digest != told.digest), None):
        yield f"an attempt is of another version of it ({stranger.suite_digest[:12]}…)"
    wanted = told.asked * told.attempts
    if len(attempts) != wanted:
        yield f"{count(len(attempts), 'attempt')} recorded, and {wanted} made"


def _refused(message: str, place: str, hint: str | None = None, field: str | None = None) -> ConfigError:
    return ConfigError(Code.BAD_RESULTS, message, where=Where(place, field=field or None), hint=hint)
