"""Repairs that are safe: they lose no row, change no text, and leave every byte alone that has no part in a defect.

A fixer is a module with a CODE, the rule whose findings it resolves, and `edits`: what to write instead, and where.
One fixer, one file. A repair is only made when the row has fewer problems afterwards.
"""

from mist_ci.schemaflux.fixing.edit import Edit, edited
from mist_ci.schemaflux.fixing.fixers import FIXABLE, FIXERS, Fixer
from mist_ci.schemaflux.fixing.lines import Repair, Repaired, Spoilt, is_spread, why_not
from mist_ci.schemaflux.fixing.patch import patch, whole_patch
from mist_ci.schemaflux.fixing.rows import RowRepair

__all__ = [
    "FIXABLE",
    "FIXERS",
    "Edit",
    "Fixer",
    "Repair",
    "Repaired",
    "RowRepair",
    "Spoilt",
    "edited",
    "is_spread",
    "patch",
    "whole_patch",
    "why_not",
]
