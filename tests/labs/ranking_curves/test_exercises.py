"""Exercises on rankings against scikit-learn, and gains in the other form of Flach and Kull (NIPS 2015)."""

import numpy as np
import pytest
from sklearn.metrics import (
    auc,
    average_precision_score,
    f1_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
)

from core.labs.ranking_curves.exercises import BETWEEN, ENDPOINT, EVERYTHING, GAINS, MOVED, POINT, RANKED
from tests.drawn import chosen, some, truths


def test_a_threshold_in_scikit_learn():
    for drawn in some(POINT):
        m = drawn.parameters
        labels = np.repeat([1, 1, 0, 0], [m.tp, m.fn, m.fp, m.tn])
        flagged = np.repeat([1, 0, 1, 0], [m.tp, m.fn, m.fp, m.tn])
        recall, precision = recall_score(labels, flagged), precision_score(labels, flagged)
        fall_out = 1 - recall_score(labels, flagged, pos_label=0)
        odds = labels.mean() / (1 - labels.mean())
        gains = [1 - fall_out / recall, 1 - odds * (1 - recall) / recall]
        assert truths(drawn) == pytest.approx([recall, fall_out, precision, *gains])


def test_another_prevalence_by_weights():
    for drawn in some(MOVED):
        p = drawn.parameters
        labels, flagged = np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0])
        after, recall, fall_out = float(p.after), float(p.recall), float(p.fall_out)
        weights = np.array([after, after, 1 - after, 1 - after]) * [recall, 1 - recall, fall_out, 1 - fall_out]
        assert truths(drawn) == pytest.approx([precision_score(labels, flagged, sample_weight=weights)])


def test_areas_in_scikit_learn():
    for drawn in some(RANKED, 12):
        p = drawn.parameters
        expected = [roc_auc_score(p.labels, p.scores), average_precision_score(p.labels, p.scores)]
        assert truths(drawn) == pytest.approx(expected)


def test_flagging_everything_in_scikit_learn():
    for drawn in some(EVERYTHING):
        labels = np.arange(100) < int(100 * drawn.parameters.prevalence)
        flagged = np.ones(100, bool)
        assert truths(drawn) == pytest.approx([precision_score(labels, flagged), f1_score(labels, flagged)])
        # In gains: recall 1 gains 1, and precision gains 1 − FPR/TPR = 0.
        assert chosen(drawn)[:2] == ["(1, 1)", "(1, 0)"]
    flagged = np.random.default_rng(0).random(200_000) < 0.3  # whatever the labels are
    labels = np.arange(200_000) % 5 == 0
    assert 1 - flagged[~labels].mean() / flagged[labels].mean() == pytest.approx(0, abs=0.02)


def test_halfway_by_two_halves_of_the_examples():
    for drawn in some(BETWEEN):
        p = drawn.parameters
        labels, flagged = [], []
        for tp, fp in (p.first, p.second):  # each threshold decides for one of two copies of the data
            labels += [1] * p.positives + [0] * 1000
            flagged += [1] * tp + [0] * (p.positives - tp) + [1] * fp + [0] * (1000 - fp)
        assert truths(drawn) == pytest.approx([precision_score(labels, flagged), recall_score(labels, flagged)])


def test_areas_with_their_end_point():
    for drawn in some(ENDPOINT):
        labels = drawn.parameters.labels
        scores = np.arange(len(labels), 0, -1)
        precision, recall, _ = precision_recall_curve(labels, scores)
        assert truths(drawn) == pytest.approx([auc(recall, precision), average_precision_score(labels, scores)])
        dropped = next(slip for slip in drawn.questions[0].slips if slip.name == "drop_endpoint")
        assert float(dropped.value) == pytest.approx(auc(recall[:-1], precision[:-1]))


def test_areas_of_gains_by_integrating_over_the_ranking():
    for drawn in some(GAINS):
        labels = np.array(drawn.parameters.labels)
        positives, pi = labels.sum(), labels.mean()
        flagged = np.linspace(0, len(labels), 400_001)[1:]
        tp = np.interp(flagged, np.arange(len(labels) + 1), np.concatenate([[0], labels.cumsum()]))
        recall, precision = tp / positives, tp / flagged
        inside = recall >= pi
        recall, precision = ((x[inside] - pi) / ((1 - pi) * x[inside]) for x in (recall, precision))
        assert truths(drawn) == pytest.approx([precision[0], auc(recall, precision)], abs=1e-4)
