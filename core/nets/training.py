"""A run with a schedule: a function of its specification, which can be left and resumed after any step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save_file

from core.data.images import Images
from core.nets.learner import Learner, Plan
from core.nets.saved import load_learner, save_learner
from core.training.experiments import Training

Record = dict[str, Any]


class TrainingRun:
    """A run, a chunk of steps at a time.

    Parameters
    ----------
    spec : Training
    images : Images, optional
        Instead of those that the specification names.

    Attributes
    ----------
    ended : str
        "" while it can continue, "end" when all steps were taken, "nonfinite" if the loss is no longer finite.

    Raises
    ------
    ValueError
        If the run cannot be made; see `core.nets.learner.Learner`.
    """

    def __init__(self, spec: Training, images: Images | None = None) -> None:
        self.spec = spec
        plan = Plan(spec.batches(), spec.rates(), spec.momenta(), spec.by_epoch, spec.label_smoothing, spec.ema)
        self._learner = Learner(spec, plan, images, validation=spec.validation)
        self._sums = np.zeros(3)  # loss, correctly classified images, images: of this epoch so far
        self.ended = ""

    @property
    def step(self) -> int:
        """Count the steps taken."""
        return self._learner.step

    @property
    def progress(self) -> float:
        """Return the fraction of all steps that were taken."""
        return self.step / self.spec.steps

    def advance(self) -> list[Record]:
        """Take some steps.

        Returns
        -------
        list of dict
            First: step, rates, momenta, losses, accuracies, each loss from before its step and with label smoothing if
            used, and batch. If an epoch has ended: epoch (from 1), step, loss and accuracy (means over its
            images, while they were learned) and, with validation images, validation_loss and validation_accuracy, as
            returned by `core.nets.steps.Steps.evaluate`. If the loss is not finite: diverged, the step at which it was
            no longer finite.
        """
        if self.ended:
            return []
        learner, first = self._learner, self._learner.step
        epoch, _, batch = learner.order.places[first]
        found = learner.advance()
        finite = np.isfinite(found[:, 0])
        if not finite.all():
            found = found[: int(np.argmin(finite))]
            self.ended = "nonfinite"
            learner.step = first + len(found)  # anything after them does not count
        part = slice(first, first + len(found))
        records: list[Record] = [
            {
                "step": first,
                "batch": batch,
                "rates": learner.plan.rates[part].tolist(),
                "momenta": learner.plan.momenta[part].tolist(),
                "losses": found[:, 0].tolist(),
                "accuracies": found[:, 1].tolist(),
            }
        ]
        for loss, right in found:  # one by one, so that it does not matter where a chunk ends
            self._sums += batch * np.array([loss, right, 1.0])
        if self.ended:
            return [*records, {"diverged": self.step}]
        if learner.order.ends_epoch(learner.step - 1):
            records.append(self._epoch(epoch))
        if learner.done:
            self.ended = "end"
        return records

    def _epoch(self, epoch: int) -> Record:
        loss, right, count = self._sums.tolist()
        self._sums[:] = 0
        record = {"epoch": epoch + 1, "step": self.step, "loss": loss / count, "accuracy": right / count}
        if self._learner.validation is not None:
            loss, accuracy = self._learner.steps.evaluate(self._learner.validation)
            record |= {"validation_loss": loss, "validation_accuracy": accuracy}
        return record

    def summary(self) -> Record:
        """Return how the run ended, with loss and accuracy on the test images, which are first used here."""
        images = self._learner.images
        loss, accuracy = self._learner.steps.evaluate(self._learner.resident(images.test_images, images.test_labels))
        steps = self._learner.steps
        return {
            "end": self.ended,
            "steps": self.step,
            "test_loss": loss,
            "test_accuracy": accuracy,
            "data": f"{images.name}, from {images.source}",
            "note": steps.note,
        }

    def save(self, path: Path) -> None:
        """Write everything needed to resume."""
        save_learner(path, self._learner, sums=self._sums.tolist())

    def save_weights(self, path: Path) -> None:
        """Write the weights and batch normalization statistics for others to use, averaged if there is an average."""
        prefix = "average." if self.spec.ema else "network."
        named = self._learner.steps.tensors().items()
        save_file({name.removeprefix(prefix): tensor for name, tensor in named if name.startswith(prefix)}, path)

    def load(self, path: Path) -> None:
        """Resume from what `save` wrote.

        Raises
        ------
        ValueError
            If the file is damaged, or from another run or version.
        """
        note = load_learner(path, self._learner)
        self._sums = np.array(note["sums"], dtype=float)
        self.ended = "end" if self._learner.done else ""
