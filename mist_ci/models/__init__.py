"""Nouns. Frozen, typed, and no I/O."""
