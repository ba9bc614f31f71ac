"""Trainings: against a plain loop, left and gone on with, saved without code."""

import json
import struct

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch.nn import functional as F
from torch.optim.lr_scheduler import OneCycleLR

from core.nets import runs
from core.nets.architectures import build
from core.nets.data import Order
from core.nets.learner import split
from core.nets.training import TrainingRun
from core.training.experiments import Training
from tests.kernel.nets.small import CNN, MLP, Context, finished, images, plain_loop

CPU = torch.device("cpu")
# Everything that has a state: dropout, batch normalization, momentum that changes, augmentation, batches that grow.
EVERYTHING = Training(
    text=f"dropout, {CNN}",
    batch=16,
    augment="shift and flip",
    schedule="one_cycle",
    settings=(("high", 0.1),),
    momentum_low=0.85,
    stages=((8, 9), (16, 5)),
    validation=10,
    seed=11,
)


@pytest.fixture(autouse=True)
def _small_data(monkeypatch):
    monkeypatch.setattr("core.nets.learner.load", lambda setup: images())


def joined(records, name):
    return np.concatenate([record[name] for record in records if "losses" in record])


def test_a_training_follows_its_schedule_as_torch_does() -> None:
    spec = Training(
        text=MLP, batch=16, schedule="one_cycle", settings=(("high", 0.1),), momentum_low=0.85, momentum=0.95, updates=9
    )
    records = finished(TrainingRun(spec))
    network = build(spec, (1, 8, 8), 3, CPU)
    sgd = torch.optim.SGD(network.parameters(), momentum=0.95, foreach=False)
    cycle = OneCycleLR(sgd, 0.1, total_steps=9)
    rates, momenta = [], []
    for _ in range(9):
        rates.append(sgd.param_groups[0]["lr"])
        momenta.append(sgd.param_groups[0]["momentum"])
        sgd.step()
        if len(rates) < 9:
            cycle.step()
    order = Order(60, [16] * 9, 0)
    expected = plain_loop(network, sgd, images(), [order[step][0] for step in range(9)], rates, momenta)
    np.testing.assert_allclose(joined(records, "rates"), rates, atol=1e-12)
    np.testing.assert_allclose(joined(records, "momenta"), momenta, atol=1e-12)
    np.testing.assert_allclose(joined(records, "losses"), expected[:, 0], rtol=1e-4)
    epochs = [record for record in records if "epoch" in record]
    assert [(record["epoch"], record["step"]) for record in epochs] == [(1, 3), (2, 6), (3, 9)]
    np.testing.assert_allclose([e["loss"] for e in epochs], expected[:, 0].reshape(3, 3).mean(1), rtol=1e-4)
    np.testing.assert_allclose([e["accuracy"] for e in epochs], expected[:, 1].reshape(3, 3).mean(1), rtol=1e-6)
    assert json.loads(json.dumps(records)) == records


def test_epochs_of_unequal_batches_count_images() -> None:
    spec = Training(text=MLP, stages=((10, 4), (20, 1)), settings=(("high", 1e-12),))
    records = finished(TrainingRun(spec))
    losses = joined(records, "losses")  # one epoch of 60 images; the rate is too small to change anything
    (epoch,) = [record for record in records if "epoch" in record]
    assert epoch["loss"] == pytest.approx((10 * losses[:4].sum() + 20 * losses[4]) / 60)
    assert [record["batch"] for record in records if "batch" in record][-1] == 20


def test_validation_and_test_images_are_kept_apart() -> None:
    spec = Training(text=MLP, batch=10, updates=10, validation=10, settings=(("high", 0.05),))
    run = TrainingRun(spec)
    records = finished(run)
    order = Order(50, [10] * 10, 0)
    network = build(spec, (1, 8, 8), 3, CPU)
    # Of classes 0, 1, 2, 0, ...: the last three of each, and one more of class 0.
    held = [48, *range(51, 60)]
    learnt = [place for place in range(60) if place not in held]
    pixels, labels = images().train_images.astype(float), torch.from_numpy(images().train_labels.astype(np.int64))
    mean, deviation = pixels[learnt].mean(), pixels[learnt].std()
    inputs = torch.from_numpy((pixels - mean) / deviation).float()
    sgd = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9, foreach=False)
    for step in range(10):
        sgd.zero_grad()
        F.cross_entropy(network(inputs[learnt][order[step][0]]), labels[learnt][order[step][0]]).backward()
        sgd.step()
    with torch.no_grad():
        expected = F.cross_entropy(network(inputs[held]), labels[held]).item()
    assert records[-1]["validation_loss"] == pytest.approx(expected, rel=1e-4)
    summary = run.summary()
    assert (summary["end"], summary["steps"], summary["data"]) == ("end", 10, "Small, from this test")
    labels = torch.from_numpy(images().test_labels.astype(np.int64))
    with torch.no_grad():
        outputs = network(torch.from_numpy((images().test_images - mean) / deviation).float())
    assert summary["test_loss"] == pytest.approx(F.cross_entropy(outputs, labels).item(), rel=1e-4)
    assert summary["test_accuracy"] == pytest.approx((outputs.argmax(1) == labels).double().mean().item())


@pytest.mark.parametrize("stop", [1, 3, 8])
def test_a_training_that_is_left_and_gone_on_with_is_bit_by_bit_the_same(tmp_path, stop) -> None:
    whole = TrainingRun(EVERYTHING)
    expected = finished(whole)
    left = TrainingRun(EVERYTHING)
    records = []
    while left.step < stop:
        records += left.advance()
    left.save(tmp_path / "state")
    torch.rand(5)  # whatever else happens in between
    resumed = TrainingRun(EVERYTHING)
    resumed.load(tmp_path / "state")
    assert resumed.step == left.step
    records += finished(resumed)
    for name in ("losses", "accuracies", "rates", "momenta"):
        np.testing.assert_array_equal(joined(records, name), joined(expected, name))
    assert [r for r in records if "epoch" in r] == [r for r in expected if "epoch" in r]
    assert resumed.summary() == whole.summary()
    whole.save_weights(tmp_path / "whole")
    resumed.save_weights(tmp_path / "resumed")
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "resumed").read_bytes()


def test_weights_are_plain_tensors_under_the_names_of_the_network(tmp_path) -> None:
    run = TrainingRun(Training(text=CNN, batch=16, updates=2))
    run.save_weights(tmp_path / "weights.safetensors")
    expected = build(run.spec, (1, 8, 8), 3, CPU).state_dict()
    found = load_file(tmp_path / "weights.safetensors")
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(found[name], tensor.numpy())
    head = (tmp_path / "weights.safetensors").read_bytes()[8:]
    assert head.startswith(b"{")


def header(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def test_a_state_that_is_damaged_or_of_another_run_is_refused(tmp_path) -> None:
    path = tmp_path / "state"
    spec = Training(text=MLP, batch=16, updates=4)
    other = TrainingRun(Training(text=MLP, batch=16, updates=4, seed=1))
    other.save(path)
    with pytest.raises(ValueError, match="of another run or version"):
        TrainingRun(spec).load(path)
    whole = path.read_bytes()
    for damaged in (b"", whole[:-5], b"PK\x03\x04", header(b"{}"), header(b'{"__metadata__": {"lectern": "["}}')):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"damaged; start over|of another run or version"):
            TrainingRun(spec).load(path)
    with pytest.raises(ValueError, match="damaged"):
        TrainingRun(spec).load(tmp_path / "nowhere")


def test_a_training_that_diverges_keeps_what_was_finite() -> None:
    run = TrainingRun(Training(text=MLP, batch=16, updates=9, settings=(("high", 1e19),)))
    records = finished(run)
    assert run.ended == "nonfinite" and records[-1] == {"diverged": len(joined(records, "losses"))}
    assert np.isfinite(joined(records, "losses")).all() and run.advance() == []


def by_chunks(spec, length):
    """Records of whole epochs and of the end, and the summary, if so many steps are taken at once."""
    run, records = TrainingRun(spec), []
    while not run.ended:
        run._learner._chunk = length
        records += [record for record in run.advance() if "losses" not in record]
    return records, {name: value for name, value in run.summary().items() if name != "test_loss"}


@pytest.mark.parametrize("rate", [1.0, 300.0, 1e19])
def test_the_end_does_not_depend_on_how_many_steps_are_taken_at_once(rate) -> None:
    spec = Training(text=MLP, batch=3, updates=18, settings=(("high", rate),), seed=1)
    one, several, all_ = (by_chunks(spec, length) for length in (1, 5, 50))
    assert one == several == all_
    assert (one[1]["end"] == "nonfinite") == (rate > 1)
    assert one[1]["steps"] == one[0][-1].get("diverged", 18)


def test_sums_of_an_epoch_do_not_depend_on_where_it_was_left(monkeypatch) -> None:
    """Losses over many orders of magnitude, as before a divergence, whose sum depends on its order."""
    losses = np.geomspace(1e-9, 1e9, 20).astype(np.float32).astype(float)[np.random.default_rng(0).permutation(20)]

    def advance(self):
        part = losses[self.step : self.step + self._chunk]
        self.step += len(part)
        return np.stack([part, part * 0], axis=1)

    monkeypatch.setattr("core.nets.learner.Learner.advance", advance)
    spec = Training(text=MLP, batch=3, updates=20)
    assert by_chunks(spec, 1) == by_chunks(spec, 7) == by_chunks(spec, 20)


def test_the_state_of_an_end_is_an_end(tmp_path) -> None:
    spec = Training(text=MLP, batch=16, updates=4)
    run = TrainingRun(spec)
    finished(run)
    run.save(tmp_path / "state")
    again = TrainingRun(spec)
    again.load(tmp_path / "state")
    assert again.ended == "end" and again.advance() == []
    assert again.summary() == run.summary()


@pytest.mark.parametrize(("count", "learnt"), [(0, 50), (20, 20), (50, 50), (60, 50)])
def test_so_many_images_are_learnt_from_besides_those_kept_apart(count, learnt) -> None:
    spec = Training(text=MLP, batch=10, updates=1, validation=10, images=count)
    left, held = split(spec, images().train_labels, 10)
    held_by_hand = [48, *range(51, 60)]
    assert held.tolist() == held_by_hand
    assert left.tolist() == [place for place in range(60) if place not in held_by_hand][:learnt]


def test_nothing_is_left_to_learn_from() -> None:
    with pytest.raises(ValueError, match="must be below the 60 training images; got 60"):
        TrainingRun(Training(text=MLP, validation=60))


# ---- as jobs


def test_a_training_job_goes_on_where_it_was_stopped(tmp_path) -> None:
    plan = EVERYTHING.as_json()
    whole = Context(tmp_path / "whole")
    expected = runs.run_training(json.loads(json.dumps(plan)), None, whole)
    first = Context(tmp_path / "parts", stop=2)
    assert runs.run_training(plan, None, first) is None
    second = Context(tmp_path / "parts")
    assert runs.run_training(plan, tmp_path / "parts", second) == expected
    for name in ("losses", "accuracies"):
        np.testing.assert_array_equal(joined(first.records + second.records, name), joined(whole.records, name))
    assert whole.progress[-1] == 1 and whole.progress == sorted(whole.progress)
    assert whole.published == ["weights.safetensors"]
