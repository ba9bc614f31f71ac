"""What passes between the layers of a typed network, what is kept of it, and how windows slide over it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from core.networks.grammar import Layer
from core.networks.layers import SAME
from core.networks.receptive_field import Field, Pair, Window, by
from core.networks.table import Shape


class MisfitError(ValueError):
    """A layer cannot take what it gets.

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
    """What a layer gets and gives.

    Attributes
    ----------
    shape : tuple of int
        (channels, height, width) or (features,).
    store : int
        Number of the memory it lies in; views share it.
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
        """Height and width."""
        return self.shape[1], self.shape[2]


@dataclass(slots=True)
class Ledger:
    """Which memory is kept for the backward pass, each piece counted by the first layer that keeps it."""

    stores: int = 0
    kept: set[int] = field(default_factory=set)
    whole: dict[int, int] = field(default_factory=dict)  # numbers of a piece of which parts are looked at

    def new(self) -> int:
        """Another piece of memory."""
        self.stores += 1
        return self.stores

    def keep(self, store: int, numbers: int) -> int:
        """Keep a piece of memory; numbers that this adds."""
        if store in self.kept:
            return 0
        self.kept.add(store)
        return self.whole.get(store, numbers)


def saved_bytes(each: int, fixed: int = 0, positions: int = 0, statistics: int = 0) -> dict[str, Pair]:
    """Bytes kept: `each` numbers, `positions` (8 bytes) and `statistics` for each image, `fixed` statistics once."""
    more = 8 * positions + 4 * statistics
    return {"saved": (4 * fixed, 4 * each + more), "saved_bf16": (4 * fixed, 2 * each + more)}


def sliding(layer: Layer, *, groups: int = 1) -> Window:
    """The window of a convolution as typed."""
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
    """The window of a pooling as typed: it moves by its own size unless told."""
    window = sliding(layer)
    return window if "s" in dict(layer.options) else replace(window, stride=window.kernel)


def slide(window: Window, shape: Shape) -> Pair:
    """Size of the output, at least 1 x 1."""
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
