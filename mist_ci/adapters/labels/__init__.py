"""Labels that are doubted, with the libraries of the extra `labels`. They take a second to import."""

import warnings
from collections.abc import Iterable
from importlib.util import find_spec

from mist_ci.ports.label_judge import Doubt


class CleanlabJudge:
    """Implements ports.LabelJudge. The libraries are imported when it is used, and their warnings are not for users."""

    @staticmethod
    def is_installed() -> bool:
        """True when the extra is there."""
        return all(find_spec(name) is not None for name in ("cleanlab", "sklearn"))

    def doubts(self, rows: Iterable[tuple[str, str]]) -> list[Doubt]:
        """Rows whose label is probably wrong. Classes of fewer than five rows are left out."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from mist_ci.adapters.labels.confident import doubts  # noqa: PLC0415 - heavy, and an extra

            return doubts(rows)
