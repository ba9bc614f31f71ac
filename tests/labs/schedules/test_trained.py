"""Trainings with the schedules on screen: what is asked for, against torch's schedulers, and what is read of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from core import jobs
from core.kit.controls import defaults
from core.kit.parameters import parameters
from core.labs.schedules.compute import trained as schedule_trained
from core.labs.schedules.compute.explore import Schedules, plan
from core.labs.schedules.compute.runs import Arm, Asked, arms, shrunk, small, trainings
from core.labs.schedules.compute.tables import tables
from core.labs.schedules.compute.trained import Strategy, moment, trained
from core.labs.schedules.controls import CONTROLS
from core.labs.schedules.presets import COSINE, CYCLIC, DECAY, GROWING, SETTINGS
from core.nets.training import TrainingRun
from core.tools.record_schedules import LEFT_OUT, every_spec, specs_of
from core.training import offers
from core.training.runs import Seen, identity_of, look

VIEW = ("what", "view", "along", "length", "seeds", "label_smoothing", "ema", "device", "precision")
PER_EPOCH = 5400 // 64  # of the small training with batches of 64: the incomplete one is left out


def values_of(preset: Any = (), **change: Any) -> dict[str, Any]:
    return defaults(CONTROLS) | dict(preset) | {"what": "runs"} | change


def planned(preset: Any = (), **change: Any) -> tuple[Schedules, Any]:
    """A plan, and what is to be trained of it at its length."""
    values = values_of(preset, **change)
    result = plan(**{name: value for name, value in values.items() if name in parameters(plan)})
    place = min(range(len(result.lengths)), key=lambda k: abs(result.lengths[k] - values["length"]))
    return result, arms(result, Asked.of(values))[place]


def of_torch(make: Callable[[Any], Any], steps: int) -> tuple[Any, Any]:
    """Rates and momenta that a scheduler of torch sets."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.9)
    scheduler, found = make(optimizer), []
    for _ in range(steps):
        found.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # there is no step of the optimizer between two of the scheduler
            scheduler.step()
    rates, momenta = zip(*found, strict=True)
    return rates, momenta


def recorded(preset: Any, kind: str = "") -> Any:
    """The recorded training of a preset, or of one of its strategies."""
    arm = next(arm for arm in planned(preset)[1] if not kind or arm.kind == kind)
    seen = look(arm.first)
    assert seen.state == "recorded"
    return trained(arm, 0, seen)


def test_recorded_cycles_are_those_of_torch() -> None:
    found = recorded(CYCLIC)
    length = round(5000 * PER_EPOCH / 938)
    rates, momenta = of_torch(
        lambda sgd: lr_scheduler.CyclicLR(sgd, 2.78e-5, 0.774, length, mode="exp_range"), 10 * PER_EPOCH
    )
    np.testing.assert_allclose(found.rates, rates, rtol=1e-12)
    np.testing.assert_allclose(found.momenta, momenta, rtol=1e-12)


def test_a_recorded_schedule_that_steps_once_an_epoch_is_that_of_torch() -> None:
    found = recorded(COSINE)
    rates, _ = of_torch(lambda sgd: lr_scheduler.CosineAnnealingLR(sgd, 200), 5)
    np.testing.assert_allclose(found.rates, np.repeat(rates, 5400 // 128), rtol=1e-6)
    rates, _ = of_torch(lambda sgd: lr_scheduler.StepLR(sgd, 3, 1 / 4), 12)
    np.testing.assert_allclose(recorded(DECAY, "step").rates, np.repeat(rates, 5400 // 128), rtol=1e-6)


@pytest.mark.parametrize("change", [{}, {"schedule": "grow"}, {"counts": "epochs", "length": 1, "schedule": "step"}])
def test_a_training_follows_its_plan(change: dict[str, Any]) -> None:
    _, (arm,) = planned(epochs=2, batch=512, **change)
    run, records = TrainingRun(arm.first), []
    while not run.ended:
        records += run.advance()
    found = trained(arm, 0, Seen("x", "done", ("real", str(change)), records=tuple(records), result=run.summary()))
    short = [{name: value for name, value in each.items() if name not in LEFT_OUT} for each in records]
    shipped = trained(arm, 0, Seen("x", "recorded", ("short", str(change)), records=tuple(short), result=run.summary()))
    assert found.rates.tolist() == shipped.rates.tolist() and found.momenta.tolist() == shipped.momenta.tolist()
    assert (len(found.losses), len(found.ends)) == (arm.run.updates, 2)
    np.testing.assert_array_equal(found.batches, arm.run.batches_at(np.arange(arm.run.updates)))
    assert found.last_loss == pytest.approx(found.epochs["loss"][-1]) and found.test_accuracy > 0.1


def test_trainings_have_as_many_cycles_as_the_plan() -> None:
    result, (arm,) = planned(CYCLIC)
    spec = arm.first
    assert spec.steps == arm.run.updates == 10 * PER_EPOCH == 840
    assert (spec.momentum, spec.momentum_low, spec.by_epoch) == (0.9, 0.8, False)
    assert dict(spec.settings)["up"] == round(5000 * 840 / 9380)
    assert shrunk(result, "epochs") == 1 and shrunk(result, "updates") == 840 / 9380
    _, (arm,) = planned(GROWING)
    assert [batch for batch, _ in arm.first.stages] == [32, 64, 128, 256] and arm.first.momentum_low < 0
    result, _ = planned(epochs=100)
    assert (small(result).epochs, shrunk(result, "epochs")) == (20, 0.2)


def test_strategies_have_equal_epochs_or_equal_updates() -> None:
    _, found = planned(DECAY)
    each = 5400 // 128
    assert {arm.kind: arm.first.steps for arm in found} == {
        "smooth": 12 * each,
        "grow": 3 * (each + 10 + 2 + 1),
        "step": 12 * each,
        "constant": 12 * each,
    }
    assert all(arm.first.by_epoch for arm in found)
    assert dict(next(arm for arm in found if arm.kind == "step").first.settings)["every"] == 3
    _, found = planned(DECAY, along="updates")
    assert {arm.first.steps for arm in found} == {12 * each}


def test_seeds_and_regularisation_are_part_of_what_is_trained() -> None:
    result, found = planned(DECAY, seeds=3, label_smoothing=0.1, ema=0.99)
    assert all((arm.first.label_smoothing, arm.first.ema) == (0.1, 0.99) for arm in found)
    asked = trainings(result, **{name: values_of(DECAY, seeds=3)[name] for name in VIEW})
    assert [spec.seed for spec in asked] == [0] * 4 + [1] * 4 + [2] * 4
    for arm in found:
        assert arm.ids == tuple(map(identity_of, arm.specs)) and len(set(arm.ids)) == 3
    assert trainings(result, **{name: values_of(DECAY, what="plan")[name] for name in VIEW}) == ()


# --- what is read of them ---------------------------------------------------------------------------------

RECORDS = (
    {"step": 0, "batch": 4, "rates": [0.1, 0.2], "momenta": [0.9, 0.8], "losses": [2.0, 1.0], "accuracies": [0, 1]},
    {"epoch": 1, "step": 2, "loss": 1.5, "accuracy": 0.5, "validation_loss": 1.25, "validation_accuracy": 0.75},
    {"step": 2, "batch": 8, "rates": [0.3], "momenta": [0.7], "losses": [0.5], "accuracies": [1]},
    {"step": 3, "batch": 4, "rates": [0.3], "momenta": [0.7], "losses": [0.2], "accuracies": [1]},
    {"epoch": 2, "step": 4, "loss": 0.4, "accuracy": 1.0, "validation_loss": 0.25, "validation_accuracy": 1.0},
)
ANY = Arm("grow", plan().base, specs_of({})[0], ("a",))
DONE = Seen("x", "done", ("x",), records=RECORDS, result={"end": "end", "test_accuracy": 0.5})


def test_what_a_training_has_recorded() -> None:
    found = trained(ANY, 0, DONE)
    assert found.rates.tolist() == [0.1, 0.2, 0.3, 0.3] and found.batches.tolist() == [4, 4, 8, 4]
    assert found.ends.tolist() == [2, 4] and found.epochs["validation_loss"].tolist() == [1.25, 0.25]
    assert found.smoothed.tolist() == pytest.approx([2.0, (0.9 * 2 + 1) / 1.9, *found.smoothed[2:]])
    assert found.last_loss == pytest.approx((8 * 0.5 + 4 * 0.2) / 12) == found.epochs["loss"][-1]
    assert (found.end, found.test_accuracy) == ("end", 0.5)
    nothing = trained(ANY, 0, Seen("y", "running", ("y", 0), records=RECORDS[:1]))
    assert (nothing.end, len(nothing.ends)) == ("", 0) and np.isnan([nothing.last_loss, nothing.test_accuracy]).all()


def test_what_is_said_twice_after_a_resume_counts_once() -> None:
    twice = Seen("x", "running", ("x", "twice"), records=(*RECORDS, *RECORDS[2:]))
    assert trained(ANY, 0, twice).losses.tolist() == trained(ANY, 0, DONE).losses.tolist()
    assert trained(ANY, 0, twice).ends.tolist() == [2, 4]


@pytest.mark.parametrize("name", [None, *SETTINGS])
def test_the_loss_of_every_recorded_epoch_is_the_mean_of_its_updates(name: str | None) -> None:
    for arm in planned(SETTINGS[name] if name else ())[1]:
        for seed, spec in enumerate(arm.specs):
            found = trained(arm, seed, look(spec))
            assert found.last_loss == pytest.approx(found.epochs["loss"][-1], rel=1e-6), spec
            assert (len(found.losses), found.end) == (spec.steps, "end")
            right = 600 * found.epochs["validation_accuracy"]  # of 600 images a whole number is right
            np.testing.assert_allclose(right, np.rint(right), atol=1e-3)


def test_all_that_is_recorded_has_this_version() -> None:
    wanted = {identity_of(spec) for spec in every_spec().values()}
    shipped = {run.id for run in jobs.shipped() if run.name.startswith("schedule-")}
    assert shipped == wanted


def strategy(*ends: float) -> Strategy:
    """A strategy whose seeds have ended with these validation accuracies."""
    arm = Arm("grow", plan().base, specs_of({})[0], tuple("abc"[: len(ends)]))
    every = []
    for seed, end in enumerate(ends):
        records = (*RECORDS[:4], {**RECORDS[4], "validation_accuracy": end})
        every.append(trained(arm, seed, Seen("s", "done", (seed, end), records=records, result=DONE.result)))
    return Strategy(arm, tuple(every))


def test_means_are_over_the_seeds_that_have_ended() -> None:
    found = strategy(0.5, 0.75)
    assert found.ended and found.epochs == 2 and found.updates == 4
    assert found.mean("validation_accuracy").tolist() == [0.75, 0.625]
    assert (
        found.last("validation_accuracy").tolist() == [0.5, 0.75] and found.last("test_accuracy").tolist() == [0.5] * 2
    )
    going = trained(ANY, 2, Seen("g", "running", ("g",), records=RECORDS[:2]))
    more = Strategy(found.arm, (*found.every, going), going=True)
    assert more.counted == found.every and more.mean("validation_accuracy").tolist() == [0.75, 0.625]
    assert not Strategy(Arm("grow", found.arm.run, found.arm.first, tuple("abc")), more.every).ended
    alone = Strategy(found.arm, (going,), going=True)
    assert alone.last("test_accuracy").size == 0 and alone.last("validation_accuracy").tolist() == [0.75]
    assert Strategy(found.arm).mean("smoothed").size == Strategy(found.arm).last("loss").size == 0


def test_a_training_belongs_to_its_length(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(tmp_path))
    values = values_of(high=0.3)
    result, (arm,) = planned(high=0.3)
    assert not any(row[0].every for row in moment(result, Asked.of(values)))
    (tmp_path / arm.ids[0]).mkdir()
    (tmp_path / "something").mkdir()
    assert jobs.names() == {arm.ids[0]}
    going = Seen(arm.ids[0], "running", ("g", arm.ids[0]), 0.5, records=RECORDS)
    monkeypatch.setattr(schedule_trained, "look", {arm.first: going}.__getitem__)
    found = moment(result, Asked.of(values))
    assert [length for length, row in zip(result.lengths, found, strict=True) if row[0].going] == [2000]
    assert len(found[result.lengths.index(2000)][0].every[0].losses) == 4


@pytest.mark.parametrize("name", [None, *SETTINGS])
def test_tables_of_the_recorded_trainings(name: str | None) -> None:
    values = values_of(SETTINGS[name] if name else ())
    result = plan(**{key: value for key, value in values.items() if key in parameters(plan)})
    found = tables(result, values)
    specs = specs_of(SETTINGS[name] if name else {})
    runs, epochs, updates = (found[f"{part}.csv"] for part in ("trainings", "each-epoch", "each-update"))
    assert len(runs["seed"]) == len(specs) and set(runs["end"]) == {"end"}
    assert runs["updates"] == runs["updates_planned"]
    assert len(updates["update"]) == sum(spec.steps for spec in specs)
    assert sum(updates["batch"]) == sum(runs["images"]) == sum(sum(spec.batches()) for spec in specs)
    assert epochs["epoch"][0] == 1 and min(epochs["validation_accuracy"]) > 0.3


def test_the_expected_time_is_that_of_all_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """An MLP of 784-128-128-10 has 118,016 MACs; a step needs three times two operations for each and each image."""
    monkeypatch.setenv("LECTERN_TRAINING", "on")
    monkeypatch.setenv("LECTERN_JOBS_SECONDS", "60")
    short = planned()[1][0].first
    grown = replace(short, stages=((256, 105), (1024, 25), (5400, 75)))
    images = 256 * 105 + 1024 * 25 + 5400 * 75
    assert offers.expected_seconds(grown) == pytest.approx(2 + 205 / 1000 + 6 * 118_016 * images / 4e10)
    long = replace(short, stages=((5400, 20_000),))
    assert offers.refusal([short, grown]) == ""
    assert offers.refusal([short, long]).startswith("This would take about 32 minutes on one core; the limit is")


def test_warm_up_and_decay_last_as_long_a_share_of_the_small_training() -> None:
    """It has 84 whole batches in each of 10 epochs, for 938 of the plan."""
    _, (arm,) = planned((), view="one", schedule="exp_range", gamma=0.9999, warm_up=500)
    assert arm.first.warm_up == round(500 * 840 / 9380)
    assert dict(arm.first.settings)["gamma"] ** 840 == pytest.approx(0.9999**9380)
