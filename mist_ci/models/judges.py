"""How far judges agree with people: mist-judges.json, which `mist-ci judge check` writes, beside the policy."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mist_ci.models.base import Digest, Fraction, Model, Name

JUDGES_FILE = "mist-judges.json"
Count = Annotated[int, Field(ge=0)]

MIN_LABELS = 50
MIN_KAPPA = 0.6
MIN_INFORMED = 0.6
"""The least of sensitivity + specificity - 1 (page 3 §4.8)."""


class Confusion(Model):
    """Verdicts of the judge against those of people, on the same answers."""

    right_pass: Count
    wrong_pass: Count
    """The judge let pass what people did not."""
    wrong_fail: Count
    right_fail: Count

    @property
    def labels(self) -> int:
        """All of them."""
        return self.right_pass + self.wrong_pass + self.wrong_fail + self.right_fail

    @property
    def good(self) -> int:
        """What people let pass."""
        return self.right_pass + self.wrong_fail

    @property
    def bad(self) -> int:
        """What people did not let pass."""
        return self.wrong_pass + self.right_fail

    @property
    def accuracy(self) -> float | None:
        """The share of answers on which they agree; None without answers."""
        return (self.right_pass + self.right_fail) / self.labels if self.labels else None

    @property
    def sensitivity(self) -> float | None:
        """The share of good answers that the judge let pass; None where people found none good."""
        return self.right_pass / self.good if self.good else None

    @property
    def specificity(self) -> float | None:
        """The share of bad answers that the judge did not let pass; None where people found none bad."""
        return self.right_fail / self.bad if self.bad else None

    @property
    def informed(self) -> float | None:
        """Sensitivity + specificity - 1: 1 for a judge that is never wrong, 0 for one that guesses."""
        if self.sensitivity is None or self.specificity is None:
            return None
        return self.sensitivity + self.specificity - 1


class JudgeCheck(Model):
    """One judge of one suite, held against labels by people."""

    suite: Name
    judge: Digest
    """Of the grader at its version with all its options, the model among them."""
    grader: str
    model: str
    checked_on: date
    labels_digest: Digest
    """Of the file with the labels."""
    confusion: Confusion
    unread: Count = 0
    """Labelled answers to which the judge gave no verdict; they are left out."""
    kappa: float | None
    kappa_interval: tuple[float, float] | None
    people: dict[str, Fraction] = Field(default_factory=dict)
    """What people said, by `answer_key` of what they said it about."""


class Judges(Model):
    """All of mist-judges.json."""

    version: Literal[1] = 1
    checks: tuple[JudgeCheck, ...] = ()

    def of(self, suite: str, judge: str) -> JudgeCheck | None:
        """The check of exactly this judge in this suite; None when it was another version of it, or nobody."""
        return next((one for one in self.checks if (one.suite, one.judge) == (suite, judge)), None)

    def earlier(self, suite: str) -> JudgeCheck | None:
        """A check of whatever judge this suite had."""
        return next((one for one in self.checks if one.suite == suite), None)

    def updated(self, checks: Iterable[JudgeCheck]) -> "Judges":
        """With new checks in the place of older ones of the same suite; in order."""
        by_suite = {one.suite: one for one in (*self.checks, *checks)}
        return Judges(version=1, checks=tuple(by_suite[name] for name in sorted(by_suite)))


def answer_key(sample_key: str, output: str) -> str:
    """One answer to one sample, told from every other: its output's hash after the sample's."""
    return f"{sample_key[:16]}-{hashlib.sha256(output.encode(errors='replace')).hexdigest()[:16]}"


NO_JUDGES = Judges()
"""Where nobody has checked any."""
