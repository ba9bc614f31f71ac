"""Rows of a torchvision model at any size, traced by the helper process: the app itself never loads torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core import worker
from core.labs.cnn_cost.compute.models import decoded, encoded, model_table
from core.networks.table import LayerTable
from core.worker.tasks import Task

ROW_BYTES = 1500  # what a row takes in memory, with room to spare


@dataclass(frozen=True)
class Traced:
    """A traced table."""

    table: LayerTable

    @property
    def nbytes(self) -> int:
        """Return the approximate bytes of its rows."""
        return ROW_BYTES * len(self.table.calls)

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Traced:
        """Read the answer of `trace`."""
        table = decoded(message["table"])
        smallest = model_table(net=table.title).smallest
        return cls(replace(table, source="traced", not_trainable=message["not_trainable"], smallest=smallest))


def trace(*, net: str, size: int) -> dict[str, Any]:
    """Trace a model, in the helper process.

    Parameters
    ----------
    net : str
        Its name in torchvision.
    size : int
        Side of the image.

    Raises
    ------
    ValueError
        If there is no such model, it cannot take images of that size, or torch is not installed.
    """
    try:
        from core.nets.cost import trace_model
    except ImportError as error:
        raise ValueError(
            f"Another size of {net} has to be traced with torch and torchvision, which are not installed here."
        ) from error
    table = trace_model(net=net, size=size)
    return {"table": encoded(table), "not_trainable": table.not_trainable}


def tracing(net: str, size: int) -> Task[Traced]:
    """Ask the helper process for a trace."""
    request = {"net": net, "size": size}
    title = f"Tracing {net} at {size} × {size}"
    return worker.submit(f"{__name__}.trace", request, title=title, read=Traced.from_message)
