"""Range tests and sweeps that are left and gone on with: bit by bit the same, whoever trains the candidates."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from core.nets import runs
from core.nets.range_test import RangeTestRun
from core.nets.sweep import SweepRun, train_candidate
from core.training.experiments import RangeTest, Sweep
from tests.kernel.nets.small import CNN, MLP, Context, finished, images, told

# Everything that has a state: dropout, batch normalization, two averages for each weight, moved images.
EVERYTHING = {"text": f"dropout, {CNN}", "batch": 16, "augment": "shift and flip", "optimizer": "adam", "seed": 11}
RANGE_TEST = RangeTest(**EVERYTHING, low=1e-4, high=0.1, steps=20)
GROWING = RangeTest(text=MLP, batch=16, low=0.01, high=1e3, steps=60, beta=0.5)
SWEEP = Sweep(**EVERYTHING, low=1e-3, high=0.1, candidates=3, updates=7)
WILD = Sweep(text=MLP, batch=16, low=1e-2, high=1e18, candidates=3, updates=8)
RUNS = {RangeTest: RangeTestRun, Sweep: SweepRun}
JOBS = {RangeTest: runs.run_range_test, Sweep: runs.run_sweep}


@pytest.fixture(autouse=True)
def _small_data(monkeypatch):
    monkeypatch.setattr("core.nets.learner.load", lambda setup: images())


def run_of(spec):
    return RUNS[type(spec)](spec)


@pytest.mark.parametrize("spec", [RANGE_TEST, GROWING, SWEEP, WILD])
def test_a_run_that_is_left_after_every_step_is_bit_by_bit_the_same(tmp_path, spec) -> None:
    whole = run_of(spec)
    expected = told(finished(whole))
    run, records, progress = run_of(spec), [], []
    while True:
        records += run.advance()
        progress.append(run.progress)
        if run.ended:
            break
        run.save(tmp_path / "state")
        torch.rand(5)  # whatever else happens in between
        run = run_of(spec)
        run.load(tmp_path / "state")
        assert run.progress == progress[-1]
    assert told(records) == expected
    assert run.summary() == whole.summary()
    assert progress == sorted(progress)
    assert len(progress) >= sum(len(steps) for steps, _ in expected.values())


@pytest.mark.parametrize("spec", [RANGE_TEST, SWEEP])
def test_a_state_that_is_damaged_or_of_another_run_is_refused(tmp_path, spec) -> None:
    path = tmp_path / "state"
    run = run_of(spec)
    run.advance()
    run.save(path)
    with pytest.raises(ValueError, match=r"^The saved state is of another run or version; start over"):
        run_of(replace(spec, seed=12)).load(path)
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole[:-1], b"\0" * len(whole)):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"^The saved state is damaged; start over\.$"):
            run_of(spec).load(path)


STATES = {
    "a list": (lambda note, tensors: ([1], tensors), "of another run or version"),
    "nothing": (lambda note, tensors: (None, tensors), "of another run or version"),
    "before": (lambda note, tensors: (note | {"step": -1}, tensors), "damaged"),
    "behind": (lambda note, tensors: (note | {"step": 99}, tensors), "damaged"),
    "text": (lambda note, tensors: (note | {"step": "1"}, tensors), "damaged"),
    "no step": (lambda note, tensors: ({name: note[name] for name in note if name != "step"}, tensors), "damaged"),
    "kinds": (lambda note, tensors: (note, {name: t.double() for name, t in tensors.items()}), "of another network"),
    "fewer": (lambda note, tensors: (note, dict(list(tensors.items())[1:])), "of another network"),
}


@pytest.mark.parametrize("spec", [RANGE_TEST, SWEEP])
@pytest.mark.parametrize("state", STATES)
def test_a_state_that_says_what_cannot_be_is_refused(tmp_path, spec, state) -> None:
    change, why = STATES[state]
    path = tmp_path / "state"
    run = run_of(spec)
    run.advance()
    run.save(path)
    with safe_open(path, "pt") as file:
        before = json.loads(file.metadata()["lectern"])
    note, tensors = change(before, load_file(path))
    save_file(tensors, path, {"lectern": json.dumps(note)})
    with pytest.raises(ValueError, match=rf"^The saved state is .*{why}.*\.$"):
        run_of(spec).load(path)


def test_candidates_that_are_trained_at_once_begin_anew(tmp_path, monkeypatch) -> None:
    """As on a GPU; those that have ended are kept, also where others before them have not."""
    expected = told(finished(run_of(WILD)))
    monkeypatch.setattr("core.nets.sweep._at_once", lambda spec: True)
    run = SweepRun(WILD)
    records = []
    while not any("loss" in record for record in records):
        records += run.advance()
    (over,) = [record["candidate"] for record in records if "loss" in record]
    assert over == 2  # its rate is so large that the loss is soon no number any more
    run.save(tmp_path / "state")
    run = SweepRun(WILD)
    run.load(tmp_path / "state")
    rest = finished(run)
    assert {record["candidate"] for record in rest} == {0, 1}
    assert told(rest + [record for record in records if record["candidate"] == over]) == expected
    assert [end["candidate"] for end in run.summary()["candidates"]] == [0, 1, 2]


@pytest.mark.parametrize(("updates", "last"), [(1, 1), (4, 2), (7, 3), (9, 3)])
def test_the_loss_of_a_candidate_is_that_of_its_end(updates, last) -> None:
    """Of the last epoch, which has three batches of 16 of the 60 images, but at most of the second half."""
    for losses, ends in told(finished(run_of(replace(SWEEP, updates=updates)))).values():
        (end,) = ends
        assert len(losses) == updates
        assert end["loss"] == pytest.approx(np.mean([loss for _, loss, _ in losses[-last:]]))


def test_a_candidate_is_a_pure_function_even_in_the_threads_of_one_process() -> None:
    orders = [{"sweep": json.loads(json.dumps(SWEEP.as_json())), "candidate": number} for number in range(3)]
    with ThreadPoolExecutor(3) as pool:
        records = [record for each in pool.map(train_candidate, orders) for record in each]
    assert told(records) == told(finished(run_of(SWEEP)))


def test_another_backend_goes_on_where_this_process_has_left_off(tmp_path, monkeypatch) -> None:
    run, records = SweepRun(SWEEP), []
    while not any(record["candidate"] == 1 for record in records):
        records += run.advance()
    run.save(tmp_path / "state")
    asked = []

    def elsewhere(function, orders, *, backend):
        asked.append((backend, [order["candidate"] for order in orders]))
        return (function(order) for order in orders)

    monkeypatch.setattr("core.nets.sweep.sweep", elsewhere)
    other = SweepRun(SWEEP, backend="ray")
    other.load(tmp_path / "state")
    np.testing.assert_allclose(other.progress, 1 / 3)
    rest = finished(other)
    assert asked == [("ray", [1, 2])]
    first = [record for record in records if record["candidate"] == 0]
    assert told(first + rest) == told(finished(SweepRun(SWEEP)))


# ---- as jobs


@pytest.mark.parametrize("spec", [RANGE_TEST, SWEEP])
def test_a_job_goes_on_at_the_step_where_it_was_stopped(tmp_path, spec) -> None:
    job, plan = JOBS[type(spec)], json.loads(json.dumps(spec.as_json()))
    whole, first, second = (Context(tmp_path / name, stop) for name, stop in (("a", 99), ("b", 3), ("b", 99)))
    expected = job(plan, None, whole)
    assert whole.progress[-1] == 1 and whole.progress == sorted(whole.progress)
    assert job(plan, None, first) is None
    assert 0 < len(first.records) < len(whole.records)
    assert job(plan, first.folder, second) == expected
    assert second.records[0]["step"] > 0
    assert told(first.records + second.records) == told(whole.records)
