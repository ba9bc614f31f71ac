"""Runs in processes of their own: killed, paused, waiting, shared, and what a page sees of them."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from core import jobs
from core.jobs import files, kinds, queue, runner, start, watch
from core.jobs import folder as folders
from tests.kernel.jobs import toy

ROOT = Path(__file__).parents[3]
STEPS = {"steps": 40, "seed": 7}


def held(phone, **more):
    return {**STEPS, "hold": 20, "port": phone.port, **more}


def records(job):
    found, cursor = [], ""
    while (part := jobs.metrics(job, cursor)).records:
        found += part.records
        cursor = part.cursor
    return found


def assert_complete(job, specification=STEPS):
    """The run is done, with the very bits of an undisturbed one."""
    assert jobs.wait(job) == jobs.Status("done", 1.0, 0, jobs.status(job).seconds, "")
    walk, weights = toy.expected(specification)
    assert records(job) == walk
    assert jobs.published(job)["weights.bin"].read_bytes() == weights
    assert jobs.result(job)["loss"] == walk[-1]["loss"]


# ---- processes


def test_a_run_gives_what_its_function_gives() -> None:
    job = jobs.submit("toy", STEPS)
    assert_complete(job)
    assert jobs.result(job)["first"] == 0


def test_kill_minus_nine_and_resume_give_the_same_bits(phone) -> None:
    job = jobs.submit("toy", held(phone))
    _, pid = phone.answer()
    toy.kill(pid)
    died = jobs.wait(job)
    assert (died.state, died.message) == ("interrupted", watch.DIED)
    jobs.resume(job)
    assert_complete(job)
    assert 1 <= jobs.result(job)["first"] <= 20


def test_a_run_survives_the_server_that_submitted_it(phone) -> None:
    code = (
        "import pytest, sys\nfrom core import jobs\nfrom tests.kernel.jobs import toy\n"
        "with pytest.MonkeyPatch.context() as patch:\n    toy.install(patch)\n"
        f"    print(jobs.submit('toy', {held(phone)!r}), flush=True)\n    sys.stdin.read()\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with server:
        job = server.stdout.readline().strip()
        line, _ = phone.answer()
        os.killpg(server.pid, signal.SIGKILL)
    assert jobs.submit("toy", held(phone)) == job
    assert jobs.status(job).state == "running"
    line.sendall(b"1")
    assert_complete(job)
    assert jobs.result(job)["first"] == 0


def test_two_hundred_students_get_one_training(folder, phone) -> None:
    together = threading.Barrier(20)
    names = []

    def click():
        together.wait()
        names.extend(jobs.submit("toy", held(phone)) for _ in range(10))

    students = [threading.Thread(target=click) for _ in range(20)]
    for student in students:
        student.start()
    for student in students:
        student.join()
    assert len(names) == 200 and len(set(names)) == 1
    assert [run.id for run in jobs.runs()] == names[:1]
    line, _ = phone.answer()
    line.sendall(b"1")
    assert_complete(names[0])
    assert jobs.submit("toy", held(phone)) == names[0]
    assert files.read(folder / names[0] / "status.json")["starts"] == 1


@pytest.mark.parametrize("ask", [jobs.pause, jobs.cancel])
def test_a_stopped_run_goes_on_where_it_was(phone, monkeypatch, ask) -> None:
    monkeypatch.setenv("LECTERN_JOBS_CHECKPOINT_SECONDS", "1000")  # so the only one is that of the stop
    job = jobs.submit("toy", held(phone))
    phone.answer()
    ask(job)
    state = {jobs.pause: "paused", jobs.cancel: "cancelled"}[ask]
    stopped = jobs.wait(job)
    assert (stopped.state, stopped.progress, stopped.message) == (state, 0.5, "")
    assert records(job) == toy.expected(STEPS)[0][:20]
    ask(job)
    assert jobs.status(job).state == state
    jobs.resume(job)
    assert_complete(job)
    assert jobs.result(job)["first"] == 20
    ask(job)
    jobs.resume(job)
    assert jobs.status(job).state == "done"


def test_a_run_is_stopping_until_its_process_has_ended(phone) -> None:
    job = jobs.submit("stuck", {"port": phone.port})
    _, pid = phone.answer()
    assert jobs.status(job).state == "running"
    os.kill(pid, signal.SIGSTOP)
    jobs.cancel(job)
    assert jobs.status(job).state == "stopping"
    os.kill(pid, signal.SIGCONT)
    assert jobs.wait(job).state == "cancelled"  # it never looks whether to stop, and is ended by its watch


def test_a_run_that_is_killed_while_it_stops_has_stopped(phone) -> None:
    job = jobs.submit("stuck", {"port": phone.port})
    _, pid = phone.answer()
    os.kill(pid, signal.SIGSTOP)
    jobs.pause(job)
    toy.kill(pid)
    assert jobs.wait(job).state == "paused"
    jobs.cancel(job)
    assert jobs.status(job).state == "cancelled"


def test_the_system_may_end_a_run(phone) -> None:
    job = jobs.submit("toy", held(phone))
    _, pid = phone.answer()
    os.kill(pid, signal.SIGTERM)
    ended = jobs.wait(job)
    assert (ended.state, ended.message) == ("interrupted", runner.TERM)
    jobs.resume(job)
    assert_complete(job)
    assert jobs.result(job)["first"] == 20


def test_the_process_takes_little_from_others(folder) -> None:
    job = jobs.submit("about", {})
    assert jobs.wait(job).state == "done"
    about = jobs.result(job)
    assert about["nice"] == min(os.nice(0) + 10, 19)
    assert about["session"] and about["pid"] != os.getpid()
    assert {about["OMP_NUM_THREADS"], about["OPENBLAS_NUM_THREADS"]} == {"1"} and about["PYTHONHASHSEED"] == "0"
    assert (folder / job / "log.txt").read_text() == "a line for the log\n"


def test_neither_app_nor_runner_loads_what_is_heavy() -> None:
    code = "import sys, core.jobs, core.jobs.__main__\nprint(sorted({name.split('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "'core'" in run.stdout
    assert not [name for name in ("numpy", "torch", "streamlit", "joblib", "plotly") if f"'{name}'" in run.stdout]


# ---- the queue


def test_runs_wait_for_their_turn(phone) -> None:
    first = jobs.submit("toy", held(phone))
    line, _ = phone.answer()
    second, third, fourth = (jobs.submit("toy", {**STEPS, "seed": seed}) for seed in (1, 2, 3))
    assert [jobs.status(job).position for job in (first, second, third, fourth)] == [0, 1, 2, 3]
    assert [jobs.status(job).message for job in (second, third, fourth)] == [
        "Next in the queue.",
        "Runs ahead of this one: 1.",
        "Runs ahead of this one: 2.",
    ]
    jobs.cancel(second)
    jobs.pause(third)
    assert [jobs.status(job).state for job in (second, third, fourth)] == ["cancelled", "paused", "queued"]
    jobs.resume(third)
    assert [each.path.name for each in queue.waiting(jobs.settings().folder)] == [fourth, third]
    line.sendall(b"1")
    assert_complete(first)
    assert_complete(fourth, {**STEPS, "seed": 3})
    assert_complete(third, {**STEPS, "seed": 2})
    assert jobs.status(second).state == "cancelled"


def test_whoever_looks_starts_what_a_dead_process_has_left_waiting(phone) -> None:
    first = jobs.submit("toy", held(phone))
    _, pid = phone.answer()
    second = jobs.submit("toy", STEPS)
    toy.kill(pid)
    assert_complete(second)
    assert jobs.status(first).state == "interrupted"


def test_the_next_run_starts_though_nobody_looks(phone) -> None:
    jobs.submit("toy", held(phone))
    line, first = phone.answer()
    second = jobs.submit("toy", held(phone, seed=1))
    line.sendall(b"1")
    line, pid = phone.answer()
    assert pid != first
    line.sendall(b"1")
    assert_complete(second, {**STEPS, "seed": 1})


def test_as_many_run_at_once_as_there_are_workers(phone, monkeypatch) -> None:
    monkeypatch.setenv("LECTERN_JOBS_WORKERS", "2")
    every = [jobs.submit("toy", held(phone, seed=seed)) for seed in range(3)]
    (one, _), _ = phone.answer(), phone.answer()
    assert [jobs.status(job).state for job in every] == ["running", "running", "queued"]
    one.sendall(b"1")
    phone.answer()


def test_a_long_queue_takes_no_more(phone, monkeypatch) -> None:
    monkeypatch.setattr(queue, "LONGEST_QUEUE", 1)
    jobs.submit("toy", held(phone))
    phone.answer()
    waiting = jobs.submit("toy", STEPS)
    with pytest.raises(ValueError, match=r"^1 runs are already waiting; try again later\.$"):
        jobs.submit("toy", {**STEPS, "seed": 1})
    jobs.cancel(waiting)
    jobs.submit("toy", {**STEPS, "seed": 1})
    with pytest.raises(ValueError, match="already waiting"):
        jobs.resume(waiting)


def test_one_owner_cannot_fill_the_queue(phone, monkeypatch) -> None:
    monkeypatch.setenv("LECTERN_HOST", "public")  # two for each owner
    jobs.submit("toy", held(phone), owner="ada")
    line, _ = phone.answer()
    hers = [jobs.submit("toy", {**STEPS, "seed": seed}, owner="ada") for seed in (1, 2)]
    third = {**STEPS, "seed": 3}
    with pytest.raises(ValueError, match=r"^2 of your runs are already waiting; cancel one, or try again when"):
        jobs.submit("toy", third, owner="ada")
    others = [jobs.submit("toy", third, owner="bob"), jobs.submit("toy", {**STEPS, "seed": 4})]
    assert jobs.submit("toy", third, owner="ada") == others[0]  # what is there may be watched by all
    jobs.cancel(hers[0])
    jobs.resume(hers[0], owner="bob")  # bob's turn, though she began it
    jobs.submit("toy", {**STEPS, "seed": 5}, owner="ada")
    with pytest.raises(ValueError, match="2 of your runs"):
        jobs.submit("toy", {**STEPS, "seed": 6}, owner="bob")
    assert jobs.run_info(hers[0]).owner == "ada" and jobs.run_info(others[1]).owner == ""
    line.sendall(b"1")


@pytest.mark.parametrize("code", ["raise SystemExit('no such thing')", "__import__('threading').Event().wait()"])
def test_a_process_that_does_not_start_is_a_sentence(folder, monkeypatch, code) -> None:
    monkeypatch.setattr(start, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(start, "LIMIT_S", 2.0)
    job = jobs.submit("toy", STEPS)
    failed = jobs.status(job)
    assert (failed.state, failed.message) == ("failed", queue.NOT_STARTED)
    assert (folder / job / "log.txt").read_text().strip() in ("no such thing", "")


def test_a_second_process_leaves_the_run_to_the_first(phone, folder, monkeypatch) -> None:
    job = jobs.submit("toy", held(phone))
    line, _ = phone.answer()
    monkeypatch.setattr(runner, "LOCK_S", 0.0)
    called = []
    runner.run(folder / job, lambda: called.append(1))
    assert not called and jobs.status(job).state == "running"
    line.sendall(b"1")
    assert_complete(job)


# ---- in this process: failures


@pytest.fixture
def order(folder, monkeypatch):
    """Give a function that submits without starting a process; `runner.run` then does the work here."""

    monkeypatch.setattr(queue, "_dispatch", lambda limits: None)  # a look at a run starts what waits, too

    def submit(kind, specification, owner=""):
        return folders.JobFolder(folder / jobs.submit(kind, specification, owner=owner))

    return submit


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("value", "The number of widgets must be even."),
        ("text", "Unknown layer “c”; did you mean fc?"),
        ("odd", runner.UNEXPECTED.format(name="ValueError")),
        ("memory", runner.NO_MEMORY),
        ("device", runner.LOST),
        ("key", runner.UNEXPECTED.format(name="KeyError")),
        ("exit", runner.UNEXPECTED.format(name="SystemExit")),
    ],
)
def test_a_failure_is_a_sentence_and_a_traceback_in_the_log(order, capfd, how, message) -> None:
    own = order("bad", {"how": how})
    runner.run(own.path)
    failed = jobs.status(own.path.name)
    assert (failed.state, failed.message) == ("failed", message)
    assert 'raise FAILURES[specification["how"]]' in capfd.readouterr().err
    assert records(own.path.name) == [{"step": 1}]


def no_space(*_):
    raise OSError(28, "No space left on device")


def test_a_full_disk_at_a_checkpoint_keeps_the_one_before(order, monkeypatch) -> None:
    own = order("toy", STEPS)
    job = own.path.name
    save, saved = toy.State.save, []

    def full(state, target):
        save(state, target)
        saved.append(state.step)
        if state.step > 9:
            no_space()

    with monkeypatch.context() as patch:
        patch.setattr(runner, "CHECKPOINT_SHARE", 0)
        patch.setattr(toy.State, "save", full)
        runner.run(own.path)
    assert saved == list(range(1, 11))
    failed = jobs.status(job)
    assert (failed.state, failed.message) == ("failed", runner.FULL)
    assert [path.name for path in own.checkpoints()] == ["checkpoint-00000009"]
    assert not (own.path / "new-checkpoint").exists()
    (own.path / "new-checkpoint" / "state").mkdir(parents=True)  # as if killed before the one, or after the other
    (own.path / "checkpoint-00000008").mkdir()
    jobs.resume(job)
    runner.run(own.path)
    assert_complete(job)
    assert jobs.result(job)["first"] == 9
    assert own.checkpoints() == []


def test_a_full_disk_leaves_room_to_say_so(order, monkeypatch) -> None:
    own = order("toy", STEPS)
    write = files.write

    def full(path, value, **options):
        if (own.path / "spare").exists() and value.get("state") != "running":
            no_space()
        write(path, value, **options)

    monkeypatch.setattr(folders, "write", full)
    monkeypatch.setattr(runner, "write", full)
    runner.run(own.path)
    failed = jobs.status(own.path.name)
    assert (failed.state, failed.message) == ("failed", runner.FULL)


def test_a_full_disk_refuses_a_new_run(folder, monkeypatch) -> None:
    monkeypatch.setattr(folders, "write", no_space)
    with pytest.raises(ValueError, match=r"^Cannot write to the run folder \(the disk is full\); free some space\.$"):
        jobs.submit("toy", STEPS)
    assert jobs.runs() == [] and not list(folder.glob(".new-*"))


def test_a_run_ends_at_the_limit_of_the_server(order, monkeypatch, phone) -> None:
    monkeypatch.setenv("LECTERN_JOBS_SECONDS", "0")
    own = order("toy", held(phone))
    runner.run(own.path)
    ended = jobs.status(own.path.name)
    assert ended.state == "failed"
    assert ended.message == ("Stopped at this server's limit of 0 s; partial results are shown.")
    monkeypatch.setenv("LECTERN_JOBS_SECONDS", "1000")
    jobs.resume(own.path.name)
    runner.run(own.path)
    assert_complete(own.path.name)


def test_a_run_without_a_result_has_failed(order, monkeypatch) -> None:
    monkeypatch.setattr(toy, "run", lambda *_: None)
    own = order("toy", STEPS)
    runner.run(own.path)
    assert jobs.status(own.path.name).message == "The run ended without a result."


def test_a_run_cannot_fill_the_disk(order, monkeypatch) -> None:
    for name, value in (("RECORD_BYTES", 10), ("METRICS_BYTES", 100), ("RUN_BYTES", 100)):
        with monkeypatch.context() as patch:
            patch.setattr(runner, name, value)
            own = order("toy", {**STEPS, "seed": value, "name": name})
            runner.run(own.path)
        failed = jobs.status(own.path.name)
        assert failed.state == "failed" and failed.message.startswith("A run may ")


def test_of_two_whole_checkpoints_the_later_is_used(order, monkeypatch) -> None:
    """A process that is killed between writing the one and removing the other leaves both."""
    own = order("toy", STEPS)
    with monkeypatch.context() as patch:
        patch.setattr(runner, "CHECKPOINT_SHARE", 0)
        patch.setattr(folders.shutil, "rmtree", lambda *_, **__: None)
        patch.setattr(toy.State, "save_weights", no_space)
        runner.run(own.path)
    assert len(own.checkpoints()) > 1
    jobs.resume(own.path.name)
    runner.run(own.path)
    assert_complete(own.path.name)
    assert jobs.result(own.path.name)["first"] == STEPS["steps"]


def test_a_damaged_or_foreign_checkpoint_is_refused(order, monkeypatch) -> None:
    own = order("toy", STEPS)
    job = own.path.name
    with monkeypatch.context() as patch:
        patch.setattr(runner, "CHECKPOINT_SHARE", 0)
        patch.setattr(toy.State, "save_weights", no_space)
        runner.run(own.path)
    (checkpoint,) = own.checkpoints()
    point = files.read(checkpoint / "point.json")
    assert point["id"] == job and point["metrics"] == own.metrics.stat().st_size
    for damage in ("{", json.dumps({**point, "id": "0" * 32})):
        (checkpoint / "point.json").write_text(damage)
        jobs.resume(job)
        runner.run(own.path)
        failed = jobs.status(job)
        assert (failed.state, failed.message) == (
            "failed",
            "The checkpoint of the run is damaged; start over.",
        )
    jobs.restart(job)
    assert jobs.status(job).progress == 0 and records(job) == []
    runner.run(own.path)
    assert_complete(job)


def test_a_run_of_another_version_does_not_go_on(order, monkeypatch) -> None:
    own = order("toy", STEPS)
    sentence = "This run was started by another version of Lectern and cannot be resumed; start over."
    monkeypatch.setitem(kinds.KINDS, "toy", dataclasses.replace(toy.KINDS["toy"], version=2))
    runner.run(own.path)
    failed = jobs.status(own.path.name)
    assert (failed.state, failed.message) == ("failed", sentence)
    for act in (jobs.resume, jobs.restart):
        with pytest.raises(ValueError, match=f"^{sentence}$"):
            act(own.path.name)
    assert order("toy", STEPS).path != own.path


def test_checkpoints_keep_their_distance(order, monkeypatch) -> None:
    saved = []
    monkeypatch.setattr(toy.State, "save", lambda state, folder: saved.append(state.step))
    for seconds, share, steps in (("1000", 20, []), ("0", 10**9, [1]), ("0", 0, list(range(1, 41)))):
        saved.clear()
        monkeypatch.setenv("LECTERN_JOBS_CHECKPOINT_SECONDS", seconds)
        monkeypatch.setattr(runner, "CHECKPOINT_SHARE", share)
        runner.run(order("toy", {**STEPS, "seed": share}).path)
        assert saved == steps


def test_the_log_stays_small(order, monkeypatch) -> None:
    own = order("toy", STEPS)
    own.log.write_bytes(bytes(runner.LOG_BYTES + 1))
    lock = files.Lock(own.lock)
    assert lock.acquire()
    work = runner.Work(own, jobs.settings(), lock)
    work._tell()
    work.finish({})
    lock.release()
    assert own.log.stat().st_size == 0


# ---- what a page sees


def test_torn_lines_are_not_seen_and_are_forgotten(order, monkeypatch) -> None:
    own = order("toy", STEPS)
    job = own.path.name
    third = folders.record_line({"step": 3})
    own.metrics.write_bytes(folders.record_line({"step": 1}) + folders.record_line({"step": 2}) + third[:4])
    part = jobs.metrics(job)
    assert part.records == ({"step": 1}, {"step": 2}) and part.restarted
    with own.metrics.open("ab") as file:
        file.write(third[4:])
    later = jobs.metrics(job, part.cursor)
    assert later.records == ({"step": 3},) and not later.restarted
    assert jobs.metrics(job, later.cursor).records == ()
    with own.metrics.open("ab") as file:  # blocks that a loss of power has left empty
        file.write(bytes(100) + b"\n" + folders.record_line({"step": 9}))
    assert jobs.metrics(job, later.cursor).records == ()
    runner.run(own.path)
    assert jobs.metrics(job, later.cursor).restarted
    assert_complete(job)


def test_metrics_come_in_parts(order, monkeypatch) -> None:
    own = order("toy", STEPS)
    runner.run(own.path)
    monkeypatch.setattr(watch, "PART_BYTES", 200)
    parts, cursor = [], ""
    while (part := jobs.metrics(own.path.name, cursor)).records:
        parts.append(part.records)
        cursor = part.cursor
    assert len(parts) > 5
    assert [record for part in parts for record in part] == toy.expected(STEPS)[0]


def test_numbers_that_json_does_not_have_become_null(order, monkeypatch) -> None:
    def run(specification, resume, context):
        context.report({"loss": float("nan"), "more": [float("inf"), {"x": np.float64(0.5)}]}, 7.0)
        return {"loss": float("-inf")}

    monkeypatch.setattr(toy, "run", run)
    own = order("toy", STEPS)
    runner.run(own.path)
    assert records(own.path.name) == [{"loss": None, "more": [None, {"x": 0.5}]}]
    assert jobs.result(own.path.name) == {"loss": None}


def test_progress_is_told_while_a_run_goes_on(order, monkeypatch) -> None:
    seen = []

    def run(specification, resume, context):
        context.report({}, 0.25)
        context._tell()
        seen.append(jobs.status(own.path.name))
        return {}

    monkeypatch.setattr(toy, "run", run)
    own = order("toy", STEPS)
    runner.run(own.path)
    assert (seen[0].state, seen[0].progress) == ("running", 0.25) and seen[0].seconds > 0
    assert jobs.status(own.path.name).progress == 1


def test_what_a_run_tells_of_its_speed_is_seen_and_kept_with_its_machine(order, monkeypatch) -> None:
    seen = []

    def run(specification, resume, context):
        context.note({"images_s": float("nan")})
        context.note({"device": "cpu", "images_s": 12.5})
        context.note(None)
        context._tell()
        seen.append(jobs.status(own.path.name).note)
        return {}

    monkeypatch.setattr(toy, "run", run)
    own = order("toy", STEPS)
    runner.run(own.path)
    assert seen == [{"device": "cpu", "images_s": 12.5}]
    assert jobs.status(own.path.name).note == {}
    (machine,) = jobs.recorded(own.path.name).machines
    assert machine["note"] == seen[0] and jobs.run_info(own.path.name).machines == [machine]


def test_switched_off_nothing_starts_but_all_is_seen(order, monkeypatch) -> None:
    own = order("toy", STEPS)
    job = own.path.name
    runner.run(own.path)
    monkeypatch.setenv("LECTERN_TRAINING", "off")
    for act in (
        lambda: jobs.submit("toy", {**STEPS, "seed": 8}),
        lambda: jobs.resume(job),
        lambda: jobs.restart(job),
    ):
        with pytest.raises(ValueError, match=r"^Training is disabled on this server"):
            act()
    assert jobs.submit("toy", STEPS) == job
    assert_complete(job)
    assert len(jobs.runs()) == 1


# ---- the list of runs


def test_runs_are_listed_and_named(order) -> None:
    one, two = (order("toy", {**STEPS, "seed": seed}).path.name for seed in (1, 2.0))
    jobs.rename(one, "  my\nfirst\x00 <b>run</b> " + "é" * 200)
    newest, oldest = jobs.runs()
    assert (oldest.id, newest.id) == (one, two)
    assert oldest.name.startswith("my first <b>run</b> é") and len(oldest.name) == queue.LONGEST_NAME
    assert newest.name == "" and newest.kind == "toy" and newest.specification == {**STEPS, "seed": 2}
    assert type(newest.specification["seed"]) is int
    assert newest.status.state == "queued"


def test_a_run_is_deleted_when_it_has_ended(phone, folder) -> None:
    job = jobs.submit("toy", held(phone))
    line, _ = phone.answer()
    with pytest.raises(ValueError, match=r"^The run is still in progress; cancel it first\.$"):
        jobs.delete(job)
    line.sendall(b"1")
    jobs.wait(job)
    jobs.delete(job)
    assert {path.name for path in folder.iterdir()} == {"lock"}
    with pytest.raises(ValueError, match=r"^No such run; it may have been deleted\.$"):
        jobs.status(job)


@pytest.mark.parametrize("name", ["", ".", "..", "../outside", "lock", "A" * 32, "a" * 31, "a" * 32 + "\n", "a" * 32])
def test_names_of_no_run_never_become_paths(order, folder, name) -> None:
    order("toy", STEPS)
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "spec.json").write_text("{}")
    (folder / ("a" * 32)).symlink_to(outside, target_is_directory=True)
    for act in (jobs.delete, jobs.cancel, jobs.status, jobs.metrics, jobs.published, lambda job: jobs.rename(job, "x")):
        with pytest.raises(ValueError, match="No such run"):
            act(name)
    assert (outside / "spec.json").exists() and len(jobs.runs()) == 1


@pytest.mark.parametrize("name", ["../x.bin", "x", "a/b.bin", ".hidden", "x.new.", "é.bin", "x" * 41 + ".bin"])
def test_files_have_plain_names(order, monkeypatch, name) -> None:
    own = order("toy", STEPS)
    with pytest.raises(ValueError, match="cannot be called"):
        own.add_file(name, no_space)


def test_the_run_that_ended_first_makes_room(order, folder, monkeypatch) -> None:
    monkeypatch.setenv("LECTERN_JOBS_RUNS", "2")
    one, two = (order("toy", {**STEPS, "seed": seed}) for seed in (1, 2))
    with pytest.raises(ValueError, match=r"^The queue is full; wait until a run has finished\.$"):
        order("toy", {**STEPS, "seed": 3})
    for each in (two, one):
        runner.run(each.path)
    os.utime(two.path / "status.json", (1, 1))
    three = order("toy", {**STEPS, "seed": 3})
    assert {run.id for run in jobs.runs()} == {one.path.name, three.path.name}
    (folder / ".deleted-1").mkdir()
    (one.path / "large").write_bytes(bytes(2**20))
    monkeypatch.setenv("LECTERN_JOBS_MEGABYTES", "1")
    four = order("toy", {**STEPS, "seed": 4})
    assert {path.name for path in folder.iterdir()} == {three.path.name, four.path.name, "lock"}


@pytest.mark.parametrize(("limit", "value"), [("RUNS", "4"), ("MEGABYTES", "3")])
def test_one_owner_cannot_push_out_the_runs_of_others(order, monkeypatch, limit, value) -> None:
    def ended(owner, seed):
        own = order("toy", {**STEPS, "seed": seed}, owner=owner)
        runner.run(own.path)
        (own.path / "large").write_bytes(bytes(2**20 - 2**16))
        os.utime(own.path / "status.json", (seed, seed))  # the later the seed, the later it ended
        return own.path.name

    monkeypatch.setenv(f"LECTERN_JOBS_{limit}", value)
    first = {"eve": ended("eve", 1), "ada": ended("ada", 2)}
    for seed in range(3, 9):
        last = ended("eve", seed)
    kept = {run.id for run in jobs.runs()}
    assert first["ada"] in kept and last in kept and first["eve"] not in kept
    assert len(kept) == 4
