"""Which rules are asked."""

from dataclasses import dataclass

from mist_ci.schemaflux.rule import RuleMeta


@dataclass(frozen=True, slots=True)
class Selection:
    """Codes, or beginnings of codes: `SF8` is all rules about duplicates, leaks and labels.

    `select` replaces the default rules, `extend` adds to them, `ignore` takes away. The longest one that fits
    a code wins, as in ruff.
    """

    select: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def takes(self, meta: RuleMeta) -> bool:
        """True when the rule is asked."""
        chosen = max(_longest(self.select, meta.code), _longest(self.extend, meta.code))
        ignored = _longest(self.ignore, meta.code)
        if chosen == 0 and (self.select or not meta.is_default):
            return False
        return ignored == 0 or chosen > ignored

    def names(self, meta: RuleMeta) -> bool:
        """True when the rule is selected by its own code: somebody wants this one."""
        return self.takes(meta) and meta.code in map(str.upper, (*self.select, *self.extend))


def _longest(prefixes: tuple[str, ...], code: str) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix.upper())), default=0)


EVERYTHING = Selection()
"""The default rules."""
