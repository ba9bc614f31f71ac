"""Exercises on neighbors against scikit-learn."""

import numpy as np
import pytest
from scipy.optimize import brentq
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import normalize

from core.labs.neighbors.exercises import COSINE, CUBE, VOTE
from tests.drawn import chosen, named, some, truths

POINTS = np.array([[0, 3, 0], [2, 0, 0], [0, 1, 3], [0, 1, 2], [-1, 0, 1], [1, 1, 1]])
GREEN = np.array([0, 0, 0, 1, 1, 0])  # of the published table; the lab calls it blue


def test_votes_in_scikit_learn():
    for drawn in some(VOTE):
        p = drawn.parameters
        query = [[p.x1, p.x2, 0]]
        shares = [
            KNeighborsClassifier(p.k, weights=weights).fit(POINTS, GREEN).predict_proba(query)[0, 1]
            for weights in ("uniform", "distance")
        ]
        distances, *votes = truths(drawn)
        assert distances == pytest.approx(tuple(euclidean_distances(query, POINTS)[0]))
        assert votes == pytest.approx(shares)
        assert chosen(drawn) == ["blue" if shares[0] > 0.5 else "orange"]
    assert named(VOTE, 0, "9 4 10 5 2 3") == {"squared"}


def test_directions_in_scikit_learn():
    for drawn in some(COSINE):
        x, others = np.array([drawn.parameters.x]), np.array(drawn.parameters.others)
        cosines = cosine_similarity(x, others)[0]
        found, squared = truths(drawn)
        assert found == pytest.approx(tuple(cosines))
        assert squared == pytest.approx(euclidean_distances(normalize(x), normalize(others), squared=True)[0, 0])
        assert chosen(drawn) == ["".join("ABCD"[k] for k in np.argsort(-cosines))]
    assert chosen(COSINE.variant(0)) == ["DBAC"]
    assert named(COSINE, 1, "C A B D") == {"ascending"}


def test_cubes_by_root_finding():
    for drawn in some(CUBE):
        p = drawn.parameters
        side = brentq(lambda s, p=p: s**p.dimensions - p.percent / 100, 0, 1, xtol=1e-14)
        half = np.prod(np.full(p.dimensions, 0.5))
        assert truths(drawn) == pytest.approx([side, half], rel=1e-9)
    assert truths(CUBE.variant(0))[0] == pytest.approx(0.794328, abs=1e-6)
