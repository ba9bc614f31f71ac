"""Schedules against torch's own schedulers, step by step, and against closed values."""

import warnings

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from core.training.schedules import constant, exponential_ramp, linear_ramp, momenta, rates, warm_up

STEPS = 60


def of_torch(make, steps=STEPS, rate=0.5):
    """Rates and momenta that torch's scheduler sets."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=0.9)
    scheduler = make(optimizer)
    found = []
    for _ in range(steps):
        group = optimizer.param_groups[0]
        found.append((group["lr"], group["momentum"]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # there is no step of the optimizer between two of the scheduler
            scheduler.step()
    return np.array(found).T


@pytest.mark.parametrize(
    ("name", "settings", "make"),
    [
        *[
            (
                "cyclical",
                {"low": 0.01, "high": 0.5, "up": up, "down": down, "shape": shape, "gamma": gamma},
                lambda o, up=up, down=down, shape=shape, gamma=gamma: lr_scheduler.CyclicLR(
                    o, 0.01, 0.5, up, down, mode=shape, gamma=gamma
                ),
            )
            for up, down in ((7, None), (5, 9))
            for shape, gamma in (("triangular", 1.0), ("triangular2", 1.0), ("exp_range", 0.97), ("exp_range", 1.0))
        ],
        *[
            (
                "one_cycle",
                {"high": 0.5, "warm": warm, "anneal": anneal, "start_factor": 10.0, "end_factor": 100.0},
                lambda o, warm=warm, anneal=anneal: lr_scheduler.OneCycleLR(
                    o,
                    0.5,
                    total_steps=STEPS,
                    pct_start=warm,
                    anneal_strategy="cos" if anneal == "cosine" else anneal,
                    div_factor=10,
                    final_div_factor=100,
                ),
            )
            for warm in (0.3, 0.45, 0.0)
            for anneal in ("cosine", "linear")
        ],
        *[
            (
                "one_cycle",
                {"high": 0.5, "warm": warm, "anneal": anneal, "three_phase": True},
                lambda o, warm=warm, anneal=anneal: lr_scheduler.OneCycleLR(
                    o,
                    0.5,
                    total_steps=STEPS,
                    pct_start=warm,
                    anneal_strategy="cos" if anneal == "cosine" else anneal,
                    three_phase=True,
                ),
            )
            for warm in (0.3, 0.5, 0.02)
            for anneal in ("cosine", "linear")
        ],
        (
            "multi_step",
            {"high": 0.5, "milestones": "13 30 30 50", "gamma": 0.3},
            lambda o: lr_scheduler.MultiStepLR(o, [13, 30, 30, 50], 0.3),
        ),
        *[
            (
                "polynomial",
                {"high": 0.5, "total": 40, "power": power},
                lambda o, p=power: lr_scheduler.PolynomialLR(o, 40, p),
            )
            for power in (0.5, 0.9, 1.0, 2.0)
        ],
        ("cosine", {"low": 0.001, "high": 0.5, "period": 40}, lambda o: lr_scheduler.CosineAnnealingLR(o, 40, 0.001)),
        *[
            (
                "cosine_restarts",
                {"low": 0.001, "high": 0.5, "period": 8, "multiplier": m},
                lambda o, m=m: lr_scheduler.CosineAnnealingWarmRestarts(o, 8, m, 0.001),
            )
            for m in (1, 2)
        ],
        ("step", {"high": 0.5, "every": 13, "gamma": 0.3}, lambda o: lr_scheduler.StepLR(o, 13, 0.3)),
        ("constant", {"high": 0.5}, lambda o: lr_scheduler.ConstantLR(o, 1.0)),
    ],
)
def test_rates_are_those_of_torch(name, settings, make) -> None:
    steps = STEPS - 1 if name == "one_cycle" else STEPS  # torch refuses one step more
    expected, momentum = of_torch(make, steps)
    full = settings | ({"total": STEPS} if name == "one_cycle" else {})
    np.testing.assert_allclose(rates(name, steps, **full), expected, rtol=0, atol=1e-12)
    if name == "cyclical":
        np.testing.assert_allclose(momenta(name, steps, lowest=0.8, highest=0.9, **full), momentum, rtol=0, atol=1e-12)
    elif name == "one_cycle":
        np.testing.assert_allclose(momenta(name, steps, **full), momentum, rtol=0, atol=1e-12)
    else:
        np.testing.assert_array_equal(momenta(name, steps, highest=0.9), momentum)


def test_the_homework_has_one_triangle_that_ends_high() -> None:
    settings = {"low": 2.78e-5, "high": 0.774, "up": 5000, "shape": "exp_range", "gamma": 1.0}
    found = rates("cyclical", 9381, **settings)
    assert found.argmax() == 5000 and found[5000] == pytest.approx(0.774)
    assert found[9380] == pytest.approx(0.0960, abs=5e-5)


def test_cosine_of_the_other_homework_stays_where_it_is() -> None:
    assert rates("cosine", 6, high=0.1, period=200)[5] == pytest.approx(0.09985, abs=5e-6)


def test_one_cycle_stays_at_its_end_where_torch_goes_below_zero() -> None:
    settings = {"high": 0.5, "anneal": "linear", "total": 100}
    found = rates("one_cycle", 102, **settings)
    assert found[99] == found[100] == found[101] == pytest.approx(0.5 / 25 / 1e4)


def test_three_phases_as_pytorch_users_report_them() -> None:
    """The first rates of OneCycleLR(max_lr=0.01, total_steps=50, three_phase=True)."""
    found = rates("one_cycle", 50, high=0.01, three_phase=True)
    np.testing.assert_allclose(found[:4], [0.0004, 0.00052035, 0.00087535, 0.00144721], atol=5e-9)


def test_a_warm_up_of_no_steps_changes_nothing() -> None:
    assert (warm_up(np.arange(5), steps=0) == 1).all()
    np.testing.assert_array_equal(
        rates("step", 9, high=0.1, every=3, warm_up_steps=0), rates("step", 9, high=0.1, every=3)
    )


def test_warm_up_rises_to_one_and_multiplies_any_schedule() -> None:
    np.testing.assert_allclose(warm_up(np.arange(6), steps=4), [0.25, 0.5, 0.75, 1, 1, 1])
    np.testing.assert_allclose(rates("constant", 3, warm_up_steps=2, high=0.4), [0.2, 0.4, 0.4])


def test_ramps_end_where_they_should() -> None:
    np.testing.assert_allclose(exponential_ramp(3, low=1e-4, high=1.0), [1e-4, 1e-2, 1.0], rtol=1e-12)
    np.testing.assert_allclose(linear_ramp(3, low=1.0, high=2.0), [1, 1.5, 2])
    # The homework's grid, as it is printed there.
    grid = exponential_ramp(10, low=1e-9, high=10.0)
    np.testing.assert_allclose(
        grid, [1e-9, 1.29e-8, 1.67e-7, 2.15e-6, 2.78e-5, 3.59e-4, 4.64e-3, 5.99e-2, 0.774, 10], rtol=3e-3
    )
    assert constant([1, 2], high=3).tolist() == [3, 3]


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("sawtooth", {}, "must be one of constant, cyclical"),
        ("cyclical", {"low": 0.1, "high": 0.2}, "needs `up`."),
        ("constant", {"high": 0.1, "up": 3}, "has no setting up."),
        ("cyclical", {"low": 0.2, "high": 0.2, "up": 5}, "`low` must be below `high`; got 0.2 and 0.2."),
        ("cyclical", {"low": 0.1, "high": 0.2, "up": 5, "gamma": 1.01}, r"`gamma` must be in \(0, 1\]; got 1.01."),
        ("cyclical", {"low": 0.1, "high": 0.2, "up": 5, "gamma": 0.0}, "`gamma` must be a positive number; got 0."),
        ("cyclical", {"low": 0.1, "high": 0.2, "up": 5, "shape": "round"}, "`shape` must be one of triangular"),
        ("constant", {"high": float("nan")}, "`high` must be a positive number; got nan."),
        ("constant", {"high": float("inf")}, "`high` must be a positive number; got inf."),
        ("step", {"high": 0.1, "every": 1.5}, "`every` must be a whole number, at least 1; got 1.5."),
        ("one_cycle", {"high": 0.1, "warm": 1.0}, r"`warm` must be in \[0, 1\); got 1."),
        (
            "one_cycle",
            {"high": 0.1, "warm": 0.0, "three_phase": True},
            r"`warm` must be in \(0, 0.5\] with three phases",
        ),
        (
            "one_cycle",
            {"high": 0.1, "warm": 0.6, "three_phase": True},
            r"`warm` must be in \(0, 0.5\] with three phases",
        ),
        ("multi_step", {"high": 0.1, "milestones": "30, 60"}, "`milestones` must be 1 to 20 steps above 0"),
        ("multi_step", {"high": 0.1, "milestones": "0"}, "`milestones` must be 1 to 20 steps above 0"),
        ("polynomial", {"high": 0.1, "total": 0}, "`total` must be a positive number; got 0."),
        ("one_cycle", {"high": 0.1, "total": 3}, "must last more than one step"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name, settings, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        rates(name, 50, **settings)


def test_a_run_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one step; got 0"):
        rates("constant", 0, high=0.1)
