"""Runs whose folder is deleted, damaged, read-only, full or owned by others, and processes that do not answer."""

import contextlib
import errno
import os
import shutil
import signal
import sys

import pytest
from safetensors import SafetensorError

from core import jobs
from core.jobs import files, limits, processes, queue, runner, watch
from core.jobs import folder as folders
from tests.kernel.jobs import toy
from tests.kernel.jobs.test_jobs import STEPS, assert_complete, held, no_space, order, records  # noqa: F401

OTHER = {**STEPS, "seed": 8}


def fail_with(number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


def all_seen(job):
    """Look at everything a page looks at; what is refused is a sentence."""
    jobs.runs()
    for look in (jobs.status, jobs.metrics, jobs.result, jobs.published, jobs.run_info, jobs.recorded):
        said = ""
        try:
            look(job)
        except ValueError as error:
            said = str(error)
        assert said in ("", "No such run; it may have been deleted.")


# ---- deleted


def vanish(folder):
    """Remove a folder at once, though a process writes into it."""
    gone = folder.rename(folder.parents[1] / "gone")
    shutil.rmtree(gone, ignore_errors=True)


def test_the_folder_of_a_deleted_run_does_not_come_back(phone, folder) -> None:
    job = jobs.submit("toy", held(phone))
    line, pid = phone.answer()
    vanish(folder / job)
    with pytest.raises(ValueError, match="No such run"):
        jobs.status(job)
    again = jobs.submit("toy", held(phone))
    assert again == job
    line_of_second, second = phone.answer()
    assert second != pid
    line.settimeout(60)
    assert line.recv(1) == b""  # the first process has stopped by itself
    assert jobs.status(job).state == "running"
    line_of_second.sendall(b"1")
    assert_complete(job)
    assert jobs.result(job)["first"] == 0


@pytest.mark.parametrize("part", ["folder", "lock", "root"])
def test_a_run_that_loses_its_folder_writes_nothing_any_more(order, folder, monkeypatch, part) -> None:  # noqa: F811
    own, seen = order("toy", STEPS), []

    def run(specification, resume, context):
        context.report({"step": 1})
        context.checkpoint(toy.State(1).save)
        match part:
            case "folder":
                vanish(own.path)
            case "root":
                vanish(folder)
            case _:
                own.lock.unlink()
        seen.extend(own.path.glob("*"))
        context.report({"step": 2})
        context.checkpoint(toy.State(1).save)
        context.publish("weights.bin", toy.State(1).save_weights)
        return {}

    monkeypatch.setattr(toy, "run", run)
    runner.run(own.path)
    assert set(own.path.glob("*")) <= set(seen)
    if part == "lock":
        assert jobs.status(own.path.name).state == "interrupted"
        assert records(own.path.name) == [{"step": 1}]
    monkeypatch.undo()


# ---- damaged by hand

DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "noise": lambda path: path.write_bytes(bytes(range(255, 0, -1)) * 9),
    "one byte": lambda path: path.write_bytes(path.read_bytes()[:-3] + b"7" + path.read_bytes()[-2:]),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir(), (path / "x").write_text("x")),
    "a link": lambda path: (path.unlink(), path.symlink_to("/nonexistent/place")),
    "a list": lambda path: path.write_text("[]\n"),
    "an object": lambda path: path.write_text("{}\n"),
    "queued": lambda path: path.write_text('{"state": "queued", "queued": NaN}\n'),
    "other types": lambda path: path.write_text(
        '{"state": ["done"], "progress": "x", "seconds": 1e999, "starts": -1, "message": 7, "name": {}, "pid": 1,'
        ' "created": 1e300, "kind": 3, "version": [], "specification": [], "machines": {"a": 1}, "result": []}\n'
    ),
    "deep": lambda path: path.write_text("[" * 100_000),
}


@pytest.fixture(params=["done", "failed", "queued"])
def damaged(request, order, folder, monkeypatch):  # noqa: F811
    """Give a function that puts a run back as it was, beside a whole one, and its folder."""
    whole = order("toy", OTHER)
    runner.run(whole.path)
    own = order("toy", STEPS)
    with monkeypatch.context() as patch:
        patch.setattr(runner, "CHECKPOINT_SHARE", 0)
        if request.param == "failed":
            patch.setattr(toy.State, "save_weights", no_space)
        if request.param != "queued":
            runner.run(own.path)
    jobs.rename(own.path.name, "mine")
    kept = folder.with_name("kept")
    shutil.copytree(own.path, kept)

    def put_back():
        files.remove(own.path)
        shutil.copytree(kept, own.path)
        return own

    return put_back


@pytest.fixture
def work(monkeypatch):
    """Give a function that starts the process of a run that waits, which is this one."""

    def start(own, gpu):
        begun = []
        runner.run(own.path, lambda: begun.append(1))
        return bool(begun)

    monkeypatch.setattr(queue, "start", start)
    monkeypatch.setattr(runner, "advance", lambda: None)
    return lambda own: own.state() == "queued" and queue._started(own)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_of_any_file_stays_with_its_run_and_can_be_mended(damaged, order, work, damage) -> None:  # noqa: F811
    for name in [path.relative_to(damaged().path) for path in damaged().path.rglob("*") if path.is_file()]:
        own = damaged()
        job = own.path.name
        DAMAGES[damage](own.path / name)
        all_seen(job)
        assert [run.id for run in jobs.runs() if run.id != job] == [order("toy", OTHER).path.name]
        jobs.delete(order("toy", {**STEPS, "seed": 3}).path.name)  # a damaged run does not keep others from beginning
        assert order("toy", STEPS).path == own.path  # Train: it is there, or is there again
        with contextlib.suppress(ValueError):
            jobs.resume(job)
        work(own)
        if jobs.status(job).state != "done":
            assert jobs.status(job).message.endswith(("over.", "resume.", "server.")), name
            jobs.restart(job)
            work(own)
        assert_complete(job)
        jobs.delete(job)


def test_a_record_that_was_changed_is_not_shown(order) -> None:  # noqa: F811
    own = order("toy", STEPS)
    runner.run(own.path)
    text = own.metrics.read_bytes()
    own.metrics.write_bytes(text.replace(b'"step": 4,', b'"step": 9,'))
    assert [record["step"] for record in records(own.path.name)] == [1, 2, 3]


def test_a_status_that_says_queued_starts_no_second_process(phone, folder) -> None:
    job = jobs.submit("toy", held(phone))
    line, _ = phone.answer()
    (folder / job / "status.json").write_text('{"state": "queued"}')
    assert jobs.status(job).state == "running" and queue.waiting(folder) == []
    (folder / job / "status.json").write_text("")
    assert jobs.status(job).state == "running"
    line.sendall(b"1")
    assert_complete(job)


def test_a_run_whose_folder_is_a_file_or_a_link_can_be_trained(order, folder) -> None:  # noqa: F811
    own = order("toy", STEPS)
    job = own.path.name
    for make in (lambda: own.path.write_text("x"), lambda: own.path.symlink_to(folder.parent)):
        files.remove(own.path)
        make()
        all_seen(job)
        assert jobs.runs() == []
        order("toy", STEPS)
        runner.run(own.path)
        assert_complete(job)


# ---- read-only, of another user, full


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_where_nothing_can_be_written_all_is_seen_and_every_click_is_a_sentence(order, monkeypatch, number) -> None:  # noqa: F811
    """As root the right to write is never refused, so that it is refused here for all that opens files for writing."""
    done = order("toy", OTHER)
    runner.run(done.path)
    left = order("toy", STEPS)
    left.set_status(state="running")  # its process has died
    left.lock.touch()
    opened, refuse = os.open, fail_with(number)

    def io_open(path, mode="r", *args, **options):
        if set(mode) & set("wax+"):
            refuse()
        return original(path, mode, *args, **options)

    original = files.Path.open
    monkeypatch.setattr(files.Path, "open", io_open)
    monkeypatch.setattr(os, "open", lambda path, flags, *more: refuse() if flags & os.O_RDWR else opened(path, flags))
    for name in ("mkdir", "rename", "replace", "unlink"):
        monkeypatch.setattr(os, name, refuse)
    assert {run.status.state for run in jobs.runs()} == {"done", "interrupted"}
    for each in (done, left):
        all_seen(each.path.name)
    assert jobs.submit("toy", OTHER) == done.path.name
    sentence = rf"^Cannot write to the run folder \({os.strerror(number).lower()}\); make it writable, or set LECTERN_"
    for act in (
        lambda: jobs.submit("toy", {**STEPS, "seed": 3}),
        lambda: jobs.resume(left.path.name),
        lambda: jobs.restart(left.path.name),
        lambda: jobs.cancel(left.path.name),
        lambda: jobs.delete(done.path.name),
        lambda: jobs.rename(done.path.name, "x"),
    ):
        with pytest.raises(ValueError, match=sentence):
            act()
    monkeypatch.undo()


RUST = "Error while serializing: I/O error: {} (os error {})"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), runner.FULL),
        (SafetensorError(RUST.format("No space left on device", errno.ENOSPC)), runner.FULL),
        (SafetensorError(RUST.format("Disk quota exceeded", errno.EDQUOT)), runner.FULL),
        (SafetensorError(RUST.format("Permission denied", errno.EACCES)), "permission denied"),
        (PermissionError(errno.EACCES, "Permission denied", "/secret/place"), "permission denied"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only file system"),
        (OSError(errno.EIO, "Input/output error"), "input/output error"),
        (SafetensorError("Error while serializing: invalid header"), "SafetensorError"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "ConnectionRefusedError"),
    ],
)
def test_a_checkpoint_that_cannot_be_written_is_a_sentence_and_the_run_goes_on_later(
    order,  # noqa: F811
    monkeypatch,
    error,
    message,
) -> None:
    own = order("toy", STEPS)
    job, save = own.path.name, toy.State.save

    def refuse(state, target):
        save(state, target)
        if state.step > 9:
            raise error

    with monkeypatch.context() as patch:
        patch.setattr(runner, "CHECKPOINT_SHARE", 0)
        patch.setattr(toy.State, "save", refuse)
        runner.run(own.path)
    failed = jobs.status(job)
    assert failed.state == "failed" and message in failed.message and "/secret" not in failed.message
    assert failed.message.endswith(("checkpoint.", "resume.", "server."))
    jobs.resume(job)
    runner.run(own.path)
    assert_complete(job)
    assert jobs.result(job)["first"] == 9


def test_a_disk_that_takes_no_last_word_leaves_a_run_that_can_go_on(order, monkeypatch) -> None:  # noqa: F811
    own = order("toy", STEPS)
    write = files.write

    def refuse(path, value, **options):
        if value.get("state") in jobs.watch.ENDED:
            fail_with(errno.EROFS)()
        write(path, value, **options)

    with monkeypatch.context() as patch:
        patch.setattr(folders, "write", refuse)
        runner.run(own.path)
    died = jobs.status(own.path.name)
    assert (died.state, died.message) == ("interrupted", watch.DIED)
    jobs.resume(own.path.name)
    runner.run(own.path)
    assert_complete(own.path.name)


def test_a_run_that_cannot_be_started_or_removed_does_not_block_the_next(folder, monkeypatch, phone) -> None:
    bad = jobs.submit("toy", held(phone))
    line, _ = phone.answer()
    second, third = (jobs.submit("toy", {**STEPS, "seed": seed}) for seed in (1, 2))
    files.remove(folder / second / "log.txt")
    (folder / second / "log.txt").mkdir()
    line.sendall(b"1")
    assert_complete(third, {**STEPS, "seed": 2})
    failed = jobs.status(second)
    assert (failed.state, failed.message) == ("failed", queue.NOT_STARTED)
    jobs.restart(second)
    assert_complete(second, {**STEPS, "seed": 1})

    monkeypatch.setenv("LECTERN_JOBS_RUNS", "3")
    remove = queue._remove
    os.utime(folder / bad / "status.json", (1, 1))
    monkeypatch.setattr(
        queue, "_remove", lambda own: fail_with(errno.EACCES)() if own.path.name == bad else remove(own)
    )
    assert_complete(jobs.submit("toy", OTHER), OTHER)
    assert {run.id for run in jobs.runs()} >= {bad, jobs.submit("toy", OTHER)} and len(jobs.runs()) == 3


# ---- a process that does not answer


def test_cancel_ends_a_frozen_process_after_a_while(folder, phone, monkeypatch) -> None:
    job = jobs.submit("toy", held(phone))
    _, pid = phone.answer()
    waiting = jobs.submit("toy", OTHER)
    os.kill(pid, signal.SIGSTOP)
    jobs.cancel(job)
    assert jobs.status(job).state == "stopping"
    with pytest.raises(ValueError, match=r"^The run is still stopping; try again in a moment\.$"):
        jobs.restart(job)
    asked = folder / job / "request"
    long_ago = asked.stat().st_mtime - limits.FROZEN_S - 1
    os.utime(asked, (long_ago, long_ago))
    jobs.cancel(job)  # a second click does not begin the time again
    assert asked.stat().st_mtime == long_ago
    assert jobs.wait(job).state == "cancelled"
    assert_complete(waiting, OTHER)
    jobs.restart(job)
    line, _ = phone.answer()
    line.sendall(b"1")
    assert_complete(job)


@pytest.mark.parametrize("change", [{"pid": 1}, {"host": "elsewhere"}, {"began": "1"}, {"pid": os.getpid()}, {}])
def test_no_other_process_is_taken_for_that_of_a_run(monkeypatch, change) -> None:
    ended = []
    for name in ("kill", "killpg"):
        monkeypatch.setattr(os, name, lambda *call: ended.append(call))
    mark = processes.mark()
    assert mark["pid"] == os.getpid() and mark["began"] == (processes._began(os.getpid()))
    if sys.platform == "linux":
        assert int(mark["began"]) > 0
        assert not processes.end({**mark, "pid": os.getppid(), **change} if change else {})
    assert not processes.end({**mark, **change}) and not ended


def test_a_process_that_cannot_be_ended_is_named(order) -> None:  # noqa: F811
    own = order("toy", STEPS)
    lock = files.Lock(own.lock)
    assert lock.acquire()
    own.set_status(state="running", pid=12345, host="elsewhere", began="")
    own.request_file.write_text("cancel")
    os.utime(own.request_file, (1, 1))
    seen = jobs.status(own.path.name)
    assert (seen.state, seen.message) == ("stopping", watch.STUCK.format(pid=12345))
    lock.release()
    assert jobs.status(own.path.name).state == "cancelled"
