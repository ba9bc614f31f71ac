"""A kind of job for the tests: numbers that follow from the specification alone, and misbehaviour on demand."""

import json
import os
import pkgutil
import signal
import socket
import sys
import threading

import numpy as np

from core.jobs import kinds, start
from core.jobs.kinds import Kind, LostDevice

KINDS = {
    "toy": Kind("tests.kernel.jobs.toy.run"),
    "bad": Kind("tests.kernel.jobs.toy.fail"),
    "stuck": Kind("tests.kernel.jobs.toy.hang"),
}
COMMAND = (sys.executable, "-m", "tests.kernel.jobs.process")
FAILURES = {
    "value": ValueError("The number of widgets must be even."),
    "text": ValueError("Unknown layer “c”; did you mean fc?\nc16 bn\n^"),
    "odd": ValueError("operands could not be broadcast"),
    "memory": MemoryError(),
    "device": LostDevice("CUDA error 999"),
    "key": KeyError("secret"),
    "exit": SystemExit(0),
}


class State:
    """A random walk of three weights."""

    def __init__(self, seed):
        self.step, self.weights, self.rng = 0, np.zeros(3), np.random.default_rng(seed)

    def advance(self):
        self.step += 1
        self.weights += self.rng.standard_normal(3) / self.step
        return {"step": self.step, "loss": float(self.weights @ self.weights)}

    def save(self, folder):
        rng = self.rng.bit_generator.state
        (folder / "state.json").write_text(json.dumps({"step": self.step, "rng": rng}))
        np.save(folder / "weights.npy", self.weights)

    def save_weights(self, path):
        path.write_bytes(self.weights.tobytes())

    @classmethod
    def load(cls, folder):
        values, state = json.loads((folder / "state.json").read_text()), cls(0)
        state.step, state.rng.bit_generator.state = values["step"], values["rng"]
        state.weights = np.load(folder / "weights.npy", allow_pickle=False)
        return state


def expected(specification):
    """Records and final weights, without any job."""
    state = State(specification["seed"])
    return [state.advance() for _ in range(specification["steps"])], state.weights.tobytes()


def run(specification, resume, context):
    """Walk; before step `hold` of the first process, call the test at `port` and wait for a byte or a stop."""
    state = State.load(resume) if resume else State(specification["seed"])
    first = state.step
    while state.step < specification["steps"]:
        if state.step == specification.get("hold") and resume is None:
            call(specification["port"], context)
        if context.should_stop():
            context.checkpoint(state.save)
            return None
        context.report(state.advance(), state.step / specification["steps"])
        context.checkpoint(state.save)
    context.publish("weights.bin", state.save_weights)
    return {"first": first, "loss": float(state.weights @ state.weights)}


def call(port, context):
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"{os.getpid()}\n".encode())
        line.settimeout(0.02)
        while not context.should_stop():
            try:
                line.recv(1)
                return
            except TimeoutError:
                pass


def fail(specification, resume, context):
    context.report({"step": 1})
    raise FAILURES[specification["how"]]


def hang(specification, resume, context):
    """Never look whether to stop."""
    with socket.create_connection(("127.0.0.1", specification["port"])) as line:
        line.sendall(f"{os.getpid()}\n".encode())
        threading.Event().wait()


def about(specification, resume, context):
    """Tell about the process, after a call to the test at `port` if there is one."""
    if "port" in specification:
        call(specification["port"], context)
    told = ("PYTHONHASHSEED", "CUDA_VISIBLE_DEVICES", "LECTERN_GPUS")
    numbers = {name: value for name, value in os.environ.items() if "_THREADS" in name or name in told}
    print("a line for the log")
    return {"nice": os.nice(0), "session": os.getsid(0) == os.getpid(), "pid": os.getpid(), **numbers}


class Held:
    """The context of a job, which calls the test at `port` after the third record of a process."""

    def __init__(self, context, port):
        self._context, self._port, self._left = context, port, 3

    def __getattr__(self, name):
        return getattr(self._context, name)

    def report(self, record, progress=None):
        self._context.report(record, progress)
        self._left -= 1
        if self._left == 0:
            call(self._port, self)


def train(specification, resume, context):
    """Run another kind of job, which is held."""
    function = pkgutil.resolve_name(kinds.KINDS[specification["kind"]].function)
    result = function(specification["of"], resume, Held(context, specification["port"]))
    return result and {"resumed": resume is not None, **result}


KINDS["train"] = Kind("tests.kernel.jobs.toy.train")
KINDS["about"] = Kind("tests.kernel.jobs.toy.about")


def square(specification):
    """Return what a sweep gives for a specification, and the process that has computed it."""
    return specification["x"] ** 2, os.getpid()


def install(patch):
    """Let the kinds of this module run, here and in the processes of jobs."""
    for name, kind in KINDS.items():
        patch.setitem(kinds.KINDS, name, kind)
    patch.setattr(start, "COMMAND", COMMAND)


def kill(pid):
    os.kill(pid, signal.SIGKILL)
