"""Runs as JSON, and the ones that ship with Lectern."""

import json

import numpy as np
import pytest

from core import jobs
from core.jobs import machine, records, runner
from tests.kernel.jobs import toy

RUN = {
    "format": 1,
    "name": "",
    "kind": "toy",
    "version": 1,
    "specification": {"seed": 1},
    "state": "done",
    "seconds": 1,
    "machines": [{}],
    "records": [{"step": 0}],
    "result": {},
}


def test_a_run_is_exported_whole(folder, monkeypatch) -> None:
    specification = {"steps": 5, "seed": 3}
    with monkeypatch.context() as patch:
        patch.setattr("core.jobs.queue._dispatch", lambda limits: None)
        job = jobs.submit("toy", specification)
    runner.run(folder / job)
    jobs.rename(job, "mine")
    run = jobs.recorded(job)
    assert (run.id, run.name, run.state, run.kind) == (job, "mine", "done", "toy")
    assert run.specification == specification and run.records == toy.expected(specification)[0]
    assert run.result == jobs.result(job) and run.seconds == jobs.status(job).seconds > 0
    assert run.machines == [machine.machine()]
    assert jobs.load(jobs.dump(run)) == run
    assert json.loads(jobs.dump(run))["format"] == 1
    lines = jobs.dump(run).splitlines()
    assert [json.loads(line.rstrip(",")) for line in lines[-7:-2]] == run.records


def test_a_machine_is_named_without_its_user(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(machine, "PROCESSOR", tmp_path / "cpuinfo")
    told = machine.machine()
    assert told["packages"]["numpy"] == np.__version__
    assert told.keys() == {"python", "system", "processor", "gpus", "driver", "cores", "packages"}
    assert (told["gpus"], told["driver"]) == ([], "")
    (tmp_path / "cpuinfo").write_text("flags: x\nmodel name : Fast 9000\nmodel name: Y\n")
    monkeypatch.setattr(machine, "driver", lambda: {"gpus": ["Large 7", "Small 3"], "version": "580.65"})
    told = machine.machine()
    assert (told["processor"], told["gpus"], told["driver"]) == ("Fast 9000", ["Large 7", "Small 3"], "580.65")
    assert machine.machine(with_gpus=False)["gpus"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"format": None},
        {"more": 1},
        {"seconds": "1"},
        {"seconds": True},
        {"version": 1.5},
        {"specification": []},
        {"records": [1]},
        {"machines": ["x"]},
    ],
)
def test_another_text_is_no_recorded_run(change) -> None:
    assert jobs.load(json.dumps(RUN)).records == [{"step": 0}]
    with pytest.raises(
        ValueError, match=r"^(This is not a recorded run|The \w+ of the (recorded )?run cannot be read)\.$"
    ):
        jobs.load(json.dumps(RUN | change))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 100_000])
def test_no_text_is_too_odd(text) -> None:
    with pytest.raises(ValueError, match="."):
        jobs.load(text)


def test_a_table_has_a_row_for_each_step() -> None:
    found = [
        {"step": 0, "losses": [3.0, 2.0], "rates": [0.1, 0.2]},
        {"epoch": 1, "loss": 2.5},
        {"step": 2, "losses": [1.5]},
    ]
    assert jobs.columns(found) == {
        "step": [0, 1, None, 2],
        "losses": [3.0, 2.0, None, 1.5],
        "rates": [0.1, 0.2, None, None],
        "epoch": [None, None, 1, None],
        "loss": [None, None, 2.5, None],
    }
    assert jobs.columns([]) == {}
    assert jobs.columns([{"losses": [1, 2], "rates": [5]}]) == {"losses": [1, 2], "rates": [5, None]}


def test_shipped_runs_are_read(tmp_path, monkeypatch) -> None:
    assert all(run.machines and run.records for run in jobs.shipped())
    (tmp_path / "b.json").write_text(json.dumps(RUN | {"name": "second"}))
    (tmp_path / "a.json").write_text(json.dumps(RUN))
    monkeypatch.setattr(records, "SHIPPED", tmp_path)
    assert [run.name for run in jobs.shipped.__wrapped__()] == ["", "second"]
