"""Saved states of runs: tensors and a note of JSON values in one file, which cannot contain code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.nets.learner import Learner
from core.training.experiments import Setup

FORMAT = "1"
STATE = "state.safetensors"  # its usual name
DAMAGED = "The saved state is damaged; start over."


def write_state(path: Path, setup: Setup, tensors: dict[str, Tensor], **values: Any) -> None:
    """Write tensors, and values for the note; none of the numbers may be infinite or nan."""
    note = {"format": FORMAT, "spec": setup.as_json(), **values}
    save_file(tensors, path, {"lectern": json.dumps(note, allow_nan=False)})


def read_state(path: Path, setup: Setup) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `write_state` wrote.

    Raises
    ------
    ValueError
        If the file is damaged, or from another run or version.
    """
    try:
        with safe_open(path, framework="pt") as file:
            note = json.loads((file.metadata() or {}).get("lectern", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  a file is no dict
    except (OSError, SafetensorError, ValueError, RecursionError) as error:
        raise ValueError(DAMAGED) from error
    own = {"format": FORMAT, "spec": json.loads(json.dumps(setup.as_json()))}
    if not isinstance(note, dict) or {name: note.get(name) for name in own} != own:
        raise ValueError("The saved state is of another run or version; start over.")
    return tensors, note


def save_learner(path: Path, learner: Learner, **values: Any) -> None:
    """Write everything needed to resume: weights, optimizer, random state, position, and values of the run."""
    steps = learner.steps
    write_state(path, learner.setup, steps.tensors(), step=learner.step, micro_batch=steps.micro_batch, **values)


def load_learner(path: Path, learner: Learner) -> dict[str, Any]:
    """Let a learner resume from what `save_learner` wrote, and return the values of the run.

    Raises
    ------
    ValueError
        If the file is damaged, or from another run, version, or device.
    """
    tensors, note = read_state(path, learner.setup)
    step, micro_batch = note.get("step"), note.get("micro_batch")
    if type(step) is not int or not 0 <= step <= len(learner.plan.batches):
        raise ValueError(DAMAGED)
    if type(micro_batch) is not int or micro_batch < 1:
        raise ValueError(DAMAGED)
    learner.steps.load(tensors)
    learner.steps.take_parts(micro_batch)  # with batch normalization, another size would compute another function
    learner.step = step
    return note
