"""Runs as jobs, which `core.jobs` starts by their dotted names."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from core.data.image_sources import image_set
from core.jobs.kinds import Context
from core.jobs.sweep import backend_of
from core.nets.faults import told
from core.nets.meter import Meter
from core.nets.range_test import RangeTestRun
from core.nets.saved import STATE
from core.nets.sweep import SweepRun
from core.nets.training import TrainingRun
from core.training.experiments import RangeTest, Setup, Sweep, Training

Record = dict[str, Any]


class _Run(Protocol):
    """A run that reports what it does, and can be left and resumed."""

    @property
    def ended(self) -> object: ...
    @property
    def progress(self) -> float: ...
    def advance(self) -> list[Record]: ...
    def save(self, path: Path) -> None: ...
    def load(self, path: Path) -> None: ...


def _finished(run: _Run, spec: Setup, resume: Path | None, context: Context) -> bool:
    """Train until the end, or until the job is to stop; return whether the end was reached."""
    images = image_set(spec.data)
    meter = Meter(spec, (images.channels, images.side))
    if resume is not None:
        run.load(resume / STATE)
    while not run.ended:
        if context.should_stop():
            context.checkpoint(lambda folder: run.save(folder / STATE))
            return False
        for record in run.advance():
            context.report(record, run.progress)
        context.note(meter.note())
        if not run.ended:
            context.checkpoint(lambda folder: run.save(folder / STATE))
    return True


def run_range_test(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.range_test.RangeTestRun`, reporting its records, and return its summary."""
    with told():
        spec = RangeTest.from_json(specification)
        run = RangeTestRun(spec)
        return run.summary() if _finished(run, spec, resume, context) else None


def run_sweep(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.sweep.SweepRun` where LECTERN_SWEEP says, reporting its records, and return its summary."""
    with told():
        spec = Sweep.from_json(specification)
        run = SweepRun(spec, backend=backend_of())
        return run.summary() if _finished(run, spec, resume, context) else None


def run_training(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.training.TrainingRun`, reporting its records, and return its summary."""
    with told():
        spec = Training.from_json(specification)
        run = TrainingRun(spec)
        if not _finished(run, spec, resume, context):
            return None
        context.publish("weights.safetensors", run.save_weights)
        return run.summary()
