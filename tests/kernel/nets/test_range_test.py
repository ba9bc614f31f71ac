"""Range tests and sweeps against plain loops; nothing outside of them changes."""

import json

import numpy as np
import pytest
import torch

from core.nets.architectures import build
from core.nets.data import Order
from core.nets.range_test import RangeTestRun
from core.nets.sweep import SweepRun
from core.training.experiments import RangeTest, Sweep, Training
from tests.kernel.nets.small import CNN, MLP, finished, images, plain_loop, random_states

CPU = torch.device("cpu")


def joined(records, name):
    return np.concatenate([record[name] for record in records if name in record])


def by_hand(spec, network, steps, rates):
    order = Order(60, [spec.batch] * steps, spec.seed)
    sgd = torch.optim.SGD(network.parameters(), momentum=spec.momentum, foreach=False)
    return plain_loop(network, sgd, images(), [order[step][0] for step in range(steps)], rates)


@pytest.mark.parametrize("ramp", ["exponential", "linear"])
def test_a_range_test_is_a_training_with_a_rising_rate(ramp) -> None:
    spec = RangeTest(text=CNN, batch=16, seed=5, low=1e-4, high=0.3, steps=30, ramp=ramp)
    rates = np.geomspace(1e-4, 0.3, 30) if ramp == "exponential" else np.linspace(1e-4, 0.3, 30)
    run = RangeTestRun(spec, images())
    records = finished(run)
    expected = by_hand(spec, build(spec, (1, 8, 8), 3, CPU), 30, rates)
    np.testing.assert_allclose(joined(records, "rates"), rates, rtol=1e-12)
    np.testing.assert_allclose(joined(records, "losses"), expected[:, 0], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(joined(records, "accuracies"), expected[:, 1], atol=1e-6)
    assert run.summary() == {"end": "end", "steps": 30, "note": ""} and run.progress == 1
    assert [record["step"] for record in records] == np.cumsum(
        [0, *(len(record["losses"]) for record in records[:-1])]
    ).tolist()
    assert json.loads(json.dumps(records)) == records


def test_a_trained_network_and_all_random_states_stay_as_they_are() -> None:
    network = build(RangeTest(text=f"dropout, {CNN}", seed=2), (1, 8, 8), 3, CPU)
    network.eval().requires_grad_(False)
    spec = RangeTest(text=f"dropout, {CNN}", batch=16, low=1e-3, high=100.0, steps=20, augment="shift and flip")
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    states = random_states()
    run = RangeTestRun(spec, images(), start=network)
    while not run.ended:
        run.advance()
        assert random_states() == states
    assert random_states() == states
    assert all(torch.equal(tensor, weights[name]) for name, tensor in network.state_dict().items())
    assert not network.training and not any(p.requires_grad or p.grad is not None for p in network.parameters())


def test_it_starts_from_the_network_that_is_given() -> None:
    spec = RangeTest(text=MLP, batch=16, seed=1, steps=20, high=1e-3)
    other = build(RangeTest(text=MLP, seed=9), (1, 8, 8), 3, CPU)
    records = finished(RangeTestRun(spec, images(), start=other))
    expected = by_hand(spec, other, 20, spec.ramp_rates())
    np.testing.assert_allclose(joined(records, "losses"), expected[:, 0], rtol=1e-3)


def test_it_stops_when_the_loss_is_no_number_or_grows() -> None:
    wild = RangeTest(text=MLP, batch=16, low=1e15, high=1e20, steps=20, stop=1e6)
    run = RangeTestRun(wild, images())
    losses, end = joined(finished(run), "losses"), run.summary()
    assert end["end"] == "nonfinite" and len(losses) == end["steps"] < 20
    assert np.isfinite(losses).all()
    growing = RangeTest(text=MLP, batch=16, low=0.01, high=1e3, steps=60, beta=0.0)
    run = RangeTestRun(growing, images())
    losses, end = joined(finished(run), "losses"), run.summary()
    assert end["end"] == "diverged" and len(losses) == end["steps"] < 60
    assert losses[-1] > 4 * losses.min() and (losses[11:-1] <= 4 * np.minimum.accumulate(losses)[11:-1]).all()


def test_every_candidate_of_a_sweep_is_its_own_training_from_the_same_start() -> None:
    spec = Sweep(text=CNN, batch=16, seed=4, low=1e-3, high=1e-1, candidates=3, updates=9)
    run = SweepRun(spec, images())
    records = finished(run)
    assert json.loads(json.dumps(records)) == records
    for number, rate in enumerate([1e-3, 1e-2, 1e-1]):
        own = [record for record in records if record["candidate"] == number]
        expected = by_hand(spec, build(spec, (1, 8, 8), 3, CPU), 9, [rate] * 9)[:, 0]
        np.testing.assert_allclose(joined(own[:-1], "losses"), expected, rtol=2e-3, atol=1e-4)
        assert own[-1]["rate"] == pytest.approx(rate) and own[-1]["diverged"] is None
        assert own[-1]["untrained"] == pytest.approx(expected[0], rel=1e-4)
        # 60 images in batches of 16: an epoch has 3 steps.
        assert own[-1]["loss"] == pytest.approx(np.mean(expected[-3:]), rel=2e-3)
    assert run.summary() == {"candidates": [record for record in records if "loss" in record]}
    assert run.progress == 1


def test_a_candidate_that_diverges_ends_there_and_the_others_go_on() -> None:
    spec = Sweep(text=MLP, batch=16, low=1e-2, high=1e18, candidates=3, updates=8)
    ends = [record for record in finished(SweepRun(spec, images())) if "loss" in record]
    assert ends[0]["loss"] > 0 and ends[0]["diverged"] is None
    assert ends[2]["loss"] is None and 1 <= ends[2]["diverged"] < 8
    assert [end["candidate"] for end in ends] == [0, 1, 2]


def test_a_sweep_has_the_rates_of_the_homework() -> None:
    spec = Sweep(text="fc10")
    assert spec.candidates == 10
    np.testing.assert_allclose(spec.candidate_rates()[[4, 8]], [2.78e-5, 0.774], rtol=2e-3)


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (RangeTest, {"low": 0.0}, "`low` must be above 0; got 0."),
        (RangeTest, {"low": 1.0, "high": 9.0}, "`high` must be at least ten times `low`, 1; got 9."),
        (RangeTest, {"high": float("nan")}, "`high` must be a finite number; got nan."),
        (RangeTest, {"high": float("inf")}, "`high` must be a finite number; got inf."),
        (RangeTest, {"steps": 19}, r"`steps` must be in \[20, 10,000\]; got 19."),
        (RangeTest, {"steps": 20.5}, "`steps` has a value of the wrong kind: 20.5."),
        (RangeTest, {"ramp": "bent"}, "`ramp` must be one of exponential, linear; got bent."),
        (RangeTest, {"stop": 1.0}, "`stop` must be in"),
        (RangeTest, {"beta": 1.0}, "`beta` must be below 1; got 1."),
        (RangeTest, {"batch": 0}, r"`batch` must be in \[1, 65,536\]; got 0."),
        (RangeTest, {"batch": -4}, "`batch` must be in"),
        (RangeTest, {"batch": True}, "`batch` has a value of the wrong kind: True."),
        (RangeTest, {"momentum": 1.0}, r"`momentum` must be in \[0, 1\); got 1."),
        (RangeTest, {"nesterov": True, "momentum": 0.0}, "`nesterov` needs SGD"),
        (RangeTest, {"device": "tpu"}, "`device` must be one of cpu, cuda, mps; got tpu."),
        (RangeTest, {"data": "imagenet"}, "`data` must be one of bundled"),
        (RangeTest, {"colour": 3}, "Unknown run setting colour."),
        (Sweep, {"candidates": 2}, r"`candidates` must be in \[3, 20\]; got 2."),
        (Sweep, {"low": -1.0}, "`low` must be above 0; got -1."),
        (Training, {"stages": [[64, 10], [0, 10]]}, "`batch` must be in"),
        (Training, {"settings": [["high", -0.1]]}, "`high` must be a positive number; got -0.1."),
        (Training, {"settings": [["high", "much"]]}, "`high` must be a positive number; got much."),
        (Training, {"settings": [["high"]]}, "`settings` must be pairs of values; got"),
        (Training, {"settings": ["high"]}, "`settings` must be pairs of values; got high."),
        (Training, {"stages": [[64, 1.5]]}, "`stages` must be pairs of values; got"),
        (Training, {"settings": "high"}, "`settings` has a value of the wrong kind: high."),
        (Training, {"schedule": "cyclical"}, "The schedule cyclical needs `low`."),
        (Training, {"momentum_low": 0.95}, "`momentum_low` must be below `momentum`; got 0.95."),
        (Training, {"updates": 0}, "`updates` must be in"),
    ],
)
def test_settings_that_make_no_sense_are_refused(kind, values, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        kind.from_json({"text": MLP, **values})


def test_batches_that_are_not_what_they_seem_are_told() -> None:
    (clamped,) = RangeTest(text=MLP, batch=100).cautions(60)
    assert clamped == "Only 60 training images: each batch has 60, not 100."
    assert RangeTest(text=MLP, batch=60).cautions(60) == RangeTest(text=MLP, batch=1).cautions(60) == ()
    assert "trains poorly" in RangeTest(text=CNN, batch=1).cautions(60)[0]
    assert "trains poorly" in RangeTest(text=CNN, batch=8, micro_batch=1).cautions(60)[0]


@pytest.mark.parametrize(
    "spec",
    [
        RangeTest(text=MLP, low=1.0, high=10.0),
        Sweep(text=CNN, candidates=5),
        Training(text=MLP, stages=((32, 5), (64, 7)), schedule="one_cycle", settings=(("high", 1.0), ("warm", 0.5))),
    ],
)
def test_a_specification_comes_back_from_json(spec) -> None:
    text = json.dumps(spec.as_json()).replace("1.0", "1").replace("10.0", "10")
    assert type(spec).from_json(json.loads(text)) == spec
    with pytest.raises(ValueError, match="needs the `text`"):
        type(spec).from_json({})
