"""Numbers of the page on schedules against torch, against going from batch to batch, and against the homework's."""

from __future__ import annotations

import warnings
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from core.labs.schedules.compute import slips
from core.labs.schedules.compute.bookkeeping import FOREVER, Run, count
from core.labs.schedules.compute.checks import rate_again, updates_again
from core.labs.schedules.compute.explore import Schedules, index_of, plan
from core.labs.schedules.compute.memory import GIB, need
from core.labs.schedules.compute.shapes import CYCLED, LENGTHS, ONE_CYCLE, Shape
from core.labs.schedules.compute.tables import tables
from core.labs.schedules.controls import CARDS, SHAPES
from core.labs.schedules.presets import COSINE, CYCLIC, GROWING
from core.nets.data import Order
from core.networks.memory import training_memory
from core.networks.trainable import NETWORKS, network_text
from core.networks.typed import layer_table

VIEW = ("view", "along", "length")


def planned(preset: Any, **more: Any) -> tuple[Schedules, int]:
    """A plan, and the place of its length."""
    values = dict(preset) | more
    result = plan(**{name: value for name, value in values.items() if name not in VIEW})
    return result, index_of(result, values["length"])


# --- bookkeeping ------------------------------------------------------------------------------------------


def one_by_one(n: int, batches: list[tuple[int, int]], by_epoch: bool, drop: bool, epochs: int, updates: int) -> Any:
    """Batch sizes, images and epochs of a training, taken batch by batch."""
    sizes, seen, epoch, left = [], 0, 0, n
    stages = iter(batches)
    size, length = next(stages)
    since = start = 0
    while epoch < epochs and len(sizes) < updates:
        while (epoch - start if by_epoch else since) >= length:
            size, length = next(stages)
            since, start = 0, epoch
        taken = min(size, n)
        if left < taken and drop:
            epoch, left = epoch + 1, n
            continue
        seen += min(taken, left)
        left = max(left - taken, 0)
        sizes.append(taken)
        since += 1
        if left == 0 or (drop and left < taken):
            epoch, left = epoch + 1, n
    return sizes, seen, epoch


@given(
    n=st.integers(1, 60),
    batch=st.integers(1, 20),
    factors=st.lists(st.integers(2, 4), max_size=4),
    length=st.integers(1, 15),
    by_epoch=st.booleans(),
    drop=st.booleans(),
    limit=st.one_of(st.tuples(st.integers(1, 9), st.just(FOREVER)), st.tuples(st.just(FOREVER), st.integers(1, 90))),
)
def test_counting_is_going_through_the_batches(
    n: int, batch: int, factors: list[int], length: int, by_epoch: bool, drop: bool, limit: tuple[int, int]
) -> None:
    sizes = [batch]
    for factor in factors:
        sizes.append(sizes[-1] * factor)
    batches = [*((size, length) for size in sizes[:-1]), (sizes[-1], FOREVER)]
    epochs, updates = limit
    run = count(n_train=n, batches=batches, by_epoch=by_epoch, drop=drop, epochs=epochs, updates=updates)
    expected, seen, passed = one_by_one(n, batches, by_epoch, drop, epochs, updates)
    assert [stage.batch for stage in run.stages for _ in range(stage.updates)] == expected
    assert (run.updates, run.images, run.epochs, run.largest) == (len(expected), seen, passed, max(expected))
    assert run.batches_at(np.arange(run.updates)).tolist() == expected
    if epochs < FOREVER:
        assert run.epochs_at(run.updates) == epochs == run.epochs


@pytest.mark.parametrize("n", [100, 97])
def test_counting_is_that_of_lecterns_own_trainings(n: int) -> None:
    run = count(n_train=n, batches=[(8, 15), (16, 15), (32, FOREVER)], drop=True, updates=60)
    order = Order(n, [stage.batch for stage in run.stages for _ in range(stage.updates)], seed=0)
    assert [size for _, _, size in order.places] == run.batches_at(np.arange(60)).tolist()
    starts = [step for step, (_, start, _) in enumerate(order.places) if start == 0]
    np.testing.assert_allclose(run.updates_at(np.arange(len(starts))), starts)


@pytest.mark.parametrize(
    ("n", "batch", "kept", "dropped"),
    [(60_000, 64, 938, 937), (60_000, 32, 1875, 1875), (50_000, 128, 391, 390), (1_000, 8192, 1, 1)],
)
def test_updates_of_an_epoch_are_those_of_torchs_loader(n: int, batch: int, kept: int, dropped: int) -> None:
    for drop, expected in ((False, kept), (True, dropped)):
        run = count(n_train=n, batches=[(batch, FOREVER)], drop=drop, epochs=3)
        size = min(batch, n) if drop else batch  # Lectern never leaves out the only batch
        assert len(torch.utils.data.DataLoader(range(n), batch_size=size, drop_last=drop)) == expected  # type: ignore[arg-type]
        assert run.updates == 3 * expected
        assert run.images == 3 * (expected * min(batch, n) if drop else n)


def test_places_between_epochs_and_updates() -> None:
    run: Run = count(n_train=100, batches=[(10, 15), (25, FOREVER)], epochs=4)
    # 10 updates, then 5 and 2 larger ones, then 4 an epoch.
    np.testing.assert_allclose(run.updates_at([0, 0.5, 1, 1.5, 2, 3, 4]), [0, 5, 10, 15, 17, 21, 25])
    np.testing.assert_allclose(run.epochs_at([0, 10, 15, 16, 17, 25]), [0, 1, 1.5, 1.75, 2, 4])
    assert run.growths().tolist() == [15]


# --- schedules --------------------------------------------------------------------------------------------


def of_torch(shape: Shape, steps: int) -> Any:
    """Rates and momenta that torch's scheduler sets at steps 0, 1, ..."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=shape.high, momentum=shape.momentum)
    high, low, length = shape.high, shape.low, shape.length
    scheduler: Any = {
        "triangular": lambda: lr_scheduler.CyclicLR(optimizer, low, high, length, cycle_momentum=shape.cycled),
        "triangular2": lambda: lr_scheduler.CyclicLR(
            optimizer, low, high, length, mode="triangular2", cycle_momentum=shape.cycled
        ),
        "exp_range": lambda: lr_scheduler.CyclicLR(
            optimizer, low, high, length, mode="exp_range", gamma=shape.gamma, cycle_momentum=shape.cycled
        ),
        **dict.fromkeys(
            ONE_CYCLE,
            lambda: lr_scheduler.OneCycleLR(
                optimizer,
                high,
                length,
                pct_start=shape.warm,
                three_phase=shape.kind == "three_phase",
                cycle_momentum=shape.cycled,
            ),
        ),
        "multi_step": lambda: lr_scheduler.MultiStepLR(
            optimizer, [round(place * length + 1e-9) for place in shape.milestones], 1 / shape.factor
        ),
        "polynomial": lambda: lr_scheduler.PolynomialLR(optimizer, length, shape.power),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimizer, length, low),
        "restarts": lambda: lr_scheduler.CosineAnnealingWarmRestarts(optimizer, length, shape.multiplier, low),
        "step": lambda: lr_scheduler.StepLR(optimizer, length, 1 / shape.factor),
        "grow": lambda: lr_scheduler.ConstantLR(optimizer, 1.0),
        "constant": lambda: lr_scheduler.ConstantLR(optimizer, 1.0),
    }[shape.kind]()
    found = []
    for _ in range(steps):
        found.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # there is no step of the optimizer between two of the scheduler
            scheduler.step()
    return np.array(found).T


shapes = st.builds(
    Shape,
    kind=st.sampled_from([kind for kind in SHAPES if kind != "constant"]),
    length=st.integers(4, 60),
    warm=st.sampled_from([0.3, 0.5, 0.4]),
    milestones=st.sampled_from([(1.0, 1.5), (0.25, 1.0, 1.0)]),
    power=st.sampled_from([1.0, 2.0, 0.9]),
    high=st.floats(1e-3, 10),
    low=st.floats(0, 9e-4),
    gamma=st.floats(0.9, 1),
    factor=st.integers(2, 10),
    multiplier=st.integers(1, 2),
    momentum=st.sampled_from([0.0, 0.5, 0.9]),
    cycled=st.booleans(),
)


@given(shapes)
@settings(deadline=None)
def test_rates_and_momenta_are_those_of_torch(shape: Shape) -> None:
    steps = shape.length - 1 if shape.kind in ONE_CYCLE else 100  # torch goes wrong after the last step of OneCycleLR
    rates, momenta = of_torch(shape, steps)
    t = np.arange(steps)
    np.testing.assert_allclose(shape.rate(t), rates, rtol=0, atol=1e-12 * shape.high)
    np.testing.assert_allclose(shape.momenta(t), momenta, rtol=0, atol=1e-12)
    np.testing.assert_allclose([rate_again(shape, int(k)) for k in t], rates, rtol=0, atol=1e-12 * shape.high)


@given(shapes)
@settings(deadline=None)
def test_curves_are_drawn_through_the_steps(shape: Shape) -> None:
    knots = shape.knots(100.0)
    t = np.arange(min(100, shape.length - 1) if shape.kind in ONE_CYCLE else 100)
    drawn = np.interp(t, knots, shape.rate(knots))
    straight = shape.kind in ("triangular", "triangular2", "step", "multi_step", "grow")
    allowed = 1e-9 if straight else 0.12 if shape.length < 9 else 0.04  # short cosines have few points each
    np.testing.assert_allclose(drawn, of_torch(shape, len(t))[0], rtol=0, atol=allowed * shape.high)


def test_momentum_is_cycled_silently() -> None:
    shape = Shape(kind="triangular", length=5, high=0.1, low=0.01, momentum=0.0)
    assert shape.sets_momentum and not replace(shape, cycled=False).sets_momentum
    assert shape.momenta([0, 5, 10]).round(12).tolist() == [0.9, 0.8, 0.9]
    assert replace(shape, cycled=False).momenta([0, 5]).tolist() == [0, 0]
    assert not replace(shape, kind="cosine").sets_momentum
    assert CYCLED["one_cycle"] == (0.95, 0.85)


def test_warm_up_multiplies() -> None:
    shape = Shape(kind="constant", length=1, high=0.4, warm_up=4)
    np.testing.assert_allclose(shape.rate(np.arange(6)), [0.1, 0.2, 0.3, 0.4, 0.4, 0.4])
    assert [rate_again(shape, t) for t in (0, 3, 9)] == pytest.approx([0.1, 0.4, 0.4])
    assert {0.0, 3.0} <= set(shape.knots(10).tolist())


# --- plans ------------------------------------------------------------------------------------------------


def test_the_homework_has_one_triangle() -> None:
    result, place = planned(CYCLIC)
    found = result.plans[place]
    assert (found.run.updates, found.run.images, found.last_step, found.next_step) == (9380, 600_000, 9379, 9380)
    assert found.patterns == 0.938
    assert (round(found.last_rate, 4), round(found.next_rate, 4)) == (0.0962, 0.0960)
    assert updates_again(result, found) == 9380
    momentum = Fraction(9, 10) - Fraction(1, 10) * Fraction(621, 5000)
    noise = Fraction(found.last_rate) * 60_000 / (64 * (1 - momentum))
    assert found.last_noise == pytest.approx(float(noise), rel=1e-12)


def test_the_other_homework_stops_its_cosine() -> None:
    result, place = planned(COSINE)
    found = result.plans[place]
    assert (found.run.updates, found.last_step, found.next_step, found.patterns) == (5 * 391, 4, 5, 0.025)
    assert found.next_rate == pytest.approx(0.09985, abs=5e-6)
    trained, after = found.curve
    assert (trained[0, -1], after[0, 0]) == pytest.approx((1955, 1955), rel=1e-12)
    assert trained[1, -1] == found.last_rate and after[1, 0] == found.next_rate
    assert len(trained[0]) == 10  # both ends of five epochs


def test_the_growing_batch_at_the_end() -> None:
    result, place = planned(GROWING)
    found = result.plans[place]
    # 2,000 updates of 32, 64 and 128 end within epochs, whose last batches are smaller.
    sizes, seen, _ = one_by_one(60_000, [(32 * 2**k, 2000) for k in range(9)], False, False, 10, FOREVER)
    assert (found.run.updates, found.run.images) == (len(sizes), seen)
    assert [(stage.batch, stage.updates) for stage in found.run.stages] == [
        (size, sizes.count(size)) for size in (32, 64, 128, 256)
    ]
    assert updates_again(result, found) is None
    assert found.last_noise == pytest.approx(0.774 * 60_000 / (256 * 0.1))
    assert found.update_of(2000) == 2000 and found.update_of(10**6) == np.inf


def test_growing_stops_at_the_largest_batch() -> None:
    result = plan(schedule="grow", batch=64, factor=3, max_batch=1024, epochs=100)
    assert [stage.batch for stage in result.plans[0].run.stages] == [64, 192, 576, 1024]
    small = plan(schedule="grow", batch=512, max_batch=8192, n_train=1_000, epochs=200, counts="epochs")
    assert [stage.batch for stage in small.plans[0].run.stages] == [512, 1000]


@pytest.mark.parametrize("counts", ["updates", "epochs"])
def test_lengths_are_those_that_can_be_told_apart(counts: str) -> None:
    result = plan(counts=counts)
    steps = 9380 if counts == "updates" else 10
    assert set(result.lengths) <= set(LENGTHS)
    assert steps / 60 <= result.lengths[0] < steps / 60 + 50
    assert result.lengths[-1] <= max(40 * steps, 400)
    assert plan(schedule="one_cycle", counts="epochs").lengths[0] == 4


def test_dividing_the_rate_is_as_noisy_as_a_larger_batch_and_takes_more_updates() -> None:
    result = plan(counts="epochs", epochs=9, batch=128, factor=4, cycled="kept", momentum=0.9)
    place = index_of(result, 3)
    by_epochs = {arm: plans[place] for arm, plans in result.arms_by_epochs.items()}
    assert {arm: found.run.updates for arm, found in by_epochs.items()} == {
        "smooth": 9 * 469,
        "grow": 3 * (469 + 118 + 30),
        "step": 9 * 469,
        "constant": 9 * 469,
    }
    assert {found.run.images for found in by_epochs.values()} == {540_000}
    epochs = np.array([0.5, 2.5, 3.5, 5.5, 6.5, 8.5])
    noise = {}
    for arm in ("grow", "step"):
        found = by_epochs[arm]
        at, _, _, scale = found.curve[0]
        noise[arm] = np.interp(epochs, found.run.epochs_at(at), scale)
    np.testing.assert_allclose(noise["grow"], 0.1 * 60_000 / (128 * 0.1) / np.repeat([1, 4, 16], 2), rtol=1e-9)
    np.testing.assert_allclose(noise["step"], noise["grow"], rtol=1e-9)
    by_updates = {arm: plans[place] for arm, plans in result.arms_by_updates.items()}
    assert {found.run.updates for found in by_updates.values()} == {9 * 469}
    assert by_updates["grow"].run.images > 5 * 540_000
    assert by_epochs["step"].last_rate == pytest.approx(0.1 / 16)


@pytest.mark.parametrize("kind", ["cosine", "grow"])
def test_the_smooth_strategy_is_the_chosen_schedule_if_it_is_one(kind: str) -> None:
    assert plan(schedule=kind).smooth.kind == {"cosine": "cosine", "grow": "triangular"}[kind]


@pytest.mark.parametrize("net", NETWORKS)
def test_memory_grows_by_the_same_for_each_image(net: str) -> None:
    network = NETWORKS[net]
    table = layer_table(text=network_text(net), size=network.size, channels=network.channels)
    for batch in (2, 64, 8192):
        predicted = training_memory(table, batch=batch)
        assert need(net).total(batch) == predicted.total
        assert need(net).largest * batch == predicted.largest
    for card in CARDS:
        most = need(net).fits(card)
        assert need(net).total(most) <= card * GIB
        assert need(net).total(most + 1) > card * GIB
    assert replace(need(net), fixed=9 * GIB).fits(8) == 0


def test_the_largest_batch_of_the_homework_does_not_fit() -> None:
    assert need("small_inception_homework").total(8192) > 36 * GIB


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"low": 0.1}, "^`low` must be below `high`; got 0.1 and 0.1.$"),
        ({"schedule": "grow", "batch": 64, "max_batch": 64}, "^`max_batch` must be above `batch`, 64, .*; got 64.$"),
        ({"schedule": "exp_range", "gamma": 1.1}, r"`gamma` must be in \(0, 1\]; got 1.1."),
        ({"high": float("nan")}, "`high` must be a positive number; got nan."),
    ],
)
def test_settings_that_make_no_sense_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        plan(**values)
    plan(schedule="constant", low=1.0)  # which has no lowest rate


@pytest.mark.parametrize("preset", [CYCLIC, GROWING | {"drop": True}, GROWING, COSINE])
def test_tables_add_up(preset: Any) -> None:
    result, place = planned(preset)
    found = tables(result, {"length": preset["length"], "view": "several", "along": "epochs", "what": "plan"})
    epochs, run = found["epochs.csv"], result.plans[place].run
    assert (epochs["updates"].sum(), epochs["images"].sum()) == (run.updates, run.images)
    assert epochs["updates_in_all"][-1] == run.updates and epochs["epoch"].tolist() == list(range(1, result.epochs + 1))
    last = result.plans[place]
    ends = [epochs[name][-1] for name in ("batch", "rate", "noise_scale")]
    assert ends == pytest.approx([run.stages[-1].batch, last.last_rate, last.last_noise])
    assert found["lengths.csv"]["updates"][place] == run.updates
    assert found["memory.csv"]["bytes_per_image"] == [result.need.each]
    assert found["strategies.csv"]["strategy"].tolist() == ["smooth", "grow", "step", "constant"]
    assert found["strategies.csv"]["updates"][-1] == result.base.updates


# --- bugs -------------------------------------------------------------------------------------------------


def test_the_homeworks_loop_counts_images() -> None:
    found = []
    for batch in slips.SIZES:
        for i in range(10_000):
            if i * batch >= 2000:
                break
        found.append(i)
    assert found == [slips.batches_run(batch) for batch in slips.SIZES] == [63, 32, 16, 8, 4, 2, 1, 1, 1]
    assert sum(found) == 128
    assert slips.true_mean(2.724, 32) == pytest.approx(2.724 * 64 / 63)
    assert slips.true_mean(0.676, 4096) == pytest.approx(1.352)


# --- schedules that people ask for -------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "a", "2 1", "0 1", "1 1000", " ".join("1" * 11), "nan", "1;2"])
def test_milestones_are_rising_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="`milestones` must be 1 to 10 rising numbers from"):
        plan(schedule="multi_step", milestones=text)


def test_milestones_follow_the_length() -> None:
    """Those of ResNet on CIFAR-10 at 32,000 and 48,000 updates, and of 90 epochs at 30, 60, and 80."""
    shape = Shape(kind="multi_step", length=32_000, high=0.1, factor=10)
    np.testing.assert_allclose(shape.rate([31_999, 32_000, 47_999, 48_000]), [0.1, 0.01, 0.01, 0.001])
    assert replace(shape, length=30, milestones=(1, 2, 2.6667)).drops == (30, 60, 80)


def test_three_phases_need_a_rise_and_one_cycle_does_not() -> None:
    with pytest.raises(ValueError, match=r"`warm` must be in \(0, 0.5\] with three phases; got 0."):
        plan(schedule="three_phase", warm=0.0)
    falls = plan(schedule="one_cycle", warm=0.0)
    assert (np.diff(falls.plans[0].shape.rate(np.arange(falls.lengths[0]))) < 0).all()


@pytest.mark.parametrize("warm", [0.0, 0.05, 0.3, 0.35, 0.5])
def test_the_shortest_cycle_rises_for_more_than_one_step(warm: float) -> None:
    shape = Shape(kind="one_cycle", length=1, high=0.1, warm=warm)
    assert warm == 0 or warm * shape.least > 1 >= warm * (shape.least - 1) - 1e-9
    replace(shape, length=shape.least).check()


def test_a_recorded_cycle_keeps_its_name() -> None:
    """Runs are named by their settings: those of before are without the fraction of the rise."""
    assert Shape(kind="one_cycle", length=10, high=0.1).settings == {"high": 0.1, "total": 10}
