"""Exercises on range tests against NumPy's geometric grid, pandas' averages, and torch's samplers."""

import numpy as np
import pandas as pd
import pytest
from torch.utils.data import BatchSampler

from core.labs.lr_range.exercises import READING, SMOOTH, SWEEP, UPDATES
from tests.drawn import some, truths


def test_rates_in_numpy():
    for drawn in some(SWEEP):
        p = drawn.parameters
        rates = np.geomspace(10.0**p.low, 10.0**p.high, p.rates)
        assert truths(drawn) == pytest.approx([rates[p.place - 1], rates[1] / rates[0]])
    assert truths(SWEEP.variant(0))[1] == pytest.approx(12.9155, rel=1e-5)


def test_smoothing_in_pandas():
    for drawn in some(SMOOTH):
        p = drawn.parameters
        losses, beta = pd.Series(np.array(p.losses, float)), float(p.beta)
        corrected = losses.ewm(alpha=1 - beta, adjust=True).mean().iloc[-1]
        before = pd.concat([pd.Series([0.0]), losses]).ewm(alpha=1 - beta, adjust=False).mean().iloc[-1]
        assert truths(drawn) == pytest.approx([before, corrected])


def test_updates_in_torch():
    for drawn in some(UPDATES):
        p = drawn.parameters
        batches = list(BatchSampler(range(p.images), p.batch, drop_last=False))
        assert truths(drawn) == [len(batches), len(batches) * p.epochs * p.rates, len(batches[-1])]
    assert truths(UPDATES.variant(0))[1] == 46_900


def test_reading_in_numpy():
    for drawn in some(READING, 12):
        p = drawn.parameters
        losses = np.array([np.nan if loss is None else float(loss) for loss in p.losses])
        rates = np.geomspace(10.0**p.low, 10.0**p.high, len(losses))
        assert truths(drawn) == pytest.approx([rates[np.nanargmin(losses)], np.argmin(losses)])
