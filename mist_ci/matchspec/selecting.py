"""Asking less of a suite than everything: by tags, by name, the first so many, or one of several shards."""

from collections.abc import Iterable, Sequence

from mist_ci.errors import Code, UsageError
from mist_ci.models.eval_run import Selection
from mist_ci.models.suite import Sample, Suite
from mist_ci.parsing.document import nearest


def selected(suite: Suite, selection: Selection) -> tuple[Sample, ...]:
    """What all shards together ask, in hash order."""
    wanted, unwanted, named = (set(one) for one in (selection.tags, selection.not_tags, selection.samples))
    found = [
        sample
        for sample in suite.samples
        if (not wanted or wanted & set(sample.tags))
        and not unwanted & set(sample.tags)
        and (not named or {sample.id, sample.key} & named)
    ]
    return tuple(found[: selection.limit])


def of_shard(samples: Sequence[Sample], selection: Selection) -> tuple[Sample, ...]:
    """Every n-th of them, from the shard's own place on: shards differ by one sample at most."""
    shard = selection.shard
    return tuple(samples) if shard is None else tuple(samples[shard.index - 1 :: shard.count])


def check_names(suites: Iterable[Suite], selection: Selection) -> None:
    """Every tag and sample is there, and something is left to ask. Raises UsageError MC106 or MC201."""
    suites = list(suites)
    samples = [sample for suite in suites for sample in suite.samples]
    tags = sorted({tag for sample in samples for tag in sample.tags})
    for tag in (*selection.tags, *selection.not_tags):
        if tag not in tags:
            hint = nearest(tag, tags) or "no sample of these suites has a tag"
            raise UsageError(Code.UNKNOWN_NAME, f"no sample has the tag {tag!r}", hint=hint)
    known = {name for sample in samples for name in (sample.id, sample.key)}
    for name in selection.samples:
        if name not in known:
            close = nearest(name, sorted(sample.id for sample in samples))
            if {".", "/"} & set(name):
                close = f"nor is there a file of that name to read ids from; {close}"
            raise UsageError(Code.UNKNOWN_NAME, f"no sample is named {name!r}", hint=close)
    if not any(selected(suite, selection) for suite in suites):
        message = f"nothing is left to ask: {selection.unsharded.label}"
        raise UsageError(Code.USAGE, message, hint="no sample is in all of these")
