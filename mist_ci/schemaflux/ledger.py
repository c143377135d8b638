"""Findings as they come in: all are counted, the first of each kind are kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mist_ci.errors import Where
from mist_ci.models.finding import Finding, RuleCount, Severity
from mist_ci.models.target import StanceSeverity, Target
from mist_ci.schemaflux.concealing import concealed
from mist_ci.schemaflux.framing import framed
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.suppressions import ANY_NUMBER, NOTHING, Noted, Suppressions, identity, note_identity

KEEP = 1000
"""Findings of one kind that are kept, when nothing else is said."""

Watch = Callable[[Finding], None]

Kind = tuple[str, Severity, str, bool]
"""Code, severity, target (empty: all) and whether base has it already."""


@dataclass(slots=True)
class Ledger:
    """Counts and the first findings. Those of a later part merge behind those of an earlier one."""

    keep: int = KEEP
    counts: dict[Kind, int] = field(default_factory=dict)
    kept: dict[Kind, list[Finding]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    suppressions: Suppressions = NOTHING
    noted: Noted | None = None
    """Every finding, where somebody wants to remember them all."""
    excused: dict[str, list[Kind | None]] = field(default_factory=dict)
    """Identity → what the baseline was used up for, in order. None for what base has in any case."""

    def note(
        self,
        meta: RuleMeta,
        problem: Problem,
        where: Where,
        *,
        is_known: bool,
        target: Target | None = None,
        raw: bytes = b"",
        row: bytes = b"",
        is_asked: bool = False,
    ) -> Finding | None:
        """Counts a problem. Returns the finding when it is among the first of its kind, else None.

        `raw` is the line that it is about, for its column and its frame; `row` the same where nothing is shown of it.
        `is_asked` says that `knows` was asked before: no finding may use up the baseline twice.
        """
        stance = target.rules.get(meta.code) if target else None
        is_off = stance is not None and stance.severity is StanceSeverity.OFF
        if is_off or self.suppressions.ignores(where.file, meta.code):
            return None
        severity = Severity(stance.severity.value) if stance else problem.severity or meta.severity
        name, content = target.name if target else "", raw or row
        if not is_asked:
            is_known = self.knows(meta, problem, where.file, content, (severity, name), is_known=is_known)
        kind = meta.code, severity, name, is_known
        if not self._takes(kind, meta.name):
            return None
        consequence = (stance and stance.consequence) or problem.consequence or meta.consequence
        shown, frame = framed(problem, raw) if raw else (problem, None)
        shown = concealed(shown, content)
        found = Finding(
            code=meta.code,
            name=meta.name,
            severity=severity,
            consequence=consequence,
            where=Where(where.file, shown.line or where.line, shown.column, shown.field),
            message=shown.message,
            hint=shown.hint,
            snippet=shown.snippet,
            frame=frame,
            target=name,
            identity=identity(meta.code, name, problem.field, where.file, content),
            known=is_known,
        )
        self.kept.setdefault(kind, []).append(found)
        return found

    def _takes(self, kind: Kind, name: str) -> bool:
        """Counts one more of a kind; False when enough of them are kept."""
        count = self.counts.get(kind, 0)
        self.counts[kind] = count + 1
        self.names[kind[0]] = name
        return count < self.keep

    def knows(
        self,
        meta: RuleMeta,
        problem: Problem,
        path: str,
        content: bytes,
        standing: tuple[Severity, str],
        *,
        is_known: bool,
    ) -> bool:
        """True for a finding of base or of the baseline, for which it counts there. `standing`: severity and target.

        Remembers it where all of them are wanted.
        """
        if not self.knows_rows:
            return is_known  # an identity costs more than most findings
        one = identity(meta.code, standing[1], problem.field, path, content)
        if self.noted is not None:
            note_identity(self.noted, one, meta.code, path)
        allowed = self.suppressions.baseline.get(one, 0)
        if allowed in (0, ANY_NUMBER):
            return is_known or allowed > 0
        used = self.excused.setdefault(one, [])
        if not is_known and len(used) >= allowed:
            return False
        used.append(None if is_known else (meta.code, *standing, True))
        self._hold_to(one, allowed)
        return True

    def _hold_to(self, one: str, allowed: int) -> None:
        """Makes the last of the excused findings new until there are no more than the baseline has."""
        used = self.excused[one]
        while len(used) > allowed:
            kind = next((kind for kind in reversed(used) if kind is not None), None)
            if kind is None:
                return
            del used[len(used) - 1 - used[::-1].index(kind)]
            self._renew(one, kind)

    def _renew(self, one: str, kind: Kind) -> None:
        new = *kind[:3], False
        self.counts[kind] -= 1
        self.counts[new] = self.counts.get(new, 0) + 1
        if not self.counts[kind]:
            del self.counts[kind]
        kept, fresh = self.kept.get(kind, []), self.kept.setdefault(new, [])
        for place in reversed(range(len(kept))):
            if kept[place].identity == one:
                found = kept.pop(place)
                if len(fresh) < self.keep:
                    fresh.append(found.model_copy(update={"known": False}))
                return

    @property
    def knows_rows(self) -> bool:
        """True when findings have to be noted one by one, with their rows."""
        return bool(self.suppressions.baseline) or self.noted is not None

    @property
    def looks_at_each(self) -> bool:
        """True when a finding cannot be counted without its row: it may be known, or ignored in its file."""
        return self.knows_rows or bool(self.suppressions.per_file)

    def count(self, meta: RuleMeta, severity: Severity, times: int, *, is_known: bool) -> None:
        """Counts findings that are not kept."""
        kind = meta.code, severity, "", is_known
        self.counts[kind] = self.counts.get(kind, 0) + times
        self.names[meta.code] = meta.name

    def merge(self, later: "Ledger") -> None:
        """Takes in the ledger of a later part."""
        self.names |= later.names
        if self.noted is not None:
            for one, (code, path, times) in (later.noted or {}).items():
                note_identity(self.noted, one, code, path, times)
        for kind, count in later.counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + count
        for kind, findings in later.kept.items():
            mine = self.kept.setdefault(kind, [])
            mine += findings[: max(0, self.keep - len(mine))]
        for one, used in later.excused.items():
            self.excused.setdefault(one, []).extend(used)
            self._hold_to(one, self.suppressions.baseline[one])

    def drop(self, code: str) -> None:
        """Forgets all findings of a rule."""
        for kind in [kind for kind in self.counts if kind[0] == code]:
            del self.counts[kind]
            self.kept.pop(kind, None)

    def findings(self) -> tuple[Finding, ...]:
        """What was kept, by file, line and code."""
        return in_order(finding for findings in self.kept.values() for finding in findings)

    def rule_counts(self) -> tuple[RuleCount, ...]:
        """All findings there are, per kind, by code."""
        return tuple(
            RuleCount(
                code=code,
                name=self.names[code],
                severity=severity,
                target=target,
                known=is_known,
                count=count,
            )
            for (code, severity, target, is_known), count in sorted(self.counts.items())
        )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file, line and code."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (f.where.file, f.where.line or 0, f.code, f.where.field or "", f.message),
        )
    )
