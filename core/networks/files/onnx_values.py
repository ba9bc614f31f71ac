"""Known facts about the values of an ONNX file: shapes, small constants, and what larger ones are made of."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.networks.files.graph import MAX_AXES, MAX_NUMBER, Node
from core.networks.files.onnx_fold import DTYPES, MOST, dtype_of, fold, kind_of
from core.networks.files.onnx_wire import FILLER, FIXED, GRID, told
from core.networks.table import Shape

REAL = (1, 10, 11, 16)  # types of real numbers
WHOLE = (6, 7, 8, 9, 12, 13)  # types of numbers that count, choose, or spell
# Constants derived from others: from these inputs alone if listed, otherwise from all.
_FIRST_NAMES = (
    "DequantizeLinear QuantizeLinear Gather GatherND GatherElements Slice Reshape Transpose Expand Tile Squeeze "
    "Unsqueeze Cast CastLike Identity Split Pad Flatten Clip Trilu ReduceSum ReduceMean ReduceL2 Resize"
)
_FIRST = frozenset(_FIRST_NAMES.split())
# With these an exporter builds masks and grids out of tensors that it generates.
_MASKS_NAMES = "Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not Where ScatterND ScatterElements NonZero"
_MASKS = frozenset(_MASKS_NAMES.split())

Dims = tuple[int | None, ...]


@dataclass
class Values:
    """Known facts about values, by name.

    Attributes
    ----------
    dims : dict of str to tuple of int or None
        Shapes, as far as they are known.
    types : dict of str to int
        Number types.
    values : dict of str to array
        Small constants.
    owners : dict of str to tuple of str
        For each constant, the tensors in the file that it is made of.
    sizes, said : dict
        For each tensor in the file, how many numbers it has, and what is said about them.
    made, fillers, generated : set of str
        Of these, the ones that come from Constant operations, vectors of equal numbers, and the ones that the file only
        describes.
    scales, trained : set of str
        Values that depend on the input and scale a quantized value; values that have passed a layer with weights.
    makers : dict of str to Node
        Operations by their outputs.
    """

    dims: dict[str, Dims] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    values: dict[str, NDArray[Any]] = field(default_factory=dict)
    owners: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    fillers: set[str] = field(default_factory=set)
    generated: set[str] = field(default_factory=set)
    scales: set[str] = field(default_factory=set)
    trained: set[str] = field(default_factory=set)
    makers: dict[str, Node] = field(default_factory=dict)

    def shape(self, name: str) -> Shape:
        """Return the shape of a value; () if unknown."""
        dims = self.dims.get(name)
        return tuple(size for size in dims if size is not None) if dims and None not in dims else ()

    def constant(self, name: str) -> bool:
        """Return whether a value does not depend on the input."""
        return name in self.owners

    def grid(self, name: str) -> bool:
        """Return whether a constant holds coordinates of points, which no training changes."""
        value = self.values.get(name)
        if value is not None:
            return value.dtype.kind == "f" and told(value) in (FIXED, GRID)
        owners = self.owners.get(name, ())
        return bool(owners) and all(self.said.get(owner) in (FIXED, GRID) for owner in owners)

    def hold(self, name: str, tensor: Any, *, made: bool = False) -> None:
        """Store a tensor of the file."""
        dims = tuple(int(size) for size in tensor.dims)
        if len(dims) > MAX_AXES or any(not 0 <= size <= MAX_NUMBER for size in dims):
            raise ValueError(f"The shape of “{name[:40]}” is not made of at most {MAX_AXES} whole numbers.")
        self.dims[name], self.types[name] = dims, tensor.data_type
        self.owners[name], self.sizes[name] = (name,), prod(dims)
        self.said[name] = tensor.doc_string if tensor.doc_string in (FILLER, FIXED, GRID) else ""
        if made:
            self.made.add(name)
        if self.sizes[name] <= MOST and not tensor.external_data and not tensor.data_location:
            value = value_of(tensor)
            if value is not None and value.shape == dims:
                self.values[name] = value
                if tensor.data_type in REAL:
                    self.said[name] = told(value)
        self._filler(name)

    def hold_sparse(self, name: str, tensor: Any) -> None:
        """Store a sparse tensor of the file; its nonzero numbers count."""
        self.dims[name], self.types[name] = tuple(tensor.dims), tensor.values.data_type
        self.owners[name], self.sizes[name] = (name,), prod(tensor.values.dims)

    def cast_like(self, name: str, like: str, output: str) -> None:
        """Give a constant a second name and the number type of another value; the owners stay."""
        self.owners[output] = self.owners[name]
        self.types[output] = kind = self.types.get(like, 1)
        if name in self.dims:
            self.dims[output] = self.dims[name]
        if name in self.values:
            dtype = DTYPES.get(kind)
            self.values[output] = self.values[name].astype(dtype) if dtype else self.values[name]

    def hold_nothing(self, name: str) -> None:
        """Store a constant without numbers, such as a text."""
        self.dims[name], self.owners[name] = (), ()

    def _filler(self, name: str) -> None:
        """Note a vector whose numbers are all equal; exporters store one for several layers."""
        if self.said.get(name) == FILLER and max(self.dims[name], default=1) == self.sizes[name]:  # type: ignore[type-var]
            self.fillers.add(name)

    def size(self, operation: str, name: str, output: str, attributes: Mapping[str, Any]) -> None:
        dims = np.array(self.dims[name], np.int64)
        if operation == "Size":
            value = np.array(np.prod(dims), np.int64)
        else:
            value = dims[attributes.get("start", 0) : attributes.get("end", len(dims))]
        self.values[output], self.dims[output], self.types[output], self.owners[output] = value, value.shape, 7, ()

    def folded(
        self, operation: str, domain: str, inputs: list[str], outputs: list[str], attributes: Mapping[str, Any]
    ) -> bool:
        """Compute an operation on small constants, if its rule is known."""
        if domain or any(name and name not in self.values for name in inputs):
            return False
        found = fold(operation, [self.values[name] if name else None for name in inputs], attributes)
        for output, value in zip(outputs, found, strict=False):
            self.values[output], self.dims[output] = value, value.shape
            self.types[output] = kind_of(value)
        return len(found) == len(outputs)

    def still(self, operation: str, inputs: list[str], outputs: list[str]) -> None:
        """Record that an operation on constants alone gives constants."""
        sources = inputs[:1] if operation in _FIRST else [name for name in inputs if name]
        if operation in ("ScatterND", "ScatterElements"):
            sources = [inputs[0], inputs[2]]  # not where the numbers go
        owners = dict.fromkeys(owner for name in sources for owner in self.owners[name])
        if operation not in _FIRST:  # a single number is a factor
            owners = {owner: None for owner in owners if self.sizes[owner] > 1 or len(owners) == 1}
        if operation in _MASKS:
            owners = {owner: None for owner in owners if owner not in self.generated}
        for output in outputs:
            self.owners[output] = tuple(owners)
        if operation == "ConstantOfShape":
            self._made(outputs[0])

    def _made(self, name: str) -> None:
        """Store a tensor that the file generates instead of holding it."""
        shape = self.dims.get(name)
        if shape is not None and None not in shape:
            self.owners[name], self.sizes[name] = (name,), prod(self.shape(name))
            self.said[name] = FILLER
            self.generated.add(name)
            self._filler(name)


def value_of(tensor: Any) -> NDArray[Any] | None:
    """Return the numbers of a small tensor; None if they are not there."""
    try:
        dtype_of(tensor.data_type)
        return np.asarray(importlib.import_module("onnx.numpy_helper").to_array(tensor))
    except (KeyError, ValueError, TypeError, AttributeError, RuntimeError):
        return None
