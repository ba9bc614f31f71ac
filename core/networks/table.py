"""The costs of a network, call by call: the rows from which all costs are computed.

It does not matter here whether the rows were traced, typed, read from a file, or precomputed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from core.networks.receptive_field import Field, Pair, Window

Shape = tuple[int, ...]

# Role of a call, by which conventions count.
ROLES = ("convolution", "linear", "attention", "pool", "norm", "activation", "join", "other")
# The textbooks' activations are the outputs of these: the outputs of other layers count with the layer before.
COUNTED = frozenset(["convolution", "linear", "attention", "pool"])
BYTES = {"fp32": 4, "bf16": 2}
MAX_BATCH = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of a layer, for one image.

    Attributes
    ----------
    name : str
        Dotted path, such as "layer1.0.conv1"; a layer that is called twice has two rows with this name.
    kind : str
        Name of its class, such as "Conv2d", or of the operation, such as "Add".
    role : str
        One of `ROLES`.
    input_shape, output_shape : tuple of int
        (channels, height, width) or (features,), without the batch; the largest of several inputs; () if unknown.
    window : Window or None
        Kernel, stride, padding, dilation, and groups of a convolution or pooling.
    weights, biases : int
        Trainable parameters; `biases` are those that a convolution or a linear layer adds, `weights` all others.
    buffers : int
        Running means and variances; these are not parameters.
    shared : bool
        Whether an earlier call uses the same parameters, so that they are counted there.
    macs : int
        Multiply-accumulates of convolutions, linear layers, matrix products and attention.
    field : Field
        The part of the image that a unit of the output sees.
    saved, saved_bf16 : (int, int)
        Bytes that this call is the first to keep for the backward pass: once, and for each image of the batch.
        In bf16, statistics of normalization stay at 4 bytes and positions of maxima at 8.
    text : str
        The layer as it was typed.
    note : str
        A sentence that a reader should know, or nothing.
    training_only : bool
        Whether it is called only in training, like auxiliary classifiers; it counts for memory only.
    """

    name: str
    kind: str
    role: str
    input_shape: Shape
    output_shape: Shape
    window: Window | None = None
    weights: int = 0
    biases: int = 0
    buffers: int = 0
    shared: bool = False
    macs: int = 0
    field: Field = Field()
    saved: Pair = (0, 0)
    saved_bf16: Pair = (0, 0)
    text: str = ""
    note: str = ""
    training_only: bool = False

    @property
    def params(self) -> int:
        """Count trainable parameters, including biases."""
        return self.weights + self.biases

    @property
    def activations(self) -> int:
        """Count the numbers in the output; 0 if its shape is unknown."""
        return prod(self.output_shape) if self.output_shape else 0

    @property
    def other_ops(self) -> int:
        """Count operations that are not multiply-accumulates.

        One for each number that a bias, a sum, a product, or an activation function gives; two for normalization (a
        scale and a shift); a comparison or an addition for each position under the kernel for pooling.
        """
        if self.role == "pool":
            if self.window is not None:
                return prod(self.window.kernel) * self.activations
            return prod(self.input_shape)
        if self.role in ("norm", "activation"):
            return (2 if self.role == "norm" else 1) * self.activations
        if self.role == "join":
            return 0 if self.kind == "Concat" else self.activations
        return self.activations if self.biases else 0

    def saved_bytes(self, *, batch: int = 1, precision: str = "fp32") -> int:
        """Return the bytes kept for the backward pass."""
        fixed, each = self.saved if precision == "fp32" else self.saved_bf16
        return fixed + each * batch


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Sums over a network under a convention, for the whole batch; exact integers.

    Attributes
    ----------
    params, buffers : int
        Independent of the batch; parameters that are used twice are counted once.
    macs, flops, other_ops : int
        flops = 2 macs.
    activations : int
        Numbers in the outputs that the convention counts.
    param_bytes, activation_bytes : int
    by_role : dict of str to (int, int, int)
        Parameters, activations of all rows, and MACs, for each role that occurs.
    """

    params: int
    buffers: int
    macs: int
    flops: int
    other_ops: int
    activations: int
    param_bytes: int
    activation_bytes: int
    by_role: dict[str, tuple[int, int, int]]


@dataclass(frozen=True, kw_only=True)
class LayerTable:
    """All calls of a network in order, for one image.

    Attributes
    ----------
    title : str
    input_shape : (int, int, int)
        Channels, height, width.
    calls : tuple of Call
        Those that only training adds come last.
    unused : tuple of (str, int)
        Parts of the network that a forward pass does not call, with their parameters: the auxiliary classifiers.
    blocks : dict of str to str
        Class of each module that contains others, by its dotted path; "" is the network.
    smallest : int or None
        Side of the smallest square image that works; None if unknown.
    image_saved : bool
        Whether the first layer keeps the image for the backward pass.
    not_trainable : str
        Why it cannot be trained with such images although it accepts them, as a sentence: an auxiliary classifier may
        need larger ones. The rows then report no kept memory.
    source : str
        Origin of the rows: "typed", "traced", "precomputed", or the kind of file.
    uncounted : tuple of str
        Operations that multiply without being counted, so that the sums say "at least".
    opened : tuple of str
        Sizes of the input that a file leaves open for the visitor to choose: "height", "width", and "channels".
    remarks : tuple of str
        Other sentences that a reader should know.
    """

    title: str
    input_shape: tuple[int, int, int]
    calls: tuple[Call, ...]
    unused: tuple[tuple[str, int], ...] = ()
    blocks: dict[str, str]
    smallest: int | None = None
    image_saved: bool = True
    not_trainable: str = ""
    source: str
    uncounted: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def inference(self) -> tuple[Call, ...]:
        """Return the calls of a forward pass without those that training adds."""
        return tuple(call for call in self.calls if not call.training_only)

    @property
    def notes(self) -> tuple[str, ...]:
        """List the warnings of the rows, each sentence once."""
        missing = f"Not counted: {', '.join(self.uncounted)}; MACs are at least those shown." if self.uncounted else ""
        said = (missing, *self.remarks, *(call.note for call in self.calls))
        return tuple(dict.fromkeys(filter(None, said)))


def totals(
    table: LayerTable,
    *,
    batch: int = 1,
    precision: str = "fp32",
    bias: bool = True,
    input_row: bool = True,
    pool_rows: bool = True,
) -> Totals:
    """Sum up a table.

    Parameters
    ----------
    table : LayerTable
    batch : int
        Images at once, 1 to 1,000,000.
    precision : str
        "fp32" or "bf16".
    bias : bool
        Whether biases of convolutions and linear layers count as parameters.
    input_row, pool_rows : bool
        Whether the activations count the image, and the outputs of pooling.

    Raises
    ------
    ValueError
        If `batch` or `precision` is invalid.
    """
    check(batch=batch, precision=precision)
    rows = table.inference
    owners = [call for call in rows if not call.shared]
    params = sum(call.params if bias else call.weights for call in owners)
    counted = COUNTED if pool_rows else COUNTED - {"pool"}
    activations = sum(call.activations for call in rows if call.role in counted)
    activations += prod(table.input_shape) if input_row else 0
    macs = sum(call.macs for call in rows) * batch
    return Totals(
        params=params,
        buffers=sum(call.buffers for call in owners),
        macs=macs,
        flops=2 * macs,
        other_ops=sum(call.other_ops for call in rows) * batch,
        activations=activations * batch,
        param_bytes=params * BYTES[precision],
        activation_bytes=activations * batch * BYTES[precision],
        by_role={
            role: _sums([call for call in rows if call.role == role], bias, batch)
            for role in ROLES
            if any(call.role == role for call in rows)
        },
    )


def _sums(rows: Iterable[Call], bias: bool, batch: int) -> tuple[int, int, int]:
    params = activations = macs = 0
    for call in rows:
        params += 0 if call.shared else call.params if bias else call.weights
        activations += call.activations * batch
        macs += call.macs * batch
    return params, activations, macs


def check(*, batch: int, precision: str) -> None:
    """Raise a ValueError unless both are valid."""
    if not 1 <= batch <= MAX_BATCH:
        raise ValueError(f"`batch` must be in [1, {MAX_BATCH:,}]; got {batch}.")
    if precision not in BYTES:
        raise ValueError(f"`precision` must be one of {', '.join(BYTES)}; got {precision}.")
