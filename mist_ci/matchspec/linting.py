"""What a suite should be asked about before it is relied on: it loads, and may still measure something else."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from mist_ci.matchspec.graders import Grader, grader
from mist_ci.matchspec.graders.labels import expected_choice, refuse_but_choices
from mist_ci.matchspec.likeness import near_duplicates, templates
from mist_ci.matchspec.reference import reference_answer, what_it_scores
from mist_ci.models.answer import Answer
from mist_ci.models.figures import count
from mist_ci.models.plan import SuiteDocument
from mist_ci.models.suite import Sample, Suite
from mist_ci.parsing.document import nearest

_NAMED = 3
"""So many samples are named in a remark."""
_FEWEST = 20
"""Shares of fewer samples mean nothing."""
_OFTEN = 0.5
_MANY_TEMPLATES = 10
"""With fewer, clusters would leave too little to count."""
_HOLDS = 0.5
"""A score from which an answer counts as right."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at. `name` is stable; nothing is wrong with the file."""

    name: str
    message: str
    hint: str


def remarks(suite: Suite, document: SuiteDocument) -> Iterator[Remark]:
    """Everything that a suite's samples and its prompt give cause for."""
    if suite.imported or not suite.samples:
        return
    graders = {spec.title: grader(spec) for spec in suite.graders}
    primary = graders[suite.primary]
    yield from _prompt_without_input(document)
    yield from _unused_prompt(document)
    yield from _choices_not_shown(suite)
    yield from _templates_without_clusters(suite)
    yield from _near_duplicates(suite)
    yield from _wrong_references(suite, primary)
    yield from _right_without_an_answer(suite, primary)
    yield from _one_answer(suite)
    yield from _unbalanced_choices(suite)
    yield from _lonely_tags(suite)


def _named(samples: Sequence[Sample]) -> str:
    names = [sample.id for sample in samples[:_NAMED]]
    return ", ".join(names) + (" …" if len(samples) > _NAMED else "")


def _of(some: Sequence[Sample], suite: Suite) -> str:
    return f"{len(some)} of {count(len(suite.samples), 'sample')} ({_named(some)})"


def _prompt_without_input(document: SuiteDocument) -> Iterator[Remark]:
    suite = document.file
    texts = [message.content for message in suite.messages or ()] + ([suite.prompt] if suite.prompt else [])
    has_input = any('"input"' in row.text for row in document.rows)
    if texts and has_input and not any(re.search(r"\{[{%][^}]*\binput\b", text) for text in texts):
        yield Remark(
            "prompt-without-input",
            "no template uses the samples' input",
            "write {{ input }} where it belongs",
        )


def _unused_prompt(document: SuiteDocument) -> Iterator[Remark]:
    suite = document.file
    if (
        (suite.prompt or suite.messages)
        and document.rows
        and all('"messages"' in row.text for row in document.rows)
    ):
        hint = "take it out, or write `input` instead of `messages` in the rows"
        yield Remark(
            "unused-prompt", "every sample has messages of its own, so the prompt is never used", hint
        )


def _choices_not_shown(suite: Suite) -> Iterator[Remark]:
    hidden = [
        sample
        for sample in suite.samples
        if sample.choices
        and not all(any(one in m.content for m in sample.messages) for one in sample.choices)
    ]
    if hidden:
        hint = "list them in the prompt: {% for choice in choices %}…{% endfor %}"
        yield Remark(
            "choices-not-shown", f"{_of(hidden, suite)} do not show their choices to the model", hint
        )


def _templates_without_clusters(suite: Suite) -> Iterator[Remark]:
    if any(sample.cluster for sample in suite.samples):
        return
    found = [size for size in templates([_asked(sample) for sample in suite.samples]).values() if size > 1]
    if len(found) >= _MANY_TEMPLATES and sum(found) >= _OFTEN * len(suite.samples):
        share = f"{sum(found)} of {count(len(suite.samples), 'sample')}"
        message = f"{share} follow {len(found)} templates, and none has a cluster"
        hint = "name the template as `cluster`: what is alike rises and falls together, and the interval must know it"
        yield Remark("no-clusters", message, hint)


def _near_duplicates(suite: Suite) -> Iterator[Remark]:
    found = near_duplicates([_asked(sample) for sample in suite.samples])
    clusters = [sample.cluster for sample in suite.samples]
    pairs = [(a, b) for a, b in found if clusters[a] is None or clusters[a] != clusters[b]]
    if pairs:
        told = "; ".join(f"{suite.samples[a].id} and {suite.samples[b].id}" for a, b in pairs[:_NAMED])
        message = f"{count(len(pairs), 'pair')} of samples ask nearly the same: {told}"
        yield Remark("near-duplicates", message, "keep one of them, or give them one cluster")


def _asked(sample: Sample) -> str:
    return "\n".join(message.content for message in sample.messages if message.role != "system")


def _wrong_references(suite: Suite, primary: Grader) -> Iterator[Remark]:
    wrong = []
    for sample in suite.samples:
        answer = reference_answer(sample)
        score = None if answer is None else what_it_scores(primary, answer, sample)
        if score is not None and score < 1:
            wrong.append(sample)
    if wrong:
        message = (
            f"{suite.primary} does not give the expected answer itself full marks in {_of(wrong, suite)}"
        )
        yield Remark("wrong-reference", message, "see them with `mist-ci suite show --sample ID`")


def _right_without_an_answer(suite: Suite, primary: Grader) -> Iterator[Remark]:
    """Who repeats the question, or says nothing at all, should not be right."""
    told: tuple[tuple[str, str, Callable[[Sample], str]], ...] = (
        ("expected-in-prompt", "repeating the prompt is right in", _asked),
        ("empty-is-right", "an empty answer is right in", _nothing),
    )
    for name, message, answer in told:
        asking = [one for one in suite.samples if one.expected != ()]  # else: that no tool is called
        scored = [(one, what_it_scores(primary, Answer(answer(one)), one)) for one in asking]
        found = [sample for sample, score in scored if score is not None and score >= _HOLDS]
        if found:
            yield Remark(
                name, f"{message} {_of(found, suite)}", "ask differently, or choose a stricter grader"
            )


def _nothing(_: Sample) -> str:
    return ""


def _one_answer(suite: Suite) -> Iterator[Remark]:
    references = [reference_answer(one) for one in suite.samples]
    answers = Counter(one.text for one in references if one is not None and one.text)
    if answers.total() < _FEWEST:
        return
    (answer, times) = answers.most_common(1)[0]
    if times > _OFTEN * answers.total():
        message = f"always answering {answer[:40]!r} is right in {times / answers.total():.0%} of the samples"
        yield Remark("one-answer", message, "balance the expected answers")


def _unbalanced_choices(suite: Suite) -> Iterator[Remark]:
    places: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for sample in suite.samples:
        if sample.choices and refuse_but_choices(sample) is None:
            places[len(sample.choices)][expected_choice(sample)] += 1
    for number, counted in sorted(places.items()):
        total, (place, times) = counted.total(), counted.most_common(1)[0]
        chance = 1 / number
        if (
            number > 1
            and total >= _FEWEST
            and times > total * chance + 3 * sqrt(total * chance * (1 - chance))
        ):
            share = f"{times / total:.0%} of {total} samples with {number} choices"
            hint = "shuffle the choices with a fixed seed: some models prefer a place"
            yield Remark("unbalanced-choices", f"choice {place + 1} is the right one in {share}", hint)


def _lonely_tags(suite: Suite) -> Iterator[Remark]:
    tags = Counter(tag for sample in suite.samples for tag in sample.tags)
    for tag, times in sorted(tags.items()):
        others = [other for other in tags if other != tag and tags[other] > times]
        close = nearest(tag, others)
        if times == 1 and close is not None and close.startswith("did"):
            yield Remark("lonely-tag", f"only one sample has the tag {tag!r}", close)
    everywhere = [tag for tag, times in tags.items() if times == len(suite.samples) > 1]
    if everywhere:
        message = f"every sample has the tag {', '.join(sorted(everywhere))}: it selects nothing"
        yield Remark("useless-tag", message, "take it out")
