"""A real training, killed twice: its weights are those of an undisturbed one, bit for bit."""

import sys

import pytest

from core import jobs
from core.jobs import files
from core.training.experiments import Training
from tests.jobs import toy

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
