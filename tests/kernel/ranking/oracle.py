"""Rankings counted case by case in exact fractions, and the scores of published results."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from numpy.polynomial.legendre import leggauss

EXAMPLE = (
    [1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1],
    [k / 25 for k in range(25, 0, -1)],
)  # of the authors of precision-recall-gain curves
R_DOC = ([1, 1, 0, 0, 1, 0], [0.8, 0.8, 0.6, 0.4, 0.4, 0.2])  # of their R package


def points(labels, scores, weights=None):
    """(tp, fp) at every distinct score, falling; each counted over all cases."""
    weights = [1] * len(labels) if weights is None else weights
    cases = [(y, s, Fraction(w)) for y, s, w in zip(labels, scores, weights, strict=True) if w]
    return [
        tuple(sum((w for y, s, w in cases if s >= t and y == label), Fraction(0)) for label in (1, 0))
        for t in sorted({s for _, s, _ in cases}, reverse=True)
    ]


def at_prevalence(labels, prevalence, weights=None):
    """Weights that give the positives that share; without one, the weights as they are."""
    weights = [Fraction(w) for w in (weights or [1] * len(labels))]
    if prevalence is None:
        return weights
    share = Fraction(prevalence)
    total = {label: sum(w for y, w in zip(labels, weights, strict=True) if y == label) for label in (1, 0)}
    wanted = {1: share, 0: 1 - share}
    return [w * wanted[y] / total[y] for y, w in zip(labels, weights, strict=True)]


def areas(labels, scores, prevalence=None, weights=None):
    """All five areas; that of Davis and Goadrich by quadrature, the others exact."""
    weights = at_prevalence(labels, prevalence, weights)
    curve = points(labels, scores, weights)
    return {
        "auroc": pairs(labels, scores, weights),
        "average_precision": precision_sum(curve, lambda start, end: end),
        "davis_goadrich": quadrature(curve),
        "trapezoid": precision_sum(curve, lambda start, end: (start + end) / 2),
        "auprg": auprg(curve),
    }


def pairs(labels, scores, weights):
    cases = list(zip(labels, scores, weights, strict=True))
    won = whole = Fraction(0)
    for _, s, v in (case for case in cases if case[0] == 1):
        for _, t, w in (case for case in cases if case[0] == 0):
            won += v * w * (Fraction(s > t) + Fraction(s == t) / 2)
            whole += v * w
    return won / whole


def precision_sum(curve, of):
    total, before, start = Fraction(0), Fraction(0), Fraction(1)
    for tp, fp in curve:
        end = tp / (tp + fp)
        total += (tp - before) * of(start, end)
        before, start = tp, end
    return total / curve[-1][0]


def quadrature(curve):
    """Mean precision over recall, by Gauss-Legendre on panels that shrink toward the start of each segment."""
    borders = np.append(0, 0.5 ** np.arange(60, -1, -1))
    nodes, weights = leggauss(16)
    share = (borders[:-1] + np.diff(borders) * (nodes[:, np.newaxis] + 1) / 2).ravel()
    weights = (np.diff(borders) * weights[:, np.newaxis] / 2).ravel()
    total, (a, fa) = 0.0, (0.0, 0.0)
    for tp, fp in ((float(tp), float(fp)) for tp, fp in curve):
        right, wrong = a + share * (tp - a), fa + share * (fp - fa)
        if tp > a:
            total += (tp - a) * (weights * right / (right + wrong)).sum()
        a, fa = tp, fp
    return total / a


def gains(tp, fp, positives, negatives):
    """Recall gain and precision gain by their definition as harmonic scales, exact."""
    share = positives / (positives + negatives)
    recall, precision = tp / positives, tp / (tp + fp)
    return tuple((value - share) / ((1 - share) * value) for value in (recall, precision))


def auprg(curve):
    positives, negatives = curve[-1]
    lowest = positives * positives / (positives + negatives)
    total, before, (a, fa) = Fraction(0), None, (Fraction(0), Fraction(0))
    for tp, fp in curve:
        if tp >= lowest:
            if before is None:
                start = fp if tp == lowest else fa + (fp - fa) * (lowest - a) / (tp - a)
                before = gains(lowest, start, positives, negatives)
                assert before[0] == 0
            here = gains(tp, fp, positives, negatives)
            total += (here[0] - before[0]) * (here[1] + before[1]) / 2
            before = here
        a, fa = tp, fp
    return total


def upper_hull(curve):
    """Vertices of the upper hull of points sorted by x, then y (Andrew's monotone chain); none between two others."""
    found = []
    for x, y in curve:
        while len(found) > 1:
            (x1, y1), (x2, y2) = found[-2:]
            if (y2 - y1) * (x - x1) > (y - y1) * (x2 - x1):
                break
            found.pop()
        found.append((x, y))
    return found


@cache
def credit():
    """Labels (1 = good) and scores of logistic regression and AdaBoost on the test cases of the homework's split."""
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import AdaBoostClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    path = Path(__file__).parents[3] / "core" / "data" / "credit-g.csv"
    table = pd.read_csv(path, keep_default_na=False)
    x, y = table.drop(columns="class"), (table["class"] == "good").to_numpy().astype(int)
    numbers = list(x.select_dtypes("number"))
    texts = [name for name in x if name not in numbers]
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=43)
    scores = []
    for model in (
        LogisticRegression(max_iter=1000, random_state=41),
        AdaBoostClassifier(n_estimators=100, random_state=41),
    ):
        columns = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), texts))
        scores.append(make_pipeline(columns, model).fit(x_train, y_train).predict_proba(x_test)[:, 1])
    assert len(numbers) == 7 and np.sum(y_test) == 210 and len(y_test) == 300
    return y_test, scores[0], scores[1]


def points_sorted(labels, scores):
    """Like `points`, for distinct scores, in one pass."""
    tp, fp, curve = Fraction(0), Fraction(0), []
    for _, label in sorted(zip(scores, labels, strict=True), reverse=True):
        tp, fp = tp + label, fp + 1 - label
        curve.append((tp, fp))
    return curve
