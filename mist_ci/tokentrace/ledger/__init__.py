"""The ledger: what spans of many runs add up to."""

from mist_ci.tokentrace.ledger.joining import Part, joined, read_part
from mist_ci.tokentrace.ledger.summing import read_ledger

__all__ = ["Part", "joined", "read_ledger", "read_part"]
