"""Real trainings, paused and killed: their records and weights are those of undisturbed ones, bit for bit."""

import sys

import pytest

from core import jobs
from core.jobs import files
from core.nets import runs
from core.training.experiments import RangeTest, Sweep, Training
from tests.kernel.jobs import toy
from tests.kernel.nets.small import Context, told

SPECIFICATION = Training(
    text="conv3-4@same, bn, relu, pool4, dropout, fc10", data="bundled", images=1000, augment="shift", updates=300
).as_json()


def undisturbed_or_killed(folder, monkeypatch, kills):
    monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(folder))
    job = jobs.submit("training", SPECIFICATION)
    for _ in range(kills):
        path = folder / job
        known = {each.name for each in path.glob("checkpoint-*")}
        while not {each.name for each in path.glob("checkpoint-*")} - known:
            assert jobs.wait(job, ("running",)).state == "running"
        toy.kill(files.read(path / "status.json")["pid"])
        assert jobs.wait(job).state == "interrupted"
        jobs.resume(job)
    assert jobs.wait(job, timeout_s=300).state == "done"
    run = jobs.recorded(job)
    assert len(run.machines) == kills + 1
    losses = [loss for loss in jobs.columns(run.records)["losses"] if loss is not None]
    assert len(losses) == SPECIFICATION["updates"]
    return jobs.published(job)["weights.safetensors"].read_bytes(), losses, run.result


@pytest.mark.nightly
def test_weights_are_bit_equal_after_two_kills(folder, monkeypatch) -> None:
    monkeypatch.setattr("core.jobs.start.COMMAND", (sys.executable, "-m", "core.jobs"))
    once = undisturbed_or_killed(folder, monkeypatch, 0)
    assert undisturbed_or_killed(folder.with_name("killed"), monkeypatch, 2) == once


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("kind", "run", "spec"),
    [
        ("range_test", runs.run_range_test, RangeTest(text="dropout, fc10", batch=32, steps=150, augment="shift")),
        ("sweep", runs.run_sweep, Sweep(text="dropout, fc10", batch=32, low=1e-3, candidates=3, updates=40)),
    ],
)
def test_a_range_test_and_a_sweep_go_on_after_a_pause_and_a_kill(phone, tmp_path, kind, run, spec) -> None:
    job = jobs.submit("train", {"kind": kind, "of": spec.as_json(), "port": phone.port})
    phone.answer()
    jobs.pause(job)
    assert jobs.wait(job).state == "paused"
    jobs.resume(job)
    _, pid = phone.answer()
    toy.kill(pid)
    assert jobs.wait(job).state == "interrupted"
    jobs.resume(job)
    line, _ = phone.answer()
    line.sendall(b".")
    assert jobs.wait(job).state == "done"
    found, whole = jobs.recorded(job), Context(tmp_path)
    assert found.result == {"resumed": True, **run(spec.as_json(), None, whole)}
    assert told(found.records) == told(whole.records)
    assert len(found.machines) == 3
