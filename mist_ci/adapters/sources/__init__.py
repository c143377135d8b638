"""Opening training data: whatever a file is, what comes out is JSON Lines."""

from mist_ci.adapters.sources.opening import Opener
from mist_ci.adapters.sources.spool import Limits
from mist_ci.adapters.sources.walking import open_paths, passed_over

__all__ = ["Limits", "Opener", "open_paths", "passed_over"]
