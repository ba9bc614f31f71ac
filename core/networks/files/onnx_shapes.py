"""Shapes in an ONNX file, operation by operation; for the standard ones, the package onnx infers them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from core.networks.files.graph import MisfitError, clean
from core.networks.files.onnx_roles import ALIASES
from core.networks.files.onnx_values import Dims, Values

_COUNTED = ("Conv", "ConvTranspose", "Gemm", "MatMul")
_JOINED = ("Add", "Sub", "Mul", "Div", "Concat", "Reshape")


@dataclass
class Shapes:
    """Infers shapes.

    Attributes
    ----------
    known : Values
    declared : mapping of str to tuple of int or None
        Shapes that the file declares.
    opened : bool
        Whether the size of the input was chosen here.
    """

    known: Values
    declared: Mapping[str, Dims] = field(default_factory=dict)
    opened: bool = False

    def __post_init__(self) -> None:
        onnx: Any = importlib.import_module("onnx")
        inference: Any = importlib.import_module("onnx.shape_inference")
        self._onnx, self._infer, self._schema = onnx, inference.infer_node_outputs, onnx.defs.get_schema
        self._errors = (
            onnx.defs.SchemaError,
            inference.InferenceError,
            onnx.checker.ValidationError,
            RuntimeError,
            TypeError,
        )

    def learn(
        self,
        node: Any,
        domain: str,
        inputs: list[str],
        outputs: list[str],
        attributes: Mapping[str, Any],
        version: int,
    ) -> None:
        """Infer the shapes of outputs from those of the inputs, as far as they are known.

        Parameters
        ----------
        node : NodeProto
        domain : str
            "" for the standard operations.
        inputs, outputs : list of str
        attributes : mapping of str to AttributeProto
        version : int
            Of the standard operations.

        Raises
        ------
        MisfitError
            If the operation does not accept such inputs.
        """
        operation = node.op_type
        if operation == "DynamicQuantizeLSTM":
            self._as_recurrent(inputs, outputs)
        elif operation in ("FusedMatMul", "FusedMatMulActivation", "TransposeMatMul"):
            self._as_product(inputs, outputs, attributes)
        elif not domain:
            self._infer_shapes(node, operation, inputs, outputs, attributes, version, False)
        elif operation in ALIASES:
            standard, places = ALIASES[operation]
            kept = [inputs[k] for k in places if k < len(inputs)]
            self._infer_shapes(node, standard, kept, outputs, attributes, version, True)
        self._as_declared(outputs)
        self._check(node, inputs, outputs, attributes)

    def _check(self, node: Any, inputs: list[str], outputs: list[str], attributes: Mapping[str, Any]) -> None:
        """Check what onnx does not: the channels of a convolution, and how many numbers there are to reshape."""
        shapes = [self.known.shape(name) for name in (*inputs[:2], outputs[0] if outputs else "")]
        if node.op_type == "Reshape" and shapes[0] and shapes[-1] and prod(shapes[0]) != prod(shapes[-1]):
            self._refuse(node, node.op_type, inputs)
        if node.op_type == "Conv" and all(len(shape) > 2 for shape in shapes[:2]):
            groups = attributes["group"].i if "group" in attributes else 1
            if shapes[0][1] != shapes[1][1] * groups:
                self._refuse(node, node.op_type, inputs)

    def _infer_shapes(
        self,
        node: Any,
        operation: str,
        inputs: list[str],
        outputs: list[str],
        attributes: Mapping[str, Any],
        version: int,
        alias: bool,
    ) -> None:
        """Ask onnx; where one operation stands for another, the number types do not matter."""
        found: Mapping[str, Any] = {}
        try:
            schema = self._schema(operation, version, "")
            known = {name: value for name, value in attributes.items() if name in schema.attributes}
            copy = self._copy(operation, inputs, outputs[:1] if alias else outputs, known)
            types = {name: self._type(name, alias) for name in inputs if name}
            data = {name: self._tensor(name) for name in inputs if name in self.known.values}
            found = self._infer(schema, copy, types, data)
        except self._errors as error:
            self._refuse(node, operation, [name for name in inputs if name], error)
        for output in outputs:
            kind = found[output].tensor_type if output in found else None
            if kind is not None and kind.HasField("shape"):
                self.known.dims[output] = tuple(_known(dim) for dim in kind.shape.dim)
            if kind is not None and kind.elem_type and not alias:
                self.known.types[output] = kind.elem_type

    def _refuse(self, node: Any, operation: str, inputs: Sequence[str], error: Exception | None = None) -> None:
        """Say that an operation cannot take its inputs, if that is certain and matters."""
        shapes = [self.known.shape(name) for name in inputs if name]
        if all(shapes) and (operation in _COUNTED or self.opened and operation in _JOINED):
            given = " and ".join(f"({', '.join(map(str, shape))})" for shape in shapes[:2])
            raise MisfitError(
                f"{clean(node.name or operation)} ({operation}) cannot take the shapes {given}: "
                + ("the network needs another size of the input." if self.opened else "the file is damaged.")
            ) from error

    def _as_recurrent(self, inputs: list[str], outputs: list[str]) -> None:
        """Infer shapes of an LSTM whose matrices are transposed: (directions, inputs, 4 hidden)."""
        sequence, hidden = self.known.shape(inputs[0]), self.known.shape(inputs[2])
        if len(sequence) == 3 and len(hidden) == 3:
            steps, batch, _ = sequence
            every = (steps, hidden[0], batch, hidden[1])
            self.known.dims |= dict(zip(outputs, (every, every[1:], every[1:]), strict=False))

    def _as_product(self, inputs: list[str], outputs: list[str], attributes: Mapping[str, Any]) -> None:
        """Infer shapes of a matrix product whose factors may be transposed."""
        left, right = (list(self.known.shape(name)) for name in inputs[:2])
        if min(len(left), len(right)) < 2:
            return
        for shape, name in ((left, "transA"), (right, "transB")):
            if name in attributes and attributes[name].i:
                shape[-2:] = shape[:-3:-1]
        front = np.broadcast_shapes(tuple(left[:-2]), tuple(right[:-2]))
        self.known.dims[outputs[0]] = (*front, left[-2], right[-1])

    def _copy(self, operation: str, inputs: list[str], outputs: list[str], attributes: Mapping[str, Any]) -> Any:
        """Copy the operation with the names that are used here."""
        node = self._onnx.NodeProto(op_type=operation, input=inputs, output=outputs)
        for name, attribute in attributes.items():
            node.attribute.add().CopyFrom(attribute)
            node.attribute[-1].name = name
            node.attribute[-1].ref_attr_name = ""
        return node

    def _type(self, name: str, alias: bool) -> Any:
        kind = 1 if alias else self.known.types.get(name, 0) or 1
        return self._onnx.helper.make_tensor_type_proto(kind, self.known.dims.get(name))

    def _tensor(self, name: str) -> Any:
        return self._onnx.numpy_helper.from_array(np.ascontiguousarray(self.known.values[name]), name)

    def _as_declared(self, outputs: Sequence[str]) -> None:
        """Fill unknown sizes with those that the file declares."""
        for output in outputs:
            said = self.declared.get(output)
            dims = self.known.dims.get(output)
            if said is not None and dims is None:
                self.known.dims[output] = said
            elif said is not None and dims is not None and len(said) == len(dims):
                self.known.dims[output] = tuple(
                    told_ if size is None else size for size, told_ in zip(dims, said, strict=True)
                )


def _known(dim: Any) -> int | None:
    return int(dim.dim_value) if dim.HasField("dim_value") and dim.dim_value >= 0 else None
