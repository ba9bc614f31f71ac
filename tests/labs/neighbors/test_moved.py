"""A training point that is dragged: the vote of the others and the leave-one-out error, against scikit-learn."""

import numpy as np
import pytest
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from core.draw.packing import pack
from core.kit.controls import defaults
from core.labs.neighbors.compute.explore import explore
from core.labs.neighbors.compute.moves import moves
from core.labs.neighbors.compute.votes import refits
from core.labs.neighbors.lab import LAB

SKLEARN = {"equal": "uniform", "inverse": "distance"}


def section(**change):
    values = defaults(LAB.all_controls) | change
    result = LAB.result(values)
    words, _, clickable = LAB.sections[0].blocks(result, values)
    return values, result, words, clickable


@pytest.mark.parametrize("metric", ["euclid", "manhattan", "chebyshev", "cosine"])
@pytest.mark.parametrize("weights", SKLEARN)
def test_votes_and_errors_are_those_of_scikit_learn(metric, weights):
    result = explore(data="three", n=30, k=4, noise=0.7, metric=metric, weights=weights, stretch=2.0, tie="first")
    found = moves(result, 7)
    name = {"euclid": "euclidean"}.get(metric, metric)
    model = KNeighborsClassifier(4, weights=SKLEARN[weights], metric=name, algorithm="brute")
    for step in np.random.default_rng(0).integers(0, len(found.wrong), 8):
        points = result.points.copy()
        points[7] = found.across[step % len(found.across)], found.up[step // len(found.across)]
        told = cross_val_predict(model, points * result.scale, result.labels, cv=LeaveOneOut())
        assert found.wrong[step] == (told != result.labels).sum()
        assert found.told[step] == told[7]


@pytest.mark.parametrize("k", range(1, 6))
def test_the_six_points_agree_with_one_fit_for_each_point(k):
    for change in ({}, {"metric": "manhattan", "weights": "square"}, {"tie": "undecided"}):
        result = explore(k=k, **change)
        rule = {"metric": result.metric, "weights": result.weights, "tie": result.tie}
        found = moves(result, 4)
        for step in range(0, len(found.wrong), 37):
            points = result.points.copy()
            points[4, :2] = found.across[step % len(found.across)], found.up[step // len(found.across)]
            assert found.wrong[step] / 6 == pytest.approx(refits(points, result.labels, k, **rule))


def test_equal_points_leave_themselves_out():
    result = explore(data="own", pasted="1 1 a\n" * 5 + "1 1 b\n" * 4 + "2 2 a\n3 1 b", k=3)
    found = moves(result, 10)
    home = int(np.abs(found.across - 3).argmin() + len(found.across) * np.abs(found.up - 1).argmin())
    assert found.wrong[home] / 11 == pytest.approx(result.refitted)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"data": "three", "k": 5, "metric": "cosine", "weights": "inverse"},
        {"data": "own", "k": 4, "tie": "undecided", "standardize": True},
        {"data": "moons", "k": 2, "metric": "chebyshev", "stretch": 0.1, "tie": "first", "weights": "square"},
    ],
)
def test_at_home_the_map_is_that_of_the_page(change):
    values, result, _, clickable = section(**change)
    picture = clickable.picture
    home = picture.axis.nearest(picture.axis.start)
    np.testing.assert_allclose(picture.axis.values[home], result.points[values["moved"] - 1, :2])
    frames = picture.panels[0].frames[0]
    np.testing.assert_array_equal(frames.rule.winners(frames.values[home]), result.regions)
    said = dict(zip([r.label for r in picture.readouts], [r.texts[home] for r in picture.readouts], strict=True))
    assert float(said["leave-one-out error"]) == pytest.approx(result.refitted, abs=5e-4)
    assert len(pack(picture)) < 100_000  # a map for each place would be megabytes


def test_a_click_takes_the_nearest_point():
    values, _, words, clickable = section()
    assert clickable.take((2.1, 0.2), values) == {"moved": 2}
    assert "point 5" in words


@pytest.mark.parametrize(("change", "count"), [({}, 6), ({"data": "three", "n": 30}, 30)])
def test_the_slider_ends_at_the_last_point(change, count):
    values = defaults(LAB.all_controls) | change | {"moved": 500}
    words, slider, _ = LAB.sections[0].blocks(LAB.result(values), values)
    assert slider.values == tuple(range(1, count + 1))
    assert slider.within(500) == count
    assert f"point {count}" in words and f"only {count} points" in words
    assert "only" not in section(**change)[2]


def test_where_all_points_vote_none_is_left_out():
    with pytest.raises(ValueError, match="`k` must be below 6"):
        section(k=6)
