"""Claims: the page of a target shows every fact with its source, and every contradiction; pages are current."""

from pathlib import Path

import pytest

from mist_ci.adapters.targets import load_targets, parse_target, shipped_targets
from mist_ci.models.finding import Consequence
from mist_ci.models.target import Target
from mist_ci.schemaflux.rules.of_targets import FILE_FACT_RULES, TARGET_FOLD_RULES, TARGET_RULES
from mist_ci.schemaflux.target_page import index, page, pages

ROOT = Path(__file__).parents[3]
every_target = pytest.mark.parametrize("target", shipped_targets(), ids=lambda target: target.name)


def cells(text: str) -> str:
    return text.replace("|", "\\|")


@every_target
def test_every_fact_and_every_contradiction_is_on_the_page(target: Target) -> None:
    shown = page(target)
    for path, fact in target.facts.items():
        assert f"| `{path}` |" in shown
        assert cells(fact.source) in shown
        for claim in fact.contradicts:
            assert cells(claim.source) in shown
    disputed = any(fact.contradicts for fact in target.facts.values())
    assert ("## Where sources disagree" in shown) == disputed
    assert all(note.value in shown for note in target.notes)


def test_what_a_target_makes_of_data_is_grouped_by_its_consequence() -> None:
    shown = page(load_targets(["llamafactory"])[0])
    dropped = shown.split("## What it leaves out without a word")[1].split("##")[0]
    assert all(code in dropped for code in ("SF205", "SF210"))
    assert "`limits.overflow`" in shown.split("## What it cuts")[1].split("##")[0]
    assert "SF302" in shown.split("## What it trains wrongly")[1].split("##")[0]


def test_a_fact_that_permits_is_not_held_against_data() -> None:
    shown = page(load_targets(["together"])[0])
    assert "SF007" not in shown
    assert "SF320" not in shown


def test_every_target_rule_is_on_the_page_of_the_target_of_its_examples() -> None:
    for rule in (*TARGET_RULES, *TARGET_FOLD_RULES, *FILE_FACT_RULES):
        assert rule.META.target is not None
        target = load_targets([rule.META.target])[0]
        if hasattr(rule, "facts") and list(rule.facts(target)):
            assert f"[{rule.META.code}]" in page(target)


def test_the_example_of_a_target_of_ones_own_is_one() -> None:
    example = index(shipped_targets()).split("```yaml\n")[1].split("```")[0]
    own = parse_target(example.encode(), "own.yaml")
    assert own.facts["turns.alternate"].consequence is Consequence.DROPPED


def test_the_pages_in_docs_are_current() -> None:
    wanted = pages(shipped_targets())
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "docs/targets").glob("*.md")}
    assert found == set(wanted), "run: make docs"
    for name, text in wanted.items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, "run: make docs"
