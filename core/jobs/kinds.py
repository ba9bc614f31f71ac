"""The kinds of jobs, and the contract between a kind and the runner.

A kind is a module function `run(specification, resume, context)`, a pure function of its specification:

- `specification`: dict of JSON values, complete and checked by whoever submits it. Whole floats arrive as ints.
- `resume`: folder written by its own `save` in an earlier process, or None at the start. It must be read at once:
  the folder goes when the next checkpoint is there.
- `context`: see `Context`.
- It returns a dict of JSON values when it has finished, and None when it stops because `context.should_stop()`.

    def run(specification, resume, context):
        state = load(resume) if resume else start(specification)
        while state.step < specification["steps"]:
            if context.should_stop():
                context.checkpoint(state.save)
                return None
            loss = state.advance()
            context.report({"step": state.step, "loss": loss}, state.step / specification["steps"])
            context.checkpoint(state.save)
        context.publish("weights.safetensors", state.save_weights)
        return {"loss": loss}

A record with lists holds the values of several steps, from `step` on. What is reported between two checkpoints is
discarded when the process dies in between, and reported again after the resume. ValueError is shown as its
sentence; MemoryError, `LostDevice`, and a full disk have sentences of their own; of anything else only the type
is shown, and the log has the traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class LostDevice(RuntimeError):
    """The GPU has gone or no longer responds; the job can resume from its last checkpoint."""


class Context(Protocol):
    """Requests of a running job to its runner."""

    def report(self, record: Mapping[str, Any], progress: float | None = None) -> None:
        """Append a record of JSON values; numbers that are not finite become null. `progress` is in [0, 1]."""

    def checkpoint(self, save: Callable[[Path], None]) -> None:
        """Save the state: `save` writes it into the empty folder it is given.

        Cheap to call after every step: `save` is called after some seconds have passed, and at once when the job is to
        stop.
        """

    def publish(self, name: str, save: Callable[[Path], None]) -> None:
        """Keep a file for visitors, such as "weights.safetensors": `save` writes the file at the path it is given."""

    def note(self, values: Mapping[str, Any] | None) -> None:
        """Report how the job computes, as JSON values; None changes nothing. The last note is kept with its machine."""

    def should_stop(self) -> bool:
        """Return whether to write a checkpoint and return None: paused, canceled, or out of time."""


Run = Callable[[dict[str, Any], Path | None, Context], "dict[str, Any] | None"]


@dataclass(frozen=True)
class Kind:
    """A function that may run as a job.

    Attributes
    ----------
    function
        Its dotted name; imported only by the runner.
    version
        Raise it whenever the same specification gives different numbers: runs of other versions are not shared.
    """

    function: str
    version: int = 1


# Names come only from here, never from a visitor.
KINDS: dict[str, Kind] = {
    "download": Kind("core.training.downloads.run_download"),
    "range_test": Kind("core.nets.runs.run_range_test"),
    "sweep": Kind("core.nets.runs.run_sweep"),
    "training": Kind("core.nets.runs.run_training", version=2),
    "transfer": Kind("core.nets.transfer.run_transfer", version=2),
}


def kind_named(name: str, version: int | None = None) -> Kind:
    """Return the kind of that name.

    Raises
    ------
    ValueError
        If there is none, or its version has changed.
    """
    if name not in KINDS:
        raise ValueError("There is no such kind of run.")
    if version not in (None, KINDS[name].version):
        raise ValueError("This run was started by another version of Lectern and cannot be resumed; start over.")
    return KINDS[name]
