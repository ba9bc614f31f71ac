"""A walk through the operations of an ONNX file in order: those that depend on the input become the network."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.networks.files.graph import MAX_NODES, Node
from core.networks.files.onnx_roles import ALIASES, macs_of
from core.networks.files.onnx_shapes import Shapes
from core.networks.files.onnx_uses import uses
from core.networks.files.onnx_values import WHOLE, Values, value_of
from core.networks.files.onnx_windows import window_of

MAX_DEPTH = 16
_STANDARD = ("", "ai.onnx")
_RANDOM = frozenset(
    ["RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli"]
)
# Their weights are counted as those of the whole operation.
_INNER = frozenset(["Loop", "Scan", "SequenceMap"])
_LAYERS = frozenset(["Conv", "Gemm", "MatMul"])
_BRANCHES = ("else_branch", "then_branch")
_KINDS = {"value_float": 1, "value_floats": 1, "value_int": 7, "value_ints": 7}


@dataclass(frozen=True)
class Scope:
    """Names of values as seen by a function or a graph inside an operation.

    Attributes
    ----------
    prefix : str
        Prefix of the names of what is computed here.
    names : dict of str to str
        What these names mean outside.
    parent : Scope or None
        The scope in which other names are looked up.
    attributes : mapping of str to attribute
        Those that a function was called with.
    opsets : mapping of str to int
        Version of each domain.
    depth : int
    """

    prefix: str
    names: dict[str, str]
    parent: Scope | None
    attributes: Mapping[str, Any]
    opsets: Mapping[str, int]
    depth: int = 0

    def find(self, name: str) -> str:
        """Return what a name means."""
        if not name or name in self.names:
            return self.names.get(name, "")
        return self.parent.find(name) if self.parent is not None else name

    def inside(self, name: str) -> Scope:
        """Return the scope of a graph inside an operation, which sees all of this one.

        Raises
        ------
        ValueError
            If graphs are nested too deeply.
        """
        if self.depth >= MAX_DEPTH:
            raise ValueError(f"Graphs of the file lie more than {MAX_DEPTH} deep in one another.")
        return Scope(f"{self.prefix}{name}/", {}, self, self.attributes, self.opsets, self.depth + 1)

    def new(self, name: str) -> str:
        """Name a value that is computed here."""
        self.names[name] = f"{self.prefix}{name}" if name else ""
        return self.names[name]


@dataclass(frozen=True)
class Step:
    """An operation, with names that mean the same everywhere; `domain` is "" for the standard ones."""

    node: Any
    domain: str
    inputs: list[str]
    outputs: list[str]
    attributes: Mapping[str, Any]
    scope: Scope

    @property
    def operation(self) -> str:
        """Return the operation as it is called in its domain."""
        return str(self.node.op_type)

    @property
    def name(self) -> str:
        """Return its own name, or that of its output."""
        return str(self.node.name or (self.node.output[0] if self.node.output else self.operation))


@dataclass
class Walk:
    """The operations of a file that depend on its input.

    Attributes
    ----------
    known : Values
    shapes : Shapes
    functions : mapping of (str, str) to function
        Local functions, by domain and name.
    nodes : list of Node
    notes : list of str
        What a reader should know, as sentences.
    unused : list of (str, int)
        Branches that are not taken, with their parameters.
    steps : int
        Operations so far.
    """

    known: Values
    shapes: Shapes
    functions: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unused: list[tuple[str, int]] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        self._helper: Any = importlib.import_module("onnx.helper")

    def graph(self, graph: Any, scope: Scope) -> None:
        """Walk through a graph, that of the file or one inside an operation."""
        for tensor in graph.initializer:
            self.known.hold(scope.new(tensor.name), tensor)
        for sparse in graph.sparse_initializer:
            self.known.hold_sparse(scope.new(sparse.values.name), sparse)
        for node in graph.node:
            self.node(node, scope)

    def node(self, node: Any, scope: Scope) -> None:
        """Process an operation."""
        self.steps += 1
        if self.steps > MAX_NODES:
            raise ValueError(f"The file has more than {MAX_NODES:,} operations; at most that many are possible.")
        inputs = [scope.find(name) for name in node.input]
        attributes = {}
        for attribute in node.attribute:
            given = scope.attributes.get(attribute.ref_attr_name) if attribute.ref_attr_name else attribute
            if given is not None:
                attributes[attribute.name] = given
        domain = "" if node.domain in _STANDARD else node.domain
        function = self.functions.get((node.domain, node.op_type)) or self.functions.get((domain, node.op_type))
        if function is not None:
            self._call(function, node, inputs, attributes, scope)
        elif node.op_type == "Constant" and not domain:
            self._constant(scope.new(node.output[0]), attributes)
        elif node.op_type == "If" and not domain:
            self._if(node, inputs, attributes, scope)
        else:
            self._step(Step(node, domain, inputs, [scope.new(name) for name in node.output], attributes, scope))

    def _call(self, function: Any, node: Any, inputs: list[str], attributes: Mapping[str, Any], scope: Scope) -> None:
        """Walk through a local function as if it were inlined here."""
        if scope.depth >= MAX_DEPTH:
            raise ValueError(f"Functions of the file call one another more than {MAX_DEPTH} deep.")
        prefix = f"{scope.prefix}{node.name or node.op_type}.{self.steps}/"
        defaults = {attribute.name: attribute for attribute in function.attribute_proto}
        given = dict(zip(function.input, [*inputs, *[""] * len(function.input)], strict=False))
        opsets = {entry.domain: entry.version for entry in function.opset_import} or scope.opsets
        inner = Scope(prefix, given, None, defaults | dict(attributes), opsets, scope.depth + 1)
        for each in function.node:
            self.node(each, inner)
        for outer, name in zip(node.output, function.output, strict=False):
            scope.names[outer] = inner.find(name)

    def _constant(self, name: str, attributes: Mapping[str, Any]) -> None:
        for key, attribute in attributes.items():
            if key == "value":
                return self.known.hold(name, attribute.t, made=True)
            if key == "sparse_value":
                return self.known.hold_sparse(name, attribute.sparse_tensor)
            if key in _KINDS:
                value = self._helper.get_attribute_value(attribute)
                many = key.endswith("s")
                shape, numbers = ([len(value)], list(value)) if many else ([], [value])
                return self.known.hold(name, self._helper.make_tensor(name, _KINDS[key], shape, numbers), made=True)
        return self.known.hold_nothing(name)

    def _if(self, node: Any, inputs: list[str], attributes: Mapping[str, Any], scope: Scope) -> None:
        """Follow the branch that is known to be taken, or else the one with more multiplications."""
        condition = self.known.values.get(inputs[0]) if inputs else None
        wanted = _BRANCHES if condition is None or not condition.size else (_BRANCHES[bool(condition.ravel()[0])],)
        found: list[tuple[list[Node], list[str]]] = []
        for key in wanted:
            held, self.nodes = self.nodes, []
            inner = scope.inside(f"{node.name or 'If'}.{self.steps}.{key}")
            self.graph(attributes[key].g, inner)
            found.append((self.nodes, [inner.find(value.name) for value in attributes[key].g.output]))
            self.nodes = held
        taken = max(found, key=lambda one: sum(step.macs or 0 for step in one[0]))
        for branch in found:
            if branch is not taken:
                self._left_out(branch[0])
        self.nodes += taken[0]
        for outer, name in zip(node.output, taken[1], strict=False):
            scope.names[outer] = name

    def _left_out(self, nodes: Sequence[Node]) -> None:
        names = {name for step in nodes for name in (*step.weights, *step.biases)}
        owners = {owner for name in names for owner in self.known.owners[name]}
        self.notes.append("Which branch of “If” is taken depends on the input; the one that multiplies more is shown.")
        self.unused.append(("the other branch of “If”", sum(self.known.sizes[owner] for owner in owners)))

    def _step(self, step: Step) -> None:
        known, operation = self.known, step.operation
        plain = {name: self._plain(value) for name, value in step.attributes.items()}
        if operation == "CastLike" and step.inputs[0] in known.owners:  # it takes only a number type
            return known.cast_like(step.inputs[0], step.inputs[1], step.outputs[0])
        given = [name for name in step.inputs if name]
        still = all(known.constant(name) for name in given) and operation not in _RANDOM | _INNER
        if still and not step.domain and operation in _LAYERS and len(given) > 1:
            still = not self._starts(given[:2])
        if operation in ("Shape", "Size") and given and None not in known.dims.get(given[0], (None,)):
            return known.size(operation, given[0], step.outputs[0], plain)
        if still and known.folded(operation, step.domain, step.inputs, step.outputs, plain):
            return known.still(operation, step.inputs, step.outputs)
        version = step.scope.opsets.get("", step.scope.opsets.get("ai.onnx", 21))
        self.shapes.learn(step.node, step.domain, step.inputs, step.outputs, step.attributes, version)
        return known.still(operation, step.inputs, step.outputs) if still else self._moves(step, plain)

    def _starts(self, factors: list[str]) -> bool:
        """Treat a grid that a layer is applied to as an input; return whether there is one.

        A layer on the coordinates of a grid, which computes the biases of pairs of positions, is one like any other.
        """
        grids = [name for name in factors if self.known.grid(name)]
        if len(grids) != 1:
            return False
        del self.known.owners[grids[0]]
        return True

    def _moves(self, step: Step, plain: Mapping[str, Any]) -> None:
        """Process an operation that depends on the input, unless it only computes scales, indices, or sizes."""
        known, operation, outputs = self.known, step.operation, step.outputs
        moving = tuple(name for name in step.inputs if name and not known.constant(name))
        used = uses(known, operation, step.domain, step.inputs, moving)
        weights = self._inside(step) if operation in _INNER else used.weights
        shapes = [known.shape(name) for name in step.inputs]
        output = known.shape(outputs[0]) if outputs else ()
        macs = macs_of(operation, step.domain, shapes, output, plain)
        if weights or macs or any(name in known.trained for name in moving):
            known.trained |= set(outputs)
        if operation == "DynamicQuantizeLinear":
            known.scales |= set(outputs[1:])
        elif moving and not weights and all(name in known.scales for name in moving):
            known.scales |= set(outputs)
            return
        if outputs and known.types.get(outputs[0], 1) in WHOLE and not weights and macs == 0:
            return
        node = Node(
            name=step.name,
            operation=operation,
            inputs=moving,
            outputs=tuple(outputs),
            window=window_of(ALIASES.get(operation, (operation,))[0], plain, shapes, output),
            weights=weights,
            biases=used.biases,
            statistics=used.statistics,
            macs=macs,
        )
        known.makers |= dict.fromkeys(outputs, node)
        self.nodes.append(node)

    def _inside(self, step: Step) -> tuple[str, ...]:
        """Return the weights that are used by the graph inside a loop."""
        held, self.nodes = self.nodes, []
        for attribute in step.attributes.values():
            if attribute.HasField("g"):
                inner = step.scope.inside(f"{step.operation}.{self.steps}")
                for value in attribute.g.input:
                    inner.new(value.name)
                self.graph(attribute.g, inner)
        found, self.nodes = self.nodes, held
        return tuple(dict.fromkeys(name for node in found for name in (*node.weights, *node.biases)))

    def _plain(self, attribute: Any) -> Any:
        """Return the value of an attribute: numbers, text, or a small tensor."""
        if attribute.HasField("t"):
            return value_of(attribute.t)
        if attribute.HasField("g") or attribute.graphs or attribute.tensors:
            return None
        value = self._helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return list(value) if hasattr(value, "__len__") and not isinstance(value, str) else value
