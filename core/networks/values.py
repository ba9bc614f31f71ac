"""Values between the layers of a typed network, the memory kept of them, and the windows that slide over them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from core.networks.grammar import Layer
from core.networks.layers import SAME
from core.networks.receptive_field import Field, Pair, Window, by
from core.networks.table import Shape


class MisfitError(ValueError):
    """A layer cannot take its input.

    Attributes
    ----------
    small : bool
        Whether that is because the map is too small.
    """

    def __init__(self, problem: str, small: bool = False) -> None:
        super().__init__(problem)
        self.small = small


@dataclass(frozen=True, slots=True)
class Value:
    """The input or output of a layer.

    Attributes
    ----------
    shape : tuple of int
        (channels, height, width) or (features,).
    store : int
        Number of the memory block that it is in; views share it.
    field : Field
    trained : bool
        Whether something with parameters comes before, so that a gradient passes.
    """

    shape: Shape
    store: int = 0
    field: Field = Field()
    trained: bool = False

    @property
    def map_size(self) -> Pair:
        """Return height and width."""
        return self.shape[1], self.shape[2]


@dataclass(slots=True)
class Ledger:
    """The memory kept for the backward pass, each block counted by the first layer that keeps it."""

    stores: int = 0
    kept: set[int] = field(default_factory=set)
    whole: dict[int, int] = field(default_factory=dict)  # numbers in a block of which only parts are viewed

    def new(self) -> int:
        """Return a new block of memory."""
        self.stores += 1
        return self.stores

    def keep(self, store: int, numbers: int) -> int:
        """Keep a block of memory; return how many numbers this adds."""
        if store in self.kept:
            return 0
        self.kept.add(store)
        return self.whole.get(store, numbers)


def saved_bytes(each: int, fixed: int = 0, positions: int = 0, statistics: int = 0) -> dict[str, Pair]:
    """Return the bytes kept: `each` number, `positions` (8 bytes), and `statistics` per image, `fixed` ones once."""
    more = 8 * positions + 4 * statistics
    return {"saved": (4 * fixed, 4 * each + more), "saved_bf16": (4 * fixed, 2 * each + more)}


def sliding(layer: Layer, *, groups: int = 1) -> Window:
    """Return the window of a convolution as typed."""
    assert layer.size is not None
    kernel, dilation, padding = layer.size, layer.pair("d", 1), layer.pair("p")
    reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    total = reach if layer.option(SAME) else [2 * rows for rows in padding]
    # An odd total adds its extra row or column at the end.
    before = [rows // 2 for rows in total]
    return Window(
        kernel=kernel,
        stride=layer.pair("s", 1),
        padding=(before[0], total[0] - before[0], before[1], total[1] - before[1]),
        dilation=dilation,
        groups=groups,
        ceil=bool(layer.option("ceil")),
    )


def pool_window(layer: Layer) -> Window:
    """Return the window of a pooling as typed: it moves by its own size by default."""
    window = sliding(layer)
    return window if "s" in dict(layer.options) else replace(window, stride=window.kernel)


def slide(window: Window, shape: Shape) -> Pair:
    """Return the size of the output, at least 1 x 1."""
    size = shape[1], shape[2]
    output = window.output(size)
    if min(output) < 1:
        reach, padded = (window.reach(0), window.reach(1)), window.padded(size)
        what = "input" if padded == size else "padded input"
        raise MisfitError(
            f"Kernel ({by(reach)}) larger than {what} ({by(padded)}); input here is ({', '.join(map(str, shape))}).",
            small=True,
        )
    return output
