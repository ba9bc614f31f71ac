"""Controls of the Inception page: the filters of a module, how its cost is counted, and a stack of convolutions."""

from __future__ import annotations

from core.kit.controls import Choice, Control, Slider, Text, Toggle
from core.labs.inception.compute.explore import WIDTHS
from core.networks.inception import GOOGLENET

VIEWS = {"module": "Inception module", "designs": "7×7 designs"}
_MODULE = ("view", ("module",))


def show_width(width: float) -> str:
    """Write the width of a reduction."""
    return f"{width:.0f}" if width else "none"


def _filters(name: str, label: str, default: int, high: int, help_: str, low: int = 0) -> Slider:
    return Slider(name=name, label=label, default=default, low=low, high=high, step=16, when=_MODULE, help=help_)


REDUCE = Slider(
    name="reduce",
    label="Reduction width r",
    default=32,
    low=0,
    high=WIDTHS[-1],
    step=WIDTHS[-1],
    also=WIDTHS,
    display=show_width,
    help="Number of 1×1 filters before the 5×5 (or before each 3×3 of the bottlenecks). Raising "
    "it costs more; 0 removes it.",
)

CONTROLS: tuple[Control, ...] = (
    REDUCE,
    Choice(
        name="view",
        label="Show",
        default="module",
        options=VIEWS,
        place="stage",
        help="One Inception module, or small stacks with the receptive field of one 7×7.",
    ),
    Slider(
        name="size",
        label="Height and width",
        default=32,
        low=1,
        high=256,
        help="Side of the input and all feature maps. Doubling it quadruples the operations.",
    ),
    Slider(
        name="channels",
        label="Input channels C",
        default=256,
        low=16,
        high=1024,
        step=16,
        help="Number of input channels. Raising it makes reductions pay off more.",
    ),
    _filters("w1", "1×1 filters", 64, 512, "Number of filters in the plain 1×1 branch.", 16),
    _filters(
        "r3", "1×1 before the 3×3", 64, 512, "Number of 1×1 filters that reduce channels before the 3×3; 0 for none."
    ),
    _filters("w3", "3×3 filters", 128, 512, "Number of 3×3 filters, in both modules.", 16),
    _filters("w5", "5×5 filters", 64, 256, "Number of 5×5 filters, in both modules.", 16),
    _filters("pool_proj", "1×1 after pooling", 64, 512, "Number of 1×1 filters after the max pooling; 0 for none."),
    Text(
        name="stack",
        label="Your stack",
        default="3x3, 5x5",
        limit=200,
        examples=("1x1/2, 3x3/2, 1x1", "2x2, 6x6", "1x7, 7x1", "3x3\n3x3\n3x3\n3x3"),
        when=("view", ("designs",)),
        help="Kernels in order, separated by commas. 1x1/2 outputs half of the C channels; the last layer outputs all.",
    ),
    Choice(
        name="unit",
        label="Count operations as",
        default="mac",
        options={"mac": "MACs", "flop": "FLOPs (2 per MAC)"},
        help="A multiplication and its addition count as one operation or as two.",
    ),
    Toggle(
        name="pooled",
        label="Count the pooling",
        when=_MODULE,
        help="Add nine comparisons per pooling output. They are not multiply-accumulates.",
    ),
    Toggle(name="bias", label="Count biases", help="Add one parameter per filter."),
)

_NAMES = ("size", "channels", "w1", "r3", "w3", "reduce", "w5", "pool_proj")
# Modules worth knowing: those of the homework and of GoogLeNet, as settings of the page.
HOMEWORK = {
    "32×32×256": dict(zip(_NAMES, (32, 256, 128, 128, 192, 32, 96, 64), strict=True)),
    "128×128×512": dict(zip(_NAMES, (128, 512, 64, 64, 128, 64, 64, 512), strict=True)) | {"pooled": True},
}
MODULES = {name: dict(zip(_NAMES, numbers, strict=True)) for name, numbers in GOOGLENET.items()}
