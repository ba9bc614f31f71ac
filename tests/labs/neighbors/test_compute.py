"""Distances, votes, errors, and directions against scikit-learn, SciPy, simulation, and published numbers."""

import math
import re

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_iris
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from core.draw.still import still
from core.kit.controls import defaults
from core.labs.neighbors.compute.distances import METRICS, distances
from core.labs.neighbors.compute.explore import explore
from core.labs.neighbors.compute.points import DATA, GRID, SIX, draw, index_of
from core.labs.neighbors.compute.votes import UNDECIDED, WEIGHTS, errors, vote
from core.labs.neighbors.directions import read_vectors
from core.labs.neighbors.lab import LAB
from core.labs.neighbors.panels import ball, outline
from core.labs.neighbors.sections.space import POINTS, nearest, side

CENTER = index_of(0, 0)
SKLEARN = {"equal": "uniform", "inverse": "distance", "square": lambda d: 1 / d**2}
SCIPY = {"euclid": "euclidean", "manhattan": "cityblock", "chebyshev": "chebyshev", "cosine": "cosine"}


def test_the_six_points():
    zero = np.zeros((1, 3))
    np.testing.assert_allclose(
        distances(zero, SIX, "euclid")[0], [3, 2, 3.162278, 2.236068, 1.414214, 1.732051], atol=1e-6
    )
    assert distances(zero, SIX, "manhattan")[0].tolist() == [3, 2, 4, 3, 2, 3]
    assert distances(zero, SIX, "chebyshev")[0].tolist() == [3, 2, 3, 2, 1, 1]
    assert (explore().order[CENTER] + 1).tolist() == [5, 6, 2, 4, 1, 3]
    manhattan = explore(metric="manhattan", k=1)
    assert manhattan.near[CENTER, :2].tolist() == [2, 2]
    assert (manhattan.order[CENTER, :2] + 1).tolist() == [2, 5]
    for weights, shares in (
        ("equal", [1, 0.5, 1 / 3, 0.5, 0.4, 1 / 3]),
        ("inverse", [1, 0.550510, 0.396259, 0.517245, 0.450027, 0.400634]),
    ):
        found = [explore(k=k, weights=weights).shares[CENTER, 0] for k in range(1, 7)]
        np.testing.assert_allclose(found, shares, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("metric", METRICS)
def test_distances_are_those_of_scipy(seed, metric):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(7, 3))
    np.testing.assert_allclose(distances(a, b, metric), cdist(a, b, SCIPY[metric]), atol=1e-9)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_plane_votes_as_scikit_learn_does(data, metric, weights):
    result = explore(data=data, metric=metric, weights=weights, k=5, stretch=2.0, seed=3)
    scaled = result.points * result.scale
    queries = result.queries * result.scale
    border = result.near[:, 5] - result.near[:, 4] if result.near.shape[1] > 5 else np.ones(len(queries))
    clear = result.directed & (border > 1e-8) & (result.near[:, 0] > 1e-8)  # elsewhere the order is a convention
    assert clear.mean() > 0.6
    name = {"euclid": "euclidean"}.get(metric, metric)
    model = KNeighborsClassifier(5, weights=SKLEARN[weights], metric=name, algorithm="brute").fit(scaled, result.labels)
    np.testing.assert_allclose(result.shares[clear], model.predict_proba(queries[clear]), atol=1e-6)
    np.testing.assert_allclose(result.near[:, 4], result.second, atol=1e-6)


@pytest.mark.parametrize("standardize", [False, True])
def test_errors_are_those_of_scikit_learn(standardize):
    result = explore(data="moons", k=4, n=50, noise=0.6, standardize=standardize, tie="first")
    scaled = result.points * result.scale
    if standardize:
        np.testing.assert_allclose(scaled.std(axis=0), 1)
    for k in (1, 2, 4, 9):
        model = KNeighborsClassifier(k)
        left_out = cross_val_predict(model, scaled, result.labels, cv=LeaveOneOut())
        assert result.left_out[k - 1] == pytest.approx(np.mean(left_out != result.labels))
        assert result.training[k - 1] == pytest.approx(
            1 - model.fit(scaled, result.labels).score(scaled, result.labels)
        )
    assert result.refitted == result.left_out[3]


def test_leave_one_out_of_the_iris():
    iris = load_iris()
    _, left_out = errors(iris.data, iris.target, metric="euclid", largest=31)
    assert [round(150 * left_out[k - 1]) for k in (1, 3, 5, 9, 15, 31)] == [6, 6, 5, 5, 4, 8]


def test_training_errors_at_one_neighbor_come_from_equal_points_alone():
    points = np.array([[0.0, 0], [0, 0], [1, 1], [2, 0]])
    training, left_out = errors(points, np.array([0, 1, 1, 0]), metric="euclid")
    assert training[0] == 0.25
    assert len(training) == 4
    assert len(left_out) == 3
    assert errors(points[1:], np.array([1, 1, 0]), metric="euclid")[0][0] == 0


def test_ties_follow_their_rule():
    near, labels = np.array([[1.0, 2.0]]), np.array([[1, 0]])
    assert [vote(near, labels, 2, "equal", tie)[1][0] for tie in ("nearest", "first", "undecided")] == [
        1,
        0,
        UNDECIDED,
    ]
    assert vote(near, labels, 2, "inverse", "undecided")[1][0] == 1
    on_it = vote(np.array([[0.0, 0.5, 0.5]]), np.array([[0, 1, 1]]), 2, "square", "first")
    assert on_it[0].tolist() == [[1, 0]]


def test_another_unit_is_another_neighbor_unless_it_is_divided_out():
    near, far = explore(k=1), explore(k=1, stretch=0.1)
    assert (near.winner[CENTER], far.winner[CENTER]) == (0, 1)
    np.testing.assert_array_equal(explore(stretch=10.0, standardize=True).winner, explore(standardize=True).winner)


def test_the_length_of_a_query_does_not_matter_under_cosine():
    result = explore(data="clouds", metric="cosine", k=5)
    here, there = index_of(0.8, 0.6), index_of(1.6, 1.2)
    np.testing.assert_allclose(result.shares[here], result.shares[there])
    assert not result.directed[CENTER]
    assert result.directed.sum() == len(GRID) ** 2 - 1


@pytest.mark.parametrize("metric", ["euclid", "manhattan", "chebyshev"])
def test_the_outline_has_radius_one(metric):
    np.testing.assert_allclose(cdist(ball(metric), [[0, 0]], SCIPY[metric]).max(), 1)
    middles = (ball(metric)[1:] + ball(metric)[:-1]) / 2
    np.testing.assert_allclose(cdist(middles, [[0, 0]], SCIPY[metric]), 1, atol=1e-3)


@pytest.mark.parametrize("metric", METRICS)
def test_the_last_neighbor_lies_on_the_outline(metric):
    values = defaults(LAB.all_controls) | {"data": "clouds", "metric": metric, "k": 4, "stretch": 2.0}
    result = LAB.result(values)
    step = index_of(1.0, 0.4)
    figure = still(LAB.draw(result, values), step)[0]
    (drawn,) = [t for t in figure.data if t.name == "as near as the last"]
    last = result.points[result.order[step, 3]]
    x, y = np.array(drawn.x, float), np.array(drawn.y, float)
    there = np.isfinite(x)
    edges = np.column_stack([x[there], y[there]])
    gaps = []
    for a, b in zip(edges, edges[1:], strict=False):
        along = np.clip((last - a) @ (b - a) / max((b - a) @ (b - a), 1e-12), 0, 1)
        gaps.append(np.linalg.norm(a + along * (b - a) - last))
    assert min(gaps) < 5e-3
    (lines,) = [t for t in figure.data if t.name == "to the 4 nearest"]
    ends = np.array(lines.x, float).reshape(4, 3)
    np.testing.assert_allclose(ends[:, 0], 1.0, atol=1e-6)
    np.testing.assert_allclose(ends[:, 1], result.points[result.order[step, :4], 0], atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_outlines_enclose_the_cells_of_a_region(seed):
    mask = np.random.default_rng(seed).random((61, 61)) < 0.6
    x, y = outline(mask, np.full(2, -2.0), np.full(2, 4.0))
    cell = 6 / 61
    loops = np.split(np.column_stack([x, y]), np.flatnonzero(np.isnan(x)))
    total = 0.0
    for loop in loops:
        p = loop[np.isfinite(loop[:, 0])]
        if len(p):
            total += float((p[:-1, 0] * p[1:, 1] - p[1:, 0] * p[:-1, 1]).sum()) / 2
    assert total == pytest.approx(mask.sum() * cell**2)  # Gauss's area formula; holes count negative


def test_four_directions():
    found = read_vectors("-1 1 -1 1, 1 0 0 0, 0 1 0 0, 1 0 1 0, 0 1 0 1")
    np.testing.assert_allclose(found.cosines, [-0.5, 0.5, -0.707107, 0.707107], atol=1e-6)
    assert found.order(-found.cosines) == "DBAC"
    assert found.order(found.cosines) == "CABD"
    np.testing.assert_allclose(2 - 2 * found.cosines, [3, 1, 3.414214, 0.585786], atol=1e-6)
    np.testing.assert_allclose(found.far(), [2.645751, 1.732051, 3.162278, 1.414214], atol=1e-6)
    assert found.order(found.far()) == "DBAC"
    np.testing.assert_allclose(found.cosines, 1 - cdist([found.x], found.others, "cosine")[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 0, 0 0", "Vector A is 0 and has no direction"),
        ("0 0, 1 0", "Vector X is 0 and has no direction"),
        ("1 0, 1 a", "Vector A has “a”"),
        ("1 0, 1 1e3", "not a number"),
        ("1 0, 1 nan", "not a number"),
        ("1 0, 1 0 0", "Vector A has 3 numbers and X has 2"),
        ("1, 2", "two to six numbers"),
        ("1 0", "got 1"),
        ("", "got 0"),
        (",".join(["1 0"] * 8), "got 8"),
    ],
)
def test_what_are_no_vectors_is_refused_by_name(text, said):
    with pytest.raises(ValueError, match=said):
        read_vectors(text)


def test_many_dimensions():
    np.testing.assert_allclose(
        side(0.1, np.array([1.0, 2, 3, 10, 100])), [0.1, 0.316228, 0.464159, 0.794328, 0.977237], atol=1e-6
    )
    np.testing.assert_allclose(nearest(POINTS, np.array([2.0, 10])), [0.037220, 0.517792], atol=1e-6)
    rng = np.random.default_rng(0)
    for d in (2, 10):
        direction = rng.normal(size=(800, POINTS, d))
        radius = np.linalg.norm(direction, axis=-1)
        ball_points = direction / radius[..., None] * rng.random((800, POINTS, 1)) ** (1 / d)
        median = np.median(np.linalg.norm(ball_points, axis=-1).min(axis=1))
        assert median == pytest.approx(float(nearest(POINTS, np.array([d]))[0]), rel=0.08)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("k", 0),
        ("k", 16),
        ("k", 7),
        ("metric", "l3"),
        ("stretch", math.nan),
        ("stretch", 11.0),
        ("n", 9),
        ("n", True),
        ("noise", 1.5),
        ("data", "iris"),
        ("weights", "d"),
        ("tie", ""),
        ("seed", -1),
    ],
)
def test_settings_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"`{name}`"):
        explore(**{name: value})


def test_drawn_points_lie_in_the_plane_and_follow_the_seed():
    for data in DATA:
        points, labels, *_ = draw(data, 90, 1.0, 5)
        assert points[:, :2].min() >= -2
        assert points[:, :2].max() <= 4
        assert set(labels) == set(range(3 if data == "three" else 2))
    assert (draw("moons", 30, 0.3, 1)[0] != draw("moons", 30, 0.3, 2)[0]).any()


def own_table(n, seed=0):
    """Three columns in units of their own with three classes: pasted text, numbers, and labels."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, 3)) * [1000, 1, 0.01]
    labels = np.digitize(numbers[:, 0] / 1000 + numbers[:, 2] * 100 + rng.normal(size=n), [-1, 1])
    rows = [",".join([*map(repr, row), "abc"[label]]) for row, label in zip(numbers.tolist(), labels, strict=True)]
    return "\n".join(["income,height,width,class", *rows]), numbers, labels


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("standardize", [False, True])
def test_a_table_of_ones_own_votes_as_scikit_learn_does(metric, standardize):
    text, numbers, labels = own_table(150)
    result = explore(
        data="own", pasted=text, columns="width, height", metric=metric, k=7, standardize=standardize, tie="first"
    )
    own = numbers[:, [2, 1]]
    np.testing.assert_array_equal(result.points, own)
    assert (result.names, result.axes) == (("a", "b", "c"), ("width", "height"))
    assert (result.low < own.min(axis=0)).all() and (result.high > own.max(axis=0)).all()
    scale = 1 / own.std(axis=0) if standardize else np.ones(2)
    name = {"euclid": "euclidean"}.get(metric, metric)
    model = KNeighborsClassifier(7, metric=name, algorithm="brute").fit(own * scale, labels)
    farthest = cdist(result.queries * scale, own * scale, SCIPY[metric]).max()
    clear = result.near[:, 7] - result.near[:, 6] > 1e-9 * farthest
    assert clear.mean() > 0.4
    expected = model.predict_proba(result.queries * scale)
    np.testing.assert_allclose(result.shares[clear], expected[clear], atol=1e-9)
    left_out = cross_val_predict(model, own * scale, labels, cv=LeaveOneOut())
    assert result.left_out[6] == pytest.approx(result.refitted) == np.mean(left_out != labels)


def test_equal_points_leave_themselves_out():
    text = "1 1 a\n" * 20 + "1 1 b\n" * 20 + "2 2 a"  # more of them than are looked at
    result = explore(data="own", pasted=text)
    X, y = result.points, result.labels
    for k in (1, 3, 15):
        wrong = 0
        for i in range(len(X)):
            rest = [j for j in range(len(X)) if j != i]
            near = sorted(rest, key=lambda j: (math.dist(X[i], X[j]), j))[:k]
            wrong += np.bincount(y[near]).argmax() != y[i]
        assert result.left_out[k - 1] == wrong / len(X)
        assert explore(data="own", pasted=text, k=k).refitted == wrong / len(X)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pasted": "1 2 a\n2 x b"}, "Line 2, column “x2”: “x” is not a number"),
        ({"pasted": "1 2 a\n2 1 a"}, "Column “class” must have 2 to 3 classes; it has 1: “a”"),
        ({"pasted": "1 a\n2 b\n3 b"}, "“2” is not a column of numbers; this table has 1: x1"),
        ({"pasted": "1 2 a\n1 3 b\n1 4 b"}, "Column “x1” has one value everywhere"),
        ({"columns": "1"}, "Name 2 different columns; this table has 1: petal length, 2: petal width"),
        ({"k": 13}, "`k` must be at most 12"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(change, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        explore(data="own", **change)


def test_the_default_table_is_part_of_iris():
    iris = load_iris()
    known = {(*row, iris.target_names[t]) for row, t in zip(iris.data[:, 2:].tolist(), iris.target, strict=True)}
    result = explore(data="own")
    shown = {(*row, result.names[c]) for row, c in zip(result.points.tolist(), result.labels, strict=True)}
    assert len(shown) == 12 and shown <= known
