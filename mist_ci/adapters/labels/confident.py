"""Confident learning with cleanlab, over a linear model of words.

Each row is judged by a model that has not seen it: five folds, TF-IDF of words hashed to a fixed
number of columns (so that memory grows with the rows alone), multinomial logistic regression. cleanlab then compares
each row with the confidence that its class usually has. Of what it finds, only that is kept about which the model is
sure: on clean data, borderline rows would be found as well.

Source: Northcutt, Jiang, Chuang (2021), "Confident Learning: Estimating Uncertainty in Dataset Labels".
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from cleanlab.filter import find_label_issues
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from mist_ci.ports.label_judge import Doubt

_FOLDS = 5
_COLUMNS = 1 << 16
_STRENGTH = 10.0
"""Inverse of the regularisation: texts are short."""
_ROUNDS = 60
_TOLERANCE = 0.02
"""Of the gradient, for each class: the more classes there are, the smaller it is from the beginning."""
_FEWEST_RIGHT = 0.8
"""Share of rows that the model has to get right before its doubts are worth anything."""
_SURE = 0.7
_UNLIKELY = 0.15
_TEXT_CHARS = 4_000
_WORD = r"(?u)\w+"

Likelihoods = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""Rows × classes."""


def doubts(rows: Iterable[tuple[str, str]]) -> list[Doubt]:
    """Rows whose label is probably wrong, in order."""
    read = _Reader(rows)
    hashed = read.columns()
    counts = Counter(read.labels)
    order = [number for number, label in enumerate(read.labels) if counts[label] >= _FOLDS]
    order.sort(key=read.digests.__getitem__)  # so that the order of the file decides nothing
    names = sorted({read.labels[number] for number in order})
    if len(names) < 2:  # noqa: PLR2004 - one class is no choice
        return []
    number_of = {name: number for number, name in enumerate(names)}
    given = [number_of[read.labels[number]] for number in order]
    kept = hashed[order]
    kept = kept[:, kept.getnnz(axis=0) > 1]  # a word of one row says nothing about another one
    if not kept.shape[1]:
        return []
    likelihoods = _likelihoods(kept, given)
    found = [
        Doubt(order[row], names[best], float(likelihoods[row, best]), float(likelihoods[row, given[row]]))
        for row, best in _errors(given, likelihoods)
    ]
    return sorted(found, key=lambda one: one.position)


class _Reader:
    """Reads rows once; what is kept of each is its label, a hash, and its words as columns of a sparse matrix."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._rows = rows
        self.labels: list[str] = []
        self.digests: list[bytes] = []

    def columns(self) -> Any:  # noqa: ANN401 - a sparse matrix: rows × columns
        words = HashingVectorizer(n_features=_COLUMNS, alternate_sign=False, norm=None, token_pattern=_WORD)
        return words.transform(self._texts())

    def _texts(self) -> Iterator[str]:
        for text, label in self._rows:
            written = f"{label}\0{text}".encode("utf-8", "surrogatepass")
            self.labels.append(label)
            self.digests.append(hashlib.blake2b(written, digest_size=16).digest())
            yield text[:_TEXT_CHARS]
        yield ""  # the hasher wants at least one; no row


def _likelihoods(hashed: Any, given: Sequence[int]) -> Likelihoods:  # noqa: ANN401 - a sparse matrix
    """Of each row and class, by a model that has not seen the row."""
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(hashed)
    model = LogisticRegression(
        C=_STRENGTH, max_iter=_ROUNDS, tol=_TOLERANCE / len(set(given)), random_state=0
    )
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    found: Likelihoods = cross_val_predict(model, weighted, given, cv=folds, method="predict_proba", n_jobs=1)
    return found


def _errors(given: Sequence[int], likelihoods: Likelihoods) -> Iterator[tuple[int, int]]:
    """Row, and the class that it should have."""
    classes, best = np.asarray(given), likelihoods.argmax(axis=1)
    if (best == classes).mean() < _FEWEST_RIGHT:
        return
    for row in np.flatnonzero(find_label_issues(classes, likelihoods, filter_by="both", n_jobs=1)):
        if likelihoods[row, best[row]] >= _SURE and likelihoods[row, classes[row]] <= _UNLIKELY:
            yield int(row), int(best[row])
