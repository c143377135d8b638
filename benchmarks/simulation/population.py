"""Made-up models: how often each one answers each sample rightly, and what it answers this time.

A model's chance on a sample is Beta distributed over the samples of a suite; the chances of two models are joined
by a Gaussian copula, and every attempt is one throw (design page 3 §3).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Array = NDArray[np.float64]
Scores = NDArray[np.int8]
"""0 or 1, one row an attempt, one column a sample."""

SPREAD = {0.5: 0.63, 0.65: 0.73, 0.85: 0.90}
"""Correlation of single attempts of two models -> of two attempts of one model (the intraclass correlation)."""
MODELS = ("base", "head", "anchor")
_REACH, _POINTS, _NODES = 8.5, 40_001, 801
_GRID = np.linspace(-_REACH, _REACH, _POINTS)


@dataclass(frozen=True, slots=True)
class Skill:
    """One suite's subject: its samples, base's accuracy, by how much head is better, and how alike models are."""

    samples: int
    accuracy: float
    shift: float = 0.0
    phi: float = 0.65

    @property
    def icc(self) -> float:
        """Correlation of two attempts of the same model at a sample: 1 for one that never wavers."""
        return SPREAD[self.phi]


def draw(skill: Skill, dice: np.random.Generator, attempts: dict[str, int]) -> dict[str, Scores]:
    """Fresh samples, and the answers of each model that is named to them; the anchor is as good as base."""
    rho = copula_correlation(skill.accuracy, skill.phi)
    common = np.sqrt(rho) * dice.standard_normal(skill.samples)
    answers = {}
    for model, number in attempts.items():
        mean = skill.accuracy + (skill.shift if model == "head" else 0.0)
        own = np.sqrt(1.0 - rho) * dice.standard_normal(skill.samples)
        chances = np.interp(common + own, _GRID, _chance_table(mean, skill.icc))
        answers[model] = (dice.random((number, skill.samples)) < chances).astype(np.int8)
    return answers


@lru_cache
def copula_correlation(accuracy: float, phi: float) -> float:
    """Correlation of the two normal values behind the chances that makes single attempts correlate by phi.

    Models have in common what the sample contributes; given that, their chances are independent.
    """
    nodes = np.linspace(-_REACH, _REACH, _NODES)
    weights = stats.norm.pdf(nodes) * (nodes[1] - nodes[0])
    table = _chance_table(accuracy, SPREAD[phi])

    def excess(rho: float) -> float:
        normal = np.sqrt(rho) * nodes[:, None] + np.sqrt(1.0 - rho) * nodes[None, :]
        expected = np.interp(normal, _GRID, table) @ weights
        covariance = float(weights @ expected**2) - accuracy**2
        return covariance - phi * accuracy * (1.0 - accuracy)

    return float(optimize.brentq(excess, 0.0, 0.9999, xtol=1e-6))


def _chances(normal: Array, mean: float, icc: float) -> Array:
    """The chance at a normal value: the Beta quantile of its place. One attempt has the variance of a coin."""
    size = 1.0 / icc - 1.0
    return np.asarray(stats.beta.ppf(stats.norm.cdf(normal), mean * size, (1.0 - mean) * size))


@lru_cache(maxsize=256)
def _chance_table(mean: float, icc: float) -> Array:
    return _chances(_GRID, mean, icc)
