"""SARIF 2.1.0 of the data findings: GitHub code scanning and editors show them at their lines.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0; GitHub, "SARIF support for code scanning".
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote

from mist_ci.models.finding import DataReport, Finding, Severity
from mist_ci.models.report import Report
from mist_ci.report.text import EMPTY, clean

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS = 5_000
"""GitHub shows as many of a run; it takes 25,000, and 10 MB of gzip."""
MAX_TEXT = 1_000

Json = dict[str, object]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}


def sarif(reports: Sequence[Report], pages: Mapping[str, str] = MappingProxyType({})) -> str:
    """One run with every finding once, however many gates look at the data; worst first, new before known.

    `pages` maps the code of a rule to its manual page, as Markdown. What exceeds 5,000 results is left out and
    counted in a notification of the run.
    """
    data = [data for report in reports for data in report.data]
    return sarif_of_data(data, reports[0].version if reports else "0.0.0", pages)


def sarif_of_data(reports: Sequence[DataReport], version: str, pages: Mapping[str, str]) -> str:
    """The same for findings outside of a gate."""
    found = {_identity(one): one for data in reports for one in data.findings}
    ranked = sorted(found.values(), key=_order)
    shown = ranked[:MAX_RESULTS]
    rules = sorted({one.code: one for one in reversed(shown)}.items())
    index = {code: number for number, (code, _) in enumerate(rules)}
    driver: Json = {
        "name": "MIST CI",
        "semanticVersion": version,
        "rules": [_rule(one, pages.get(one.code)) for _, one in rules],
    }
    run: Json = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "mist-ci/data/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _left_out(ranked)}],
        "results": _results(shown, index),
    }
    return (
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=True) + "\n"
    )


def _identity(one: Finding) -> tuple[object, ...]:
    return one.code, one.where, one.message, one.known


def _order(one: Finding) -> tuple[object, ...]:
    where = one.where
    return one.known, one.severity.rank, where.file, where.line or 0, where.column or 0, one.code, one.message


def _rule(one: Finding, page: str | None) -> Json:
    code = _text(one.code)
    manual: Json = {"markdown": clean(page, multiline=True)} if page else {}
    return {
        "id": code,
        "name": _text(one.name),
        "shortDescription": {"text": _text(one.name.replace("-", " "))},
        "fullDescription": {
            "text": _text(f"{one.name.replace('-', ' ')}: a row like this is {one.consequence.value}")
        },
        "help": {"text": _text(f"{one.hint}. `mist-ci explain {one.code}` says more."), **manual},
        "defaultConfiguration": {"level": _LEVELS[one.severity]},
        "properties": {
            "tags": ["training-data"],
            "problem.severity": one.severity.value.replace("info", "recommendation"),
        },
    }


def _results(shown: Sequence[Finding], index: dict[str, int]) -> list[Json]:
    seen: Counter[str] = Counter()
    results = []
    for one in shown:
        fingerprint = _fingerprint(one)
        seen[fingerprint] += 1
        results.append(_result(one, index[one.code], f"{fingerprint}:{seen[fingerprint]}"))
    return results


def _result(one: Finding, rule: int, fingerprint: str) -> Json:
    where = one.where
    region: Json = {"startLine": max(where.line or 1, 1)}
    if where.column is not None:
        region["startColumn"] = max(where.column, 1)
    field = f" ({where.field})" if where.field else ""
    return {
        "ruleId": _text(one.code),
        "ruleIndex": rule,
        "level": _LEVELS[one.severity],
        "message": {"text": _text(f"{one.message}{field}. {one.hint}")},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": _uri(where.file)}, "region": region}},
        ],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint, "mistFinding/v1": fingerprint},
        "baselineState": "unchanged" if one.known else "new",
    }


def _fingerprint(one: Finding) -> str:
    """The same when rows above come and go: of what is wrong with which text, not of the line's number."""
    if one.identity:
        return one.identity
    parts = (one.code, one.where.file, one.where.field or "", one.snippet or one.message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _left_out(ranked: Sequence[Finding]) -> list[Json]:
    missing = len(ranked) - MAX_RESULTS
    if missing <= 0:
        return []
    return [
        {
            "level": "note",
            "message": {"text": f"{missing:,} more findings are left out, the least severe ones"},
        }
    ]


def _uri(path: str) -> str:
    """Relative to the repository, never a scheme, a host or a way out of it."""
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return quote("/".join(parts), errors="surrogatepass")


def _text(text: str) -> str:
    """Never empty, and nothing in it that a viewer takes for a link (SARIF 3.11.6).

    Braces stay single: there are no arguments to fill in, and viewers show doubled ones as they are.
    """
    cleaned = clean(text, multiline=True)[:MAX_TEXT] or EMPTY
    return cleaned.replace("](", "] (")
