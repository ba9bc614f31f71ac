"""Trainings as jobs: what `core.jobs` runs, by their dotted names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch

from core.jobs.kinds import Context, LostDevice
from core.jobs.sweep import backend_of
from core.nets.range_test import RangeTestRun
from core.nets.saved import STATE
from core.nets.sweep import SweepRun
from core.nets.training import TrainingRun
from core.training.experiments import RangeTest, Sweep, Training

Record = dict[str, Any]


@contextmanager
def _device() -> Iterator[None]:
    """Tell a GPU that has gone from a slip of the program."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise MemoryError("The memory of the GPU does not suffice.") from error
    except torch.AcceleratorError as error:
        raise LostDevice(str(error)) from error


class _Run(Protocol):
    """A training that tells what it does, and can be left and gone on with."""

    @property
    def ended(self) -> object: ...
    @property
    def progress(self) -> float: ...
    def advance(self) -> list[Record]: ...
    def save(self, path: Path) -> None: ...
    def load(self, path: Path) -> None: ...


def _finished(run: _Run, resume: Path | None, context: Context) -> bool:
    """Train until the end, or until the job is to stop; gives whether the end has come."""
    if resume is not None:
        run.load(resume / STATE)
    while not run.ended:
        if context.should_stop():
            context.checkpoint(lambda folder: run.save(folder / STATE))
            return False
        for record in run.advance():
            context.report(record, run.progress)
        if not run.ended:
            context.checkpoint(lambda folder: run.save(folder / STATE))
    return True


def run_range_test(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.range_test.RangeTestRun`; reports its records, and returns its summary."""
    with _device():
        run = RangeTestRun(RangeTest.from_json(specification))
        return run.summary() if _finished(run, resume, context) else None


def run_sweep(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.sweep.SweepRun` where LECTERN_SWEEP says; reports its records, and returns its summary."""
    with _device():
        run = SweepRun(Sweep.from_json(specification), backend=backend_of())
        return run.summary() if _finished(run, resume, context) else None


def run_training(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.training.TrainingRun`; reports its records, and returns its summary."""
    with _device():
        run = TrainingRun(Training.from_json(specification))
        if not _finished(run, resume, context):
            return None
        context.publish("weights.safetensors", run.save_weights)
        return run.summary()
