"""Words about the six points and about ties, against counts by hand."""

import numpy as np

from core.draw.live import uncolored
from core.kit.controls import defaults
from core.labs.neighbors.compute.points import index_of
from core.labs.neighbors.lab import LAB
from core.labs.neighbors.words import PREDICTIONS


def said(x=0.0, y=0.0, **change):
    values = defaults(LAB.all_controls) | change
    picture = LAB.draw(LAB.result(values), values)
    step = index_of(x, y)
    return uncolored(picture.summary(step)), [picture.text(readout, step) for readout in picture.readouts]


def test_votes_of_the_six_points():
    assert said() == ("Orange wins with 2 of 3 votes.", ["orange 0.667", "2.000", "0.167", "0.833"])
    assert said(k=1)[0] == "Blue wins with 1 of 1 vote."
    assert said(k=6)[1][-1] == "none"  # nobody is left to be left out
    assert said(k=3, weights="inverse")[0] == "Orange wins with 60% of the weight."


def test_ties_of_votes_and_of_distances_are_said():
    assert said(k=2)[0] == "The vote is tied, and the nearest of the tied decides: blue."
    assert said(k=2, tie="first")[0] == "The vote is tied, and the first class wins: blue."
    summary, readouts = said(k=2, tie="undecided")
    assert summary == "The vote is tied, and the rule is that no class wins."
    assert readouts[:2] == ["undecided, 0.500", "1.732"]
    assert said(k=1, metric="manhattan")[0] == "Orange wins with 1 of 1 vote; another point is exactly as near."


def test_a_query_without_direction_is_said():
    summary, readouts = said(metric="cosine")
    assert summary == "The query is 0 and has no direction: cosine cannot order its neighbors."
    assert readouts[0] == "none"
    assert "wins" in said(0.2, 0.0, metric="cosine")[0]


def test_every_second_computation_agrees():
    for metric in ("euclid", "manhattan", "chebyshev", "cosine"):
        for data in ("homework", "three"):
            values = defaults(LAB.all_controls) | {"metric": metric, "data": data, "stretch": 0.501187}
            for readout in LAB.draw(LAB.result(values), values).readouts:
                assert readout.check is None or np.all(readout.check.agrees), (metric, readout.label)


def test_predictions_of_the_six_points():
    result = LAB.result(defaults(LAB.all_controls))
    assert [prediction.truth(result) for prediction in PREDICTIONS] == ["orange", "yes", 0]
    assert "blue at 1.41, orange at 1.73, orange at 2.00" in PREDICTIONS[0].verdict("blue", "orange", result)
