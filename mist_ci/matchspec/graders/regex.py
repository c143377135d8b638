"""regex: the answer fits a pattern."""

import functools
from typing import Annotated, Any, ClassVar

import re2
from pydantic import Field, field_validator

from mist_ci.matchspec.graders.grader import Example, Grader, encodable, texts
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample

_MOST_BYTES = 1 << 20
"""Of one compiled pattern. The library's own limit of 8 MiB takes half a second and several MiB for each of them."""


class Regex(Grader):
    r"""1 when the pattern is found in the answer, else 0.

    The pattern stands in `expected` (several of them: any is enough), or once for all samples in the option
    `pattern`. The language is [RE2](https://github.com/google/re2/wiki/Syntax): the time grows with the length of the
    answer only, whatever the pattern; so there are no lookarounds and no back-references, and a pattern of more than a
    mebibyte when it is compiled is refused. Write patterns in single
    quotes in YAML: `'\d+'`.
    """

    name: ClassVar[str] = "regex"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Order 1234 is ready", r"\b\d{4}\b", 1),
        Example("Order 1234 is ready", r"\d{4}", 0, {"full": True}),
        Example("1234", r"\d{4}", 1, {"full": True}),
        Example("Yes!", ("(?i)^yes", "(?i)^sure"), 1),
        Example("YES", "yes", 1, {"ignore_case": True}),
        Example("one\ntwo", "^two$", 1, {"multiline": True}),
        Example("<b>one\ntwo</b>", "<b>.*</b>", 1, {"dot_all": True}),
        Example("Ticket #77", None, 1, {"pattern": "#[0-9]+"}),
    )

    pattern: Annotated[str, Field(min_length=1)] | None = None
    """One pattern for all samples; `expected` is then not looked at."""
    full: bool = False
    """The whole answer must fit, whitespace around it left out."""
    ignore_case: bool = False
    """Letters fit whatever their case."""
    multiline: bool = False
    """`^` and `$` also stand for the beginning and the end of a line."""
    dot_all: bool = False
    """`.` also stands for the end of a line."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None and (reason := why_not(pattern)):
            raise ValueError(reason)
        return pattern

    def grade(self, answer: Answer, sample: Sample) -> float:
        r"""1.0 or 0.0.

        >>> Regex(full=True).score("2026-11-26", r"\d{4}-\d{2}-\d{2}")
        1.0
        """
        text = encodable(answer.text)
        return float(any(self._fits(self._flags() + pattern, text) for pattern in self._patterns(sample)))

    def refuse(self, sample: Sample) -> str | None:
        """A pattern has to compile, and the empty one fits everything."""
        if self.pattern is not None:
            return None
        if reason := super().refuse(sample):
            return reason
        flags = self._flags()
        reasons = (why_not(one) or why_not(flags + one) for one in texts(sample.expected))
        return next(filter(None, reasons), None)

    def _patterns(self, sample: Sample) -> tuple[str, ...]:
        return texts(sample.expected) if self.pattern is None else (self.pattern,)

    def _flags(self) -> str:
        flags = "i" * self.ignore_case + "m" * self.multiline + "s" * self.dot_all
        return f"(?{flags})" if flags else ""

    def _fits(self, pattern: str, text: str) -> bool:
        found = compiled(pattern).fullmatch(text.strip()) if self.full else compiled(pattern).search(text)
        return found is not None


def why_not(pattern: str) -> str | None:
    """Why a text is no pattern, as a clause; None when it is one."""
    if not pattern:
        return "a pattern must not be empty: it would fit every answer"
    try:
        compiled(pattern)
    except UnicodeEncodeError:
        return "a pattern must not hold half of a surrogate pair"
    except re2.error as error:
        said = error.args[0] if error.args else ""
        reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return f"{pattern!r} is no pattern of RE2: {reason}"
    return None


@functools.lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:  # noqa: ANN401 - the library has no types
    """The pattern, compiled once and kept. Raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_BYTES
    return re2.compile(pattern, options)
