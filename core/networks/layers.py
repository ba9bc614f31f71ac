"""The layers that can be typed: their names, what stands behind a name, and the bounds of every number."""

from __future__ import annotations

from dataclasses import dataclass

SAME = "same"
MAX_KERNEL = 64
MAX_WIDTH = 65_536
MAX_SIDE = 4096
# What an option is called in an error, and its bounds.
OPTIONS = {
    "s": ("stride", 1, 64),
    "p": ("padding", 0, 64),
    "d": ("dilation", 1, 64),
    "g": ("number of groups", 1, MAX_WIDTH),
    "bias": ("bias switch", 0, 1),
    "ceil": ("rounding switch", 0, 1),
    "scale": ("scale switch", 0, 1),
    SAME: ("padding", 0, 1),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be written about a layer.

    Attributes
    ----------
    name, example : str
        Its name, and how it may look.
    size, width : str
        What the numbers behind the name are called, "" if there are none.
    needs_size, needs_width : bool
        Whether these numbers must be there.
    options : tuple of str
        Keys of `OPTIONS`.
    max_size : int
    help : str
        What it does, for a list of the layers.
    """

    name: str
    example: str
    help: str
    size: str = ""
    width: str = ""
    needs_size: bool = False
    needs_width: bool = False
    options: tuple[str, ...] = ()
    max_size: int = MAX_KERNEL


_CONV = ("s", "p", "d", "g", "bias", SAME)
_POOL = ("s", "p", "ceil", SAME)
_ALL = (
    Kind("input", "input224x224-3", "height x width - channels of the image", "image size", "number of channels",
         True, True, max_size=MAX_SIDE),
    Kind("conv", "conv3-64", "convolution: kernel - filters", "kernel size", "number of filters", True, True, _CONV),
    Kind("dwconv", "dwconv3", "depthwise convolution: each channel has its own kernel", "kernel size",
         "number of filters", True, False, ("s", "p", "d", "bias", SAME)),
    Kind("pool", "pool2", "max pooling; moves by its own size unless told", "kernel size", "", True, False, _POOL),
    Kind("avgpool", "avgpool2", "average pooling", "kernel size", "", True, False, _POOL),
    Kind("gap", "gap", "global average pooling: one number per channel"),
    Kind("fc", "fc10", "fully connected layer; flattens what it gets", "", "number of outputs", False, True, ("bias",)),
    Kind("relu", "relu", "max(0, x)"),
    Kind("tanh", "tanh", "hyperbolic tangent"),
    Kind("sigmoid", "sigmoid", "logistic function"),
    Kind("softmax", "softmax", "softmax over the channels"),
    Kind("bn", "bn", "batch normalisation; scale=0 leaves the factor out", options=("scale",)),
    Kind("lrn", "lrn5", "local response normalisation over neighbouring channels", "number of channels"),
    Kind("dropout", "dropout", "drops half of the numbers in training"),
    Kind("flatten", "flatten", "makes one row of numbers of a map"),
    Kind("id", "id", "passes on what it gets"),
)  # fmt: skip
KINDS = {kind.name: kind for kind in _ALL} | {"maxpool": next(kind for kind in _ALL if kind.name == "pool")}
