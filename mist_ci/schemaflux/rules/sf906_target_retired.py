"""The target has ended, or ends soon.

What it finds: a target whose last day for new jobs is past, or comes within 90 days, and one that takes existing
customers only.

Why it matters: data is prepared for a place where nobody can train it. The date is as old as the target's file: the
page of the target says where it is from.

What to do: choose another target. Chat rows of OpenAI are read by most of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.file_facts import EXAMPLE, FileFacts
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import when

BAD = EXAMPLE
GOOD = replace(EXAMPLE, today=date(2026, 5, 1))
META = RuleMeta(
    code="SF906",
    name="target-retired",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="bedrock-claude",
    bad=BAD.shown(),
    good=GOOD.shown(),
)
_SOON = timedelta(days=90)
_HINT = (
    "choose another target, or look for a later date: `mist-ci targets {name}` says where this one is from"
)


def facts(target: Target, /) -> tuple[Fact[date], ...]:
    """When it ends."""
    return (*when(target.lifecycle.last_jobs), *when(target.lifecycle.closed_to_new))


def check(file: FileFacts, target: Target, /) -> Iterator[Problem]:
    """At most one problem per file."""
    hint = _HINT.format(name=target.name)
    for fact in when(target.lifecycle.last_jobs):
        told = f"{fact.value:%Y-%m-%d}, as of {target.dated(fact):%Y-%m-%d}"
        if file.today > fact.value:
            is_last = all(file.today > value for value in fact.values)
            message = f"{target.title} takes no new jobs: the last day was {told}"
            yield Problem(message, hint, severity=None if is_last else Severity.WARNING)
            return
        if file.today > fact.value - _SOON:
            message = f"{target.title} takes new jobs until {told}"
            yield Problem(message, hint, severity=Severity.WARNING)
            return
    for fact in when(target.lifecycle.closed_to_new):
        if file.today >= fact.value:
            since = f"{fact.value:%Y-%m-%d}, as of {target.dated(fact):%Y-%m-%d}"
            message = f"{target.title} takes existing customers only, since {since}"
            yield Problem(message, hint, severity=Severity.WARNING)
