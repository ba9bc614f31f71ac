"""The layers that can be typed: their names, what follows a name, and the bounds of every number."""

from __future__ import annotations

from dataclasses import dataclass

SAME, VALID = "same", "valid"
MAX_KERNEL = 64  # of a square one; others may be longer, with as many positions
MAX_WIDTH = 65_536
MAX_SIDE = 4096
MAX_LENGTH = 1_000_000  # of an input with a height or a width of 1
PAIRS = ("s", "p", "d", "op")  # options that may differ along height and width
# Name of an option in an error, and its bounds.
OPTIONS = {
    "s": ("stride", 1, 64),
    "p": ("padding", 0, 64),
    "d": ("dilation", 1, 64),
    "op": ("output padding", 0, 63),
    "g": ("number of groups", 1, MAX_WIDTH),
    "bias": ("bias switch", 0, 1),
    "ceil": ("rounding switch", 0, 1),
    "scale": ("scale switch", 0, 1),
    "shift": ("shift switch", 0, 1),
    "in": ("number of inputs", 1, 999_999_999),
    "rate": ("rate in thousandths", 1, 999),
    SAME: ("padding", 0, 1),
}
ACTIVATIONS = {
    "relu": ("ReLU", "max(0, x)"),
    "leakyrelu": ("LeakyReLU", "x above 0, 0.01 x below"),
    "prelu": ("PReLU", "like leakyrelu, with a trained slope; prelu64 has one for each channel"),
    "relu6": ("ReLU6", "ReLU up to 6"),
    "elu": ("ELU", "exp(x) − 1 below 0"),
    "selu": ("SELU", "scaled ELU"),
    "gelu": ("GELU", "x times the normal distribution function of x"),
    "silu": ("SiLU", "x times the logistic function of x"),
    "mish": ("Mish", "x tanh(softplus(x))"),
    "hardswish": ("Hardswish", "SiLU in straight lines"),
    "hardsigmoid": ("Hardsigmoid", "logistic function in straight lines"),
    "softplus": ("Softplus", "log(1 + exp(x))"),
    "tanh": ("Tanh", "hyperbolic tangent"),
    "sigmoid": ("Sigmoid", "logistic function"),
    "softmax": ("Softmax", "softmax over the channels"),
    "logsoftmax": ("LogSoftmax", "logarithm of softmax"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Everything that may be written about a layer.

    Attributes
    ----------
    name, example : str
        Its name, and an example of its notation.
    size, width : str
        Names of the numbers after the layer's name; "" if there are none.
    needs_size, needs_width : bool
        Whether these numbers are required.
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


_CONV = ("s", "p", "d", "g", "bias", "in", SAME)
_POOL = ("s", "p", "ceil", SAME)
_ALL = (
    Kind(
        "input",
        "input224x224-3",
        "height x width - channels of the image",
        "image size",
        "number of channels",
        True,
        True,
        max_size=MAX_SIDE,
    ),
    Kind("conv", "conv3-64", "convolution: kernel - filters", "kernel size", "number of filters", True, True, _CONV),
    Kind(
        "dwconv",
        "dwconv3",
        "depthwise convolution: each channel has its own kernel",
        "kernel size",
        "number of filters",
        True,
        False,
        ("s", "p", "d", "bias", SAME),
    ),
    Kind(
        "deconv",
        "deconv4-64/2 p1",
        "transposed convolution: kernel - filters; op1 adds a row and a column",
        "kernel size",
        "number of filters",
        True,
        True,
        ("s", "p", "d", "op", "g", "bias", "in"),
    ),
    Kind("pool", "pool2", "max pooling; the stride defaults to the kernel size", "kernel size", "", True, False, _POOL),
    Kind("avgpool", "avgpool2", "average pooling", "kernel size", "", True, False, _POOL),
    Kind("gap", "gap", "global average pooling: one number per channel"),
    Kind("gmp", "gmp", "global max pooling"),
    Kind("adaptavg", "adaptavg7", "average pooling to a map of this size", "map size", "", True),
    Kind("adaptmax", "adaptmax7", "max pooling to a map of this size", "map size", "", True),
    Kind("up", "up2", "upsampling: repeats rows and columns", "factor", "", True),
    Kind("pixelshuffle", "pixelshuffle2", "makes a map twice as large out of four channels", "factor", "", True),
    Kind("channelshuffle", "channelshuffle2", "mixes groups of channels", "number of groups", "", True),
    Kind("pad", "pad1", "zeros around the map", "padding", "", True),
    Kind(
        "fc",
        "fc10",
        "fully connected layer; flattens what it gets",
        "",
        "number of outputs",
        False,
        True,
        ("bias", "in"),
    ),
    *(
        Kind(name, name, does, width="number of slopes" if name == "prelu" else "")
        for name, (_, does) in ACTIVATIONS.items()
    ),
    Kind("bn", "bn", "batch normalization; scale=0 and shift=0 leave factor and shift out", options=("scale", "shift")),
    Kind("ln", "ln", "layer normalization over the channels of each place"),
    Kind("gn", "gn32", "group normalization: number of groups", "number of groups", "", True),
    Kind("inorm", "inorm", "instance normalization; scale=1 adds a factor and a shift", options=("scale",)),
    Kind("lrn", "lrn5", "local response normalization over neighboring channels", "number of channels"),
    Kind("dropout", "dropout0.5", "drops this part of the numbers in training", options=("rate",)),
    Kind("flatten", "flatten", "flattens a feature map to a vector"),
    Kind("id", "id", "passes on what it gets"),
)
KINDS = {kind.name: kind for kind in _ALL} | {"maxpool": next(kind for kind in _ALL if kind.name == "pool")}
# Other common names, in lower case and without the number of axes.
SYNONYMS = {
    "convolution": "conv",
    "convolutional": "conv",
    "depthwiseconv": "dwconv",
    "depthwise": "dwconv",
    "dwconvolution": "dwconv",
    "convtranspose": "deconv",
    "convt": "deconv",
    "tconv": "deconv",
    "convtransposed": "deconv",
    "upconv": "deconv",
    "transposedconv": "deconv",
    "transposeconv": "deconv",
    "deconvolution": "deconv",
    "maxpooling": "pool",
    "averagepool": "avgpool",
    "averagepooling": "avgpool",
    "avgpooling": "avgpool",
    "globalaveragepooling": "gap",
    "globalavgpool": "gap",
    "globalaveragepool": "gap",
    "globalavgpooling": "gap",
    "globalmaxpooling": "gmp",
    "globalmaxpool": "gmp",
    "adaptiveavgpool": "adaptavg",
    "adaptivemaxpool": "adaptmax",
    "adaptiveaveragepool": "adaptavg",
    "upsample": "up",
    "upsampling": "up",
    "zeropad": "pad",
    "zeropadding": "pad",
    "padding": "pad",
    "dense": "fc",
    "linear": "fc",
    "fullyconnected": "fc",
    "batchnorm": "bn",
    "batchnormalization": "bn",
    "batchnormalisation": "bn",
    "norm": "bn",
    "layernorm": "ln",
    "layernormalization": "ln",
    "groupnorm": "gn",
    "groupnormalization": "gn",
    "instancenorm": "inorm",
    "instancenormalization": "inorm",
    "localresponsenorm": "lrn",
    "leaky": "leakyrelu",
    "lrelu": "leakyrelu",
    "swish": "silu",
    "hswish": "hardswish",
    "hsigmoid": "hardsigmoid",
    "identity": "id",
    "skip": "id",
    "shortcut": "id",
}
# Names of what is written differently here, and how.
ADVICE = {
    "sepconv": "write dwconv3@same, conv1-64 for a separable convolution.",
    "separableconv": "write dwconv3@same, conv1-64 for a separable convolution.",
    "se": "write {* id | gap, conv1-16, relu, conv1-64, sigmoid} for squeeze and excitation of 64 channels.",
    "concat": "write {a | b} for branches that are put together.",
    "add": "write {+ a | b} for branches that are added.",
    "residual": "write {+ a | id} for a shortcut.",
    "shuffle": "write pixelshuffle2 or channelshuffle2.",
    "split": "write {/ a | b} for branches that get a part of the channels each.",
    "lstm": "recurrent layers cannot be typed; bring a file of the network.",
    "gru": "recurrent layers cannot be typed; bring a file of the network.",
    "attention": "attention cannot be typed; bring a file of the network.",
    "embedding": "embeddings cannot be typed; bring a file of the network.",
}
