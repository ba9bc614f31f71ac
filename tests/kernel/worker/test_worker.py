"""The helper process: children that behave, misbehave and die, and what the holders of a task see of it."""

import gc
import json
import math
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.worker import Worker, tasks, wire

ROOT = Path(__file__).parents[3]

# A child of its own making: answers with its process id, how many requests it has had, and the request. On "call" it
# first connects to the test and waits for one byte.
CHILD = """
import json, os, socket, sys
for count, line in enumerate(sys.stdin, 1):
    request = json.loads(line)["request"]
    if "call" in request:
        with socket.create_connection(("127.0.0.1", request["call"])) as line:
            line.recv(1)
    answer = request.get("raw") or json.dumps({"value": {"pid": os.getpid(), "count": count, **request}})
    sys.stdout.write(answer + "\\n")
    sys.stdout.flush()
    if "die" in request:
        sys.exit()
"""
# The real one, with functions of its own.
REAL = """
import os, socket, subprocess, sys, threading
from core.worker import __main__ as real

def noise():
    print("a line on the standard output")
    os.write(1, b"and another")
    subprocess.run([sys.executable, "-c", "print('and one from a child')"], check=True)
    return {"pid": os.getpid()}

def call(port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.recv(1)
    return {"pid": os.getpid()}

def fail(kind):
    raise {"key": KeyError, "value": ValueError, "memory": MemoryError}[kind]("A calm sentence.")

def environment():
    return {"pid": os.getpid(), "threads": {name: value for name, value in os.environ.items() if "_THREADS" in name}}

real.main()
"""


@dataclass(frozen=True)
class Answer:
    value: dict
    nbytes: int = 0


def read(value):
    return Answer(value, value.get("nbytes", 0))


@pytest.fixture
def make():
    """Give a function that makes a worker with a child; all are closed in the end."""
    made = []

    def new(child=CHILD, **options):
        made.append(Worker((sys.executable, "-c", child), **options))
        return made[-1]

    yield new
    for each in made:
        each.close()
        if (thread := each._thread) is not None:
            with each._lock:
                each._idle_s = 0
                each._lock.notify()
            thread.join(60)
            assert not thread.is_alive()


@pytest.fixture
def phone():
    """A server that children call, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        yield server


def port(phone):
    return phone.getsockname()[1]


def answer(phone):
    line, _ = phone.accept()
    line.settimeout(60)
    return line


def ask(of, request, kind="any", title="Counting", **options):
    return of.submit(kind, request, title=title, read=read, **options)


# ---- messages


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.array([0.0, -0.0, 1 / 3, math.pi, math.inf, -math.inf, 5e-324]), "d"),
        (np.array([[1.5, 2.5], [3.5, 4.5]]), "d"),
        (np.arange(12.0).reshape(3, 4)[::2, ::-1], "d"),
        (np.arange(6.0, dtype=">f8"), "d"),
        (np.array([0, 1, 255], dtype=np.uint8), "B"),
        (np.array([[-1], [2**62]], dtype=np.int64), "q"),
        (np.empty((0, 3)), "d"),
    ],
)
def test_arrays_travel_bit_for_bit(array, code) -> None:
    line = wire.dump({"a": [array], "text": "é\n"})
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    got = wire.load(line)
    assert got["text"] == "é\n"
    (array_got,) = got["a"]
    assert array_got.shape == array.shape
    assert array_got.tobytes() == struct.pack(f"<{array.size}{code}", *array.ravel().tolist())
    assert not array_got.flags.writeable


def test_nan_travels() -> None:
    assert np.isnan(wire.load(wire.dump(np.array([np.nan])))).all()


@pytest.mark.parametrize(
    "message", [{1, 2}, object(), b"bytes", np.arange(3, dtype=np.int32), np.array(["a"]), np.array([None])]
)
def test_what_is_no_message_is_not_sent(message) -> None:
    with pytest.raises(TypeError, match="has no place in a message|have no place in a message"):
        wire.dump({"x": message})


@given(st.binary() | st.text().map(str.encode))
def test_any_line_is_read_or_refused(line) -> None:
    try:
        wire.load(line)
    except ValueError:
        return
    json.loads(line)


@pytest.mark.parametrize(
    "fields",
    [
        {"base64": "AAAA"},
        {"base64": "AAAA", "dtype": "|O", "shape": [1]},
        {"base64": "AAAA", "dtype": "<f8", "shape": [1]},
        {"base64": "AAAAAAAAAAA=", "dtype": "<f8", "shape": [2]},
        {"base64": "AAAAAAAAAAA=", "dtype": "<f8", "shape": [10**30]},
        {"base64": "AAAAAAAAAAA=", "dtype": "<f8", "shape": "1"},
        {"base64": 7, "dtype": "<f8", "shape": [1]},
        {"base64": "?", "dtype": "<f8", "shape": [0]},
    ],
)
def test_a_false_array_is_refused(fields) -> None:
    with pytest.raises(ValueError, match="."):
        wire.load(json.dumps({"value": fields}).encode())


# ---- one process, one queue, one result for the same request


def test_one_process_answers_in_the_order_of_the_requests(make) -> None:
    own = make()
    all_tasks = [ask(own, {"x": x}) for x in range(5)]
    values = [task.result().value for task in all_tasks]
    assert [(value["x"], value["count"]) for value in values] == [(x, x + 1) for x in range(5)]
    assert len({value["pid"] for value in values}) == 1
    assert all(task.done and task.seconds > 0 for task in all_tasks)


def test_the_same_request_is_worked_on_once_and_kept(make) -> None:
    own = make()
    first, second = ask(own, {"x": 1, "y": 2}), ask(own, {"y": 2, "x": 1})
    assert first.result() is second.result()
    assert ask(own, {"x": 1, "y": 2}).done
    assert ask(own, {"x": 1, "y": 2}).result() is first.result()
    assert ask(own, {"x": 1, "y": 3}).result().value["count"] == 2
    assert ask(own, {"x": 1, "y": 2}, kind="another").result().value["count"] == 3


def test_what_is_attached_is_sent_but_does_not_distinguish(make) -> None:
    own = make()
    got = ask(own, {"digest": "a"}, attached={"table": np.arange(2.0)}).result()
    assert got.value["table"].tolist() == [0.0, 1.0]
    assert ask(own, {"digest": "a"}, attached={"table": np.arange(3.0)}).result() is got


def test_nothing_is_started_before_it_is_needed_and_a_task_knows_that_it_waits(make, phone) -> None:
    own = make()
    assert own._process is None and own._thread is None
    running, waiting = ask(own, {"call": port(phone)}), ask(own, {"x": 1})
    with answer(phone) as line:
        assert not running.done and running.seconds > 0
        assert not running.wait(0) and not waiting.wait(-1)
        assert not waiting.done and waiting.seconds == 0
        line.send(b"!")
    assert waiting.result().value["count"] == 2
    assert running.wait(0) and running.seconds > 0
    at_end = running.seconds
    assert running.seconds == at_end


def test_many_threads_at_once(make) -> None:
    own, got = make(), []

    def visit(start):
        got.extend((x % 7, ask(own, {"x": x % 7}).result().value) for x in range(start, start + 20))

    threads = [threading.Thread(target=visit, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 160 and all(value["x"] == x for x, value in got)
    assert {value["count"] for _, value in got} == set(range(1, 8))


# ---- letting go


def test_cancelling_kills_the_process_and_the_next_request_gets_a_new_one(make, phone) -> None:
    own = make()
    before = ask(own, {"x": 0}).result().value["pid"]
    task, waiting = ask(own, {"call": port(phone)}, title="Fitting a tree"), ask(own, {"x": 1})
    with answer(phone) as line:
        task.cancel()
        assert task.done
        with pytest.raises(ValueError, match=r"^Fitting a tree was canceled\.$"):
            task.result()
        assert line.recv(1) == b""  # the line is dead, and so is the process
    assert waiting.result().value["pid"] != before
    again = ask(own, {"call": port(phone)})
    with answer(phone) as line:
        line.send(b"!")
    assert again.result().value["pid"] == waiting.result().value["pid"]


def test_work_that_another_holds_goes_on(make, phone) -> None:
    own = make()
    one, other = ask(own, {"call": port(phone)}), ask(own, {"call": port(phone)})
    with answer(phone) as line:
        one.cancel()
        one.cancel()
        assert one.done and not other.done
        with pytest.raises(ValueError, match="was canceled"):
            one.result()
        line.send(b"!")
    assert other.result().value["count"] == 1


def test_the_last_of_several_holders_ends_the_work(make, phone) -> None:
    own = make()
    holders = [ask(own, {"call": port(phone)}) for _ in range(3)]
    with answer(phone) as line:
        for task in holders:
            assert not task.done
            task.cancel()
        assert line.recv(1) == b""


def test_a_holder_that_has_gone_does_not_count(make, phone) -> None:
    own = make()
    gone, task = ask(own, {"call": port(phone)}), ask(own, {"call": port(phone)})
    with answer(phone) as line:
        del gone
        gc.collect()
        task.cancel()
        assert line.recv(1) == b""


def test_the_queue_is_bounded_and_counts_those_who_still_wait(make, phone, monkeypatch) -> None:
    monkeypatch.setattr("core.worker.LONGEST_QUEUE", 2)
    own = make()
    running = ask(own, {"call": port(phone)})
    with answer(phone) as line:
        first, second = ask(own, {"x": 1}), ask(own, {"x": 2})
        with pytest.raises(
            ValueError, match=r"^Too many visitors are waiting for a computation; try again in a minute\.$"
        ):
            ask(own, {"x": 3})
        assert ask(own, {"x": 2}).title  # what has been asked for is shared
        first.cancel()
        third = ask(own, {"x": 3})
        del second
        gc.collect()
        fourth = ask(own, {"x": 4})
        line.sendall(b"1")
    assert running.result() and third.result().value["x"] == 3 and fourth.result().value["x"] == 4


@pytest.mark.parametrize("how", ["cancelled", "forgotten"])
def test_waiting_work_that_nobody_wants_is_never_begun(make, phone, how) -> None:
    own = make()
    running, unwanted, wanted = ask(own, {"call": port(phone)}), ask(own, {"x": 1}), ask(own, {"x": 2})
    with answer(phone) as line:
        if how == "cancelled":
            unwanted.cancel()
            assert unwanted.done
        del unwanted
        gc.collect()
        line.send(b"!")
    assert running.result().value["count"] == 1
    assert wanted.result().value["count"] == 2
    assert ask(own, {"x": 1}).result().value["count"] == 3


def test_running_work_is_finished_and_kept_though_nobody_holds_it(make, phone) -> None:
    own = make()
    forgotten, after = ask(own, {"call": port(phone)}), ask(own, {"x": 1})
    with answer(phone) as line:
        del forgotten
        gc.collect()
        line.send(b"!")
    after.result()
    assert ask(own, {"call": port(phone)}).result().value["count"] == 1


def test_cancelling_what_is_done_changes_nothing_for_others(make) -> None:
    own = make()
    task = ask(own, {"x": 1})
    got = task.result()
    task.cancel()
    assert ask(own, {"x": 1}).result() is got
    assert ask(own, {"x": 2}).result().value["pid"] == got.value["pid"]


def test_closing_fails_what_runs_and_what_waits_and_a_new_request_starts_anew(make, phone) -> None:
    own = make()
    running, waiting = ask(own, {"call": port(phone)}), ask(own, {"x": 1})
    with answer(phone) as line:
        own.close()
        assert line.recv(1) == b""
    with pytest.raises(ValueError, match="ended without a result"):
        running.result()
    with pytest.raises(ValueError, match="was canceled"):
        waiting.result()
    assert ask(own, {"x": 1}).result().value["count"] == 1


# ---- children that misbehave


@pytest.mark.parametrize(
    "raw",
    [
        "not a message",
        "[]",
        "7",
        "null",
        "{}",
        '{"answer": 1}',
        '{"value": 7}',
        '{"value": null}',
        '{"value": {"base64": 1}}',
        '{"value": {"nbytes": ',
        " ",
        "\\ud800",
    ],
)
def test_an_answer_that_cannot_be_read_is_a_sentence(make, raw) -> None:
    own = make()
    before = ask(own, {"x": 1}).result().value["pid"]

    def strict(value):
        return Answer({"pid": value["pid"]})

    task = own.submit("any", {"raw": raw}, title="Fitting a tree", read=strict)
    with pytest.raises(ValueError, match=r"^Fitting a tree returned an unreadable result; try again\.$"):
        task.result()
    assert ask(own, {"x": 2}).result().value["pid"] != before


@pytest.mark.parametrize(
    "child", ["", "raise SystemExit(3)", "import sys; sys.stdin.readline()", "import os; os.abort()"]
)
def test_a_process_that_dies_is_a_sentence(make, child) -> None:
    with pytest.raises(ValueError, match=r"^Counting ended without a result; try other settings or less data\.$"):
        ask(make(child), {"x": 1}).result()


def test_a_process_that_cannot_be_started_is_a_sentence_and_the_next_one_is_tried(monkeypatch) -> None:
    own = Worker(("/no/such/program",))
    with pytest.raises(ValueError, match=r"^Counting failed \((FileNotFoundError|PermissionError)\); try again\.$"):
        ask(own, {"x": 1}).result()
    own._command = (sys.executable, "-c", CHILD)
    assert ask(own, {"x": 2}).result().value["count"] == 1
    own.close()


def test_after_a_death_in_silence_a_new_process_is_started(make) -> None:
    own = make()
    first = ask(own, {"x": 1, "die": 1}).result().value["pid"]
    own._process.wait(60)
    assert ask(own, {"x": 2}).result().value["pid"] != first


def test_a_refusal_is_passed_on_and_the_process_lives(make) -> None:
    own = make()
    before = ask(own, {"x": 1}).result().value["pid"]
    with pytest.raises(ValueError, match=r"^There is no such thing\.$"):
        ask(own, {"raw": '{"error": "There is no such thing."}'}).result()
    assert ask(own, {"x": 2}).result().value["pid"] == before


def test_a_failure_is_remembered_for_a_while_only(make, monkeypatch) -> None:
    own = make()
    refusal = {"raw": '{"error": "No."}'}
    with pytest.raises(ValueError, match="No"):
        ask(own, refusal).result()
    again = ask(own, refusal)
    assert again.done
    with pytest.raises(ValueError, match="No"):
        again.result()
    assert ask(own, {"x": 1}).result().value["count"] == 2
    monkeypatch.setattr(tasks, "FAILURE_S", -1)
    with pytest.raises(ValueError, match="No"):
        ask(own, refusal).result()
    assert ask(own, {"x": 2}).result().value["count"] == 4


def test_work_that_takes_too_long_is_stopped(make, phone) -> None:
    own = make(limit_s=0.3)
    task = ask(own, {"call": port(phone)})
    with answer(phone) as line:
        with pytest.raises(
            ValueError, match=r"^Counting was stopped after 0 seconds; try other settings or less data\.$"
        ):
            task.result()
        assert line.recv(1) == b""


def test_an_idle_process_ends_and_its_results_stay(make, phone) -> None:
    own = make(REAL, idle_s=0.0)
    task = ask(own, {"port": port(phone)}, kind="__main__.call")
    with answer(phone) as line:
        line.send(b"!")
        first = task.result()
        thread = own._thread
        if thread is not None:
            thread.join(60)
        assert line.recv(1) == b""
    assert own._process is None and own._thread is None
    assert ask(own, {"port": port(phone)}, kind="__main__.call").result() is first
    assert ask(own, {}, kind="__main__.environment").result().value["pid"] != first.value["pid"]


def test_results_are_kept_within_the_limit_the_last_used_ones(make) -> None:
    own = make(cache_bytes=10 * tasks.OVERHEAD_BYTES)
    size = 3 * tasks.OVERHEAD_BYTES

    def count(x):
        return ask(own, {"x": x, "nbytes": size}).result().value["count"]

    assert [count(x) for x in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 4]
    # A result that does not fit at all is still there for who has asked for it.
    large = {"x": 0, "nbytes": 100 * size}
    assert ask(own, large).result().value["count"] == 5
    assert ask(own, large).done
    assert count(1) == 6


# ---- the real child


def test_what_libraries_print_is_no_answer(make) -> None:
    own = make(REAL)
    pids = {
        ask(own, {}, kind="__main__.noise").result().value["pid"],
        ask(own, {}, kind="__main__.environment").result().value["pid"],
    }
    assert len(pids) == 1


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("value", r"^A calm sentence\.$"),
        ("key", r"^The work failed with an unexpected error \(KeyError\); try other settings\.$"),
        ("memory", r"^The work failed with an unexpected error \(MemoryError\); try other settings\.$"),
    ],
)
def test_an_error_in_the_child_is_a_sentence_and_the_child_lives(make, kind, sentence) -> None:
    own = make(REAL)
    before = ask(own, {}, kind="__main__.environment").result().value["pid"]
    with pytest.raises(ValueError, match=sentence):
        ask(own, {"kind": kind}, kind="__main__.fail").result()
    with pytest.raises(ValueError, match=r"\(AttributeError\)"):
        ask(own, {}, kind="__main__.unknown").result()
    with pytest.raises(ValueError, match=r"\(TypeError\)"):
        ask(own, {"too": "much"}, kind="__main__.noise").result()
    assert ask(own, {}, kind="__main__.noise").result().value["pid"] == before


def test_the_child_uses_one_thread(make) -> None:
    threads = ask(make(REAL), {}, kind="__main__.environment").result().value["threads"]
    assert set(threads) >= {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"}
    assert set(threads.values()) == {"1"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_the_interrupt_key_is_for_the_app_alone(make) -> None:
    own = make(REAL)
    pid = ask(own, {}, kind="__main__.environment").result().value["pid"]
    os.kill(pid, signal.SIGINT)
    assert ask(own, {}, kind="__main__.noise").result().value["pid"] == pid


APP = """
import sys
from core.worker import Worker
own = Worker((sys.executable, "-c", sys.argv[2]))
task = own.submit("__main__.call", {"port": int(sys.argv[1])}, title="Waiting", read=lambda value: value)
if sys.argv[3] == "exit":
    sys.stdin.read(1)
    sys.exit()
task.result()
"""


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_the_child_ends_with_the_app_in_the_middle_of_its_work(phone, how) -> None:
    command = [sys.executable, "-c", APP, str(port(phone)), REAL, how]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as app, answer(phone) as line:
        if how == "kill":
            app.kill()
        else:
            app.stdin.write(b"!")
            app.stdin.flush()
            assert app.wait(60) == 0
        assert line.recv(1) == b""
