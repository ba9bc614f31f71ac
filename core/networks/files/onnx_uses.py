"""Trained constants of the operations in an ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from core.networks.files.onnx_roles import MIXED, QUANTIZED, TRAINED, TRAINED_THERE, macs_of
from core.networks.files.onnx_values import REAL, WHOLE, Values
from core.networks.files.onnx_wire import FIXED, learned, told

_IMAGE_CHANNELS = 4


@dataclass(frozen=True)
class Uses:
    """Names of the constants that are weights, biases, and running means and variances."""

    weights: tuple[str, ...] = ()
    biases: tuple[str, ...] = ()
    statistics: tuple[str, ...] = ()


def uses(known: Values, operation: str, domain: str, inputs: Sequence[str], moving: Sequence[str]) -> Uses:
    """Sort the constants of an operation by their use.

    Parameters
    ----------
    known : Values
        A batch norm whose factors and variances are one constant marks it there as a filler.
    operation, domain : str
        `domain` is "" for the standard operations.
    inputs, moving : sequence of str
        All inputs, and those that depend on the input of the network.
    """
    table = TRAINED | TRAINED_THERE if domain else TRAINED
    if operation in table:
        return _placed(known, operation, table[operation], inputs)
    if operation in MIXED:
        return Uses(
            weights=tuple(
                name for name in _joined(operation, inputs) if _mixed(known, operation, name, inputs[0], moving)
            )
        )
    if domain and macs_of(operation, domain, (), (), {}) is None:
        return Uses(weights=tuple(name for name in inputs if known.constant(name) and _real(known, name)))
    return Uses()


def _placed(known: Values, operation: str, places: tuple[tuple[int, ...], ...], inputs: Sequence[str]) -> Uses:
    weights, biases, statistics = (
        tuple(inputs[k] for k in group if k < len(inputs) and known.constant(inputs[k])) for group in places
    )
    biases = tuple(name for name in biases if not _spread_zero(known, name))
    if operation.startswith("Gather"):  # a table of words or positions, which may be quantized
        weights = tuple(name for name in weights if known.types.get(name, 1) not in WHOLE)
    if operation == "InstanceNormalization" and _idle(known, inputs):
        weights = ()
    if operation == "BatchNormalization" and len(inputs) == 5:
        # An untrained network has factors equal to its variances, and shifts equal to its means.
        roots = [set(known.owners.get(name, ())) for name in inputs[1:]]
        known.fillers |= roots[0] & roots[3] | roots[1] & roots[2]
    return Uses(weights, biases, statistics)


def _spread_zero(known: Values, name: str) -> bool:
    """Return whether a constant repeats a single 0, as an exporter writes the bias of a layer that has none."""
    owners = known.owners[name]
    zero = all(known.sizes[owner] == 1 and not np.any(known.values.get(owner, 1)) for owner in owners)
    return bool(owners) and zero and prod(known.shape(name)) > 1


def _joined(operation: str, inputs: Sequence[str]) -> list[str]:
    """List the inputs that are added, multiplied, or concatenated, without scales and zero points."""
    if operation == "QLinearConcat":
        return list(inputs[2::3])
    places = QUANTIZED.get(operation, range(len(inputs)))
    return [inputs[k] for k in places if k < len(inputs)]


def _idle(known: Values, inputs: Sequence[str]) -> bool:
    """Return whether the exporter made factors 1 and shifts 0, as for a group norm or one without parameters."""
    if not all(name in known.values for name in inputs[1:3]):
        return False
    before = known.makers.get(inputs[0])
    grouped = before is not None and before.operation == "Reshape"
    if not grouped and not all(set(known.owners[name]) <= known.made for name in inputs[1:3]):
        return False
    scale, shift = (known.values[name] for name in inputs[1:3])
    return bool(np.all(scale == 1) and np.all(shift == 0))


def _real(known: Values, name: str) -> bool:
    return known.types.get(name, 1) in REAL and any(known.sizes[owner] > 1 for owner in known.owners[name])


def _mixed(known: Values, operation: str, name: str, first: str, moving: Sequence[str]) -> bool:
    """Return whether a constant that is added, multiplied, or concatenated is trained."""
    if not name or not known.constant(name):
        return False
    if all(other in known.scales for other in moving) and not (operation == "Div" and name == first):
        return False  # a scale; but a bias may be divided by one
    size = prod(known.shape(name)) if None not in known.dims.get(name, (None,)) else 2
    behind = known.makers.get(moving[0]) if moving else None
    if behind is not None and behind.weights and known.shape(name) == known.shape(moving[0])[-1:]:
        return known.types.get(name, 1) in REAL  # the bias of a linear layer, which may be a single number
    later = any(other in known.trained or other in known.scales for other in moving)
    if size <= 1:
        return later and name in known.values and learned(known.values[name])
    if not (_real(known, name) or operation.startswith("QLinear")) or _fixed(known, name):
        return False
    if operation == "Concat" and known.grid(name):
        return False  # coordinates beside the channels
    return later or size > _IMAGE_CHANNELS  # before the first layer, numbers scale the image


def _fixed(known: Values, name: str) -> bool:
    """Return whether a constant is a mask or a grid."""
    if any(known.said.get(owner) == FIXED for owner in known.owners[name]):
        return True
    value = known.values.get(name)
    return value is not None and value.dtype.kind == "f" and told(value) == FIXED
