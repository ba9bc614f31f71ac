"""Exercises on trees against SciPy's entropies and scikit-learn's mutual information and trees."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score
from sklearn.tree import DecisionTreeClassifier

from core.labs.trees.exercises import OWN, PAIR, TABLE
from tests.drawn import chosen, named, some, truths


def test_tables_by_mutual_information():
    for drawn in some(TABLE):
        rows = np.array([sample.split() for sample in drawn.parameters.split(",")])
        labels, features = rows[:, -1], rows[:, :-1].T
        before, gains = truths(drawn)
        assert before == pytest.approx(entropy(np.unique(labels, return_counts=True)[1], base=2))
        expected = [mutual_info_score(feature, labels) / np.log(2) for feature in features]
        assert gains == pytest.approx(tuple(expected))
        assert chosen(drawn) == [f"A{1 + np.argmax(expected)}"]
    assert truths(TABLE.variant(0))[1] == pytest.approx((0.1709505945, 0.4199730940, 0.0199730940))
    assert named(TABLE, 1, "0.470951; 0.511803; 0.011803") == {"unweighted"}
    assert named(TABLE, 1, "0.118494; 0.291103; 0.013844") == {"natural_log"}


def left(children, criterion):
    """Impurity that a split leaves, by a tree of scikit-learn that has no other question."""
    side = np.concatenate([np.full(sum(child), k) for k, child in enumerate(children)])
    labels = np.concatenate([np.repeat([0, 1], child) for child in children])
    tree = DecisionTreeClassifier(criterion=criterion, max_depth=1).fit(side[:, None], labels)
    if criterion == "gini" and tree.tree_.node_count == 3:
        samples, impurity = tree.tree_.weighted_n_node_samples[1:], tree.tree_.impurity[1:]
        return (samples * impurity).sum() / samples.sum(), 1 - tree.score(side[:, None], labels)
    return 0.5, 0.5


def test_two_splits_in_scikit_learn():
    for drawn in some(PAIR):
        p = drawn.parameters
        (a, error), (b, other) = (left(p.children(split), "gini") for split in (p.first, p.second))
        assert error == pytest.approx(other)
        assert truths(drawn) == pytest.approx([error, a, b])
        assert chosen(drawn) == ["A" if a < b else "B"]
    assert truths(PAIR.variant(0)) == pytest.approx([0.25, 0.375, 1 / 3])


def test_a_value_for_each_sample():
    for drawn in some(OWN):
        p = drawn.parameters
        labels = np.arange(p.samples) < p.first
        gain = mutual_info_score(np.arange(p.samples), labels) / np.log(2)
        assert truths(drawn) == pytest.approx([gain, gain / entropy(np.ones(p.samples), base=2)])
    assert truths(OWN.variant(0)) == pytest.approx([0.940286, 0.246966], abs=1e-6)
