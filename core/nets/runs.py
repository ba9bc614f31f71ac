"""Trainings as jobs: what `core.jobs` runs, by their dotted names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import torch

from core.jobs.kinds import Context, LostDevice
from core.nets.range_test import range_test, sweep
from core.nets.training import TrainingRun
from core.training.experiments import RangeTest, Sweep, Training
from core.training.image_sources import DOWNLOADS, download

Record = dict[str, Any]

STATE = "state.safetensors"
FINISHED = "finished.json"


@contextmanager
def _device() -> Iterator[None]:
    """Tell a GPU that has gone from a slip of the program."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise MemoryError("The memory of the GPU does not suffice.") from error
    except torch.AcceleratorError as error:
        raise LostDevice(str(error)) from error


def run_range_test(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.range_test.range_test`; reports its records, and returns the last. It always begins anew."""
    spec = RangeTest.from_json(specification)
    with _device():
        for record in range_test(spec):
            if "end" in record:
                return record
            if context.should_stop():
                return None
            context.report(record, (record["step"] + len(record["losses"])) / spec.steps)
    raise RuntimeError("A range test always has an end.")


def run_sweep(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.range_test.sweep`; reports its records, and returns those of ended candidates.

    It goes on with the first candidate that has not ended; what that one has reported is reported again.
    """
    spec = Sweep.from_json(specification)
    ended: list[Record] = json.loads((resume / FINISHED).read_text()) if resume else []
    with _device():
        for record in sweep(spec, skip=len(ended)):
            if context.should_stop():
                _keep(ended, context)
                return None
            if "losses" in record:
                done = len(ended) + (record["step"] + len(record["losses"])) / spec.updates
                context.report(record, min(done / spec.candidates, 1.0))
            else:
                context.report(record)
                ended.append(record)
                _keep(ended, context)
    return {"candidates": ended}


def _keep(ended: list[Record], context: Context) -> None:
    """Keep the candidates that have ended, as far as none before them is missing."""
    ended.sort(key=lambda record: int(record["candidate"]))
    whole = [record for place, record in enumerate(ended) if record["candidate"] == place]
    context.checkpoint(partial(_write, text=json.dumps(whole)))


def _write(folder: Path, text: str) -> None:
    (folder / FINISHED).write_text(text)


def run_download(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.training.image_sources.download` of the `data` named; reports file, bytes and total."""
    data = str(specification.get("data"))
    if data not in DOWNLOADS:
        raise ValueError(f"`data` must be one of {', '.join(DOWNLOADS)}; got {data[:40]}.")
    for name, done, total in download(data):
        if context.should_stop():
            return None
        context.report({"file": name, "bytes": done, "total": total}, done / total if total else None)
    return {"data": data}


def run_training(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `core.nets.training.TrainingRun`; reports its records, and returns its summary."""
    with _device():
        run = TrainingRun(Training.from_json(specification))
        if resume is not None:
            run.load(resume / STATE)
        while not run.ended:
            if context.should_stop():
                context.checkpoint(lambda folder: run.save(folder / STATE))
                return None
            for record in run.advance():
                context.report(record, run.step / run.spec.steps)
            if not run.ended:
                context.checkpoint(lambda folder: run.save(folder / STATE))
        context.publish("weights.safetensors", run.save_weights)
        return run.summary()
