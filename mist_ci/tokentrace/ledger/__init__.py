"""The ledger: what spans of many runs add up to."""

from mist_ci.tokentrace.ledger.reading import read_ledger

__all__ = ["read_ledger"]
