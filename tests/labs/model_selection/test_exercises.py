"""Exercises on model selection against Gaussian likelihoods and scikit-learn's splitters."""

import math

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.model_selection import RepeatedKFold

from core.labs.model_selection.exercises import COST, CRITERIA, RULE
from tests.drawn import some, truths


def criterion(n, rss, k, price):
    """−2 ln L + price · k of Gaussian residuals with a given sum of squares, without its constant."""
    residuals = np.random.default_rng(0).normal(size=n)
    residuals *= math.sqrt(rss) / np.linalg.norm(residuals)
    deviance = -2 * norm.logpdf(residuals, scale=math.sqrt(rss / n)).sum()
    return deviance - n * (1 + math.log(2 * math.pi)) + price * k


def test_criteria_by_likelihoods():
    for drawn in some(CRITERIA):
        p = drawn.parameters
        aic, bic = (
            [criterion(p.n, float(rss), d + 1, price) for d, rss in enumerate(p.rss, 1)] for price in (2, math.log(p.n))
        )
        assert truths(drawn) == pytest.approx([aic[0], 1 + np.argmin(aic), 1 + np.argmin(bic)])


def test_the_rule_of_one_standard_error():
    for drawn in some(RULE):
        errors = np.array(drawn.parameters.errors, float)
        bound = errors.min() + float(drawn.parameters.standard_errors[errors.argmin()])
        assert truths(drawn) == pytest.approx([bound, 1 + np.flatnonzero(errors <= bound + 1e-12)[0]])


def test_fits_counted_in_scikit_learn():
    for drawn in some(COST):
        p = drawn.parameters
        splits = list(RepeatedKFold(n_splits=p.folds, n_repeats=p.repeats).split(np.zeros(p.n)))
        assert {len(train) for train, _ in splits} == {truths(drawn)[0]}
        assert truths(drawn)[1] == len(splits) * p.degrees + 1
