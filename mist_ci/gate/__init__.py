"""Pairs, intervals, corrections, verdicts: the only room that says pass or fail."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
