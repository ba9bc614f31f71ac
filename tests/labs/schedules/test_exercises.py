"""Exercises on schedules against torch's own schedulers, SciPy, a published table, and the code that they quote."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch.optim import lr_scheduler

from core.labs.schedules.exercises import (
    ANNEALED,
    BEST,
    COSINE,
    CYCLED,
    DIVIDED,
    EQUAL,
    GROWING,
    LOOKS,
    MEANS,
    OUTER,
    RESUMED,
    TRIANGLE,
    TRUNCATED,
)
from core.labs.schedules.exercises.reports import expected_maximum


def numbers(drawn):
    return [float(question.truth) for question in drawn.questions if not isinstance(question.truth, str)]


def sgd(rate, momentum=0.0):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=momentum)


def cyclic(p, steps, **more):
    """Rates after each step of torch's CyclicLR, without a training."""
    optimizer = sgd(p.high, 0.9)
    scheduler = lr_scheduler.CyclicLR(optimizer, p.low, p.high, step_size_up=p.rise, **more)
    optimizer.step()
    for _ in range(steps):
        scheduler.step()
    return optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]


def some(template, most=4):
    return [template.variant(0), *(template.variant(number) for number in range(1, most))]


def loader(images, batch):
    return [min(batch, images - start) for start in range(0, images, batch)]


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_truncated_cycle_in_torch(number):
    p = (drawn := TRUNCATED.variant(number)).parameters
    updates = p.epochs * len(loader(p.images, p.batch))
    whole = updates // (2 * p.rise)
    rate, _ = cyclic(p, updates % (2 * p.rise), mode="exp_range")  # a period on, torch gives the same
    assert numbers(drawn) == pytest.approx([updates, whole, rate], rel=1e-9)
    if number == 0:
        assert numbers(drawn) == pytest.approx([9380, 0, 0.0960], rel=1e-3)


def test_a_step_an_epoch_in_torch():
    for drawn in some(OUTER):
        p = drawn.parameters
        rate, _ = cyclic(p, p.epochs)
        assert numbers(drawn) == pytest.approx([p.epochs, rate], rel=1e-9)


def test_momentum_is_cycled_in_torch():
    for drawn in some(CYCLED):
        p = drawn.parameters
        rate, momentum = cyclic(p, p.update)
        _, first = cyclic(p, 0)
        assert numbers(drawn) == pytest.approx([momentum, rate / (1 - momentum), first], rel=1e-6)


def test_a_triangle_that_decays_in_torch():
    for drawn in some(TRIANGLE):
        p = drawn.parameters
        optimizer = sgd(float(p.high), 0.9)
        scheduler = lr_scheduler.CyclicLR(
            optimizer, float(p.low), float(p.high), p.rise, mode="exp_range", gamma=float(p.gamma)
        )
        optimizer.step()
        for _ in range(p.update):
            scheduler.step()
        assert numbers(drawn)[0] == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-6)


def cosine(peak, length, steps):
    optimizer = sgd(peak)
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=length)
    optimizer.step()
    for _ in range(steps):
        scheduler.step()
    return optimizer.param_groups[0]["lr"]


def test_cosines_in_torch():
    for drawn in some(COSINE):
        p = drawn.parameters
        expected = [cosine(float(p.peak), p.length, p.epoch), cosine(float(p.peak), 10 * p.length, p.epoch)]
        assert numbers(drawn) == pytest.approx(expected, rel=1e-6)
    for drawn in some(ANNEALED):
        p = drawn.parameters
        rate, length = numbers(drawn)
        assert rate == pytest.approx(cosine(p.peak, p.length, p.epochs), rel=1e-6)
        assert cosine(p.peak, int(length), p.epochs) == pytest.approx(0, abs=1e-9)
    assert numbers(ANNEALED.variant(0))[0] == pytest.approx(0.0998459, rel=1e-5)


def test_a_resume_without_the_optimizers_state_in_torch():
    for drawn in some(RESUMED):
        p = drawn.parameters
        mu = float(p.momentum)

        def steps(optimizer, count):
            """Sizes of steps with gradients of 1, over the rate."""
            (weight,), found = optimizer.param_groups[0]["params"], []
            for _ in range(count):
                before = weight.item()
                weight.grad = torch.ones_like(weight)
                optimizer.step()
                found.append((before - weight.item()) / optimizer.param_groups[0]["lr"])
            return found

        weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        settled = steps(torch.optim.SGD([weight], lr=0.1, momentum=mu), 500)[-1]
        again = np.array(steps(torch.optim.SGD([weight], lr=0.1, momentum=mu), 200)) / settled
        expected = [
            cosine(p.peak, p.epochs, p.epochs - p.stop),
            cosine(p.peak, p.epochs, 0),
            again[0],
            int(np.argmax(again >= 0.9)) + 1,
        ]
        assert numbers(drawn) == pytest.approx(expected, rel=1e-6)
        assert float(drawn.questions[1].slips[0].value) == pytest.approx(cosine(p.peak, p.epochs, p.stop))


def ran(batch, limit):
    """Batches that the quoted loop runs, and i after it."""
    i = 0
    while i * batch < limit:
        i += 1
    return i


def test_loops_count_images():
    for drawn in some(DIVIDED, 12):
        p = drawn.parameters
        i = ran(p.batch, p.limit)
        losses = np.full(i, 1.25)  # whatever the losses are, the sum is divided by one too many
        factor = losses.mean() / (losses.sum() / (i + 1))
        assert numbers(drawn) == pytest.approx([i, float(p.printed) * factor])
    assert numbers(DIVIDED.variant(0)) == pytest.approx([1, 1.352])
    assert float(DIVIDED.variant(0).questions[1].slips[0].value) == 0.676
    for drawn in some(GROWING):
        p = drawn.parameters
        counts = [ran(batch, p.limit) for batch in p.batches]
        images = sum(count * batch for count, batch in zip(counts, p.batches, strict=True))
        assert numbers(drawn) == [counts[0], sum(counts), images]
    assert numbers(GROWING.variant(0))[:2] == [63, 128]


def test_few_epochs_against_cycles():
    for drawn in some(EQUAL):
        p = drawn.parameters
        counts = [ran(batch, p.grown.limit) for batch in p.grown.batches]
        images = sum(count * batch for count, batch in zip(counts, p.grown.batches, strict=True))
        updates = p.epochs * len(loader(p.images, p.batch))
        assert numbers(drawn) == pytest.approx([images, images / p.images, updates / sum(counts)])
    assert numbers(EQUAL.variant(0)) == pytest.approx([26_592, 0.4432, 9380 / 128])


def test_the_last_network_is_saved():
    for drawn in some(BEST, 12):
        accuracies, saved, writes = drawn.parameters.accuracies, None, 0
        for acc in accuracies:
            best_acc = 0
            if acc > best_acc:
                saved, writes = acc, writes + 1
            best_acc = acc
        assert numbers(drawn) == [saved / 100, writes]
        (records,) = (slip.value for slip in drawn.questions[1].slips)
        assert records == len(np.unique(np.maximum.accumulate(accuracies)))
    assert numbers(BEST.variant(0))[0] == 0.44


def test_batches_weigh_alike():
    for drawn in some(MEANS, 12):
        p = drawn.parameters
        sizes = loader(p.images, p.batch)
        weights = np.repeat(1 / (len(sizes) * np.array(sizes)), sizes)
        assert weights.sum() == pytest.approx(1)
        assert numbers(drawn) == pytest.approx([len(sizes), sizes[-1], weights[-1] / weights[0]])
    assert numbers(MEANS.variant(0)) == [157, 16, 4]


def test_luck_of_the_best_epoch():
    # Harter 1961, Biometrika 48, table 1: expected values of the largest of n normal numbers.
    published = {2: 0.56419, 5: 1.16296, 10: 1.53875, 100: 2.50759}
    assert {n: expected_maximum(n) for n in published} == pytest.approx(published, abs=1e-5)
    for drawn in some(LOOKS):
        p = drawn.parameters
        error = 100 * stats.binom(p.images, float(p.accuracy)).std() / p.images
        largest, _ = integrate.quad(
            lambda x, n=p.epochs: x * n * stats.norm.pdf(x) * stats.norm.cdf(x) ** (n - 1), -9, 9
        )
        assert numbers(drawn) == pytest.approx([error, error * largest], rel=1e-6)
    draws = np.random.default_rng(0).binomial(10_000, 0.9367, size=(20_000, 10)) / 100
    assert numbers(LOOKS.variant(0))[1] == pytest.approx(draws.max(axis=1).mean() - 93.67, abs=0.01)
    assert math.isclose(draws.std(), numbers(LOOKS.variant(0))[0], rel_tol=0.01)
