"""Controls of the page on shapes and cost: a network, its image, what is counted, and what is left blank."""

from __future__ import annotations

import math

from core.kit.brought import File
from core.kit.controls import Choice, Control, LogSlider, Seed, Slider, Text, Toggle
from core.kit.packed import from_link, to_link
from core.labs.cnn_cost.compute.models import MODEL, native_sizes
from core.labs.cnn_cost.compute.slips import COLUMNS
from core.labs.cnn_cost.compute.uploads import MAX_GRAPH, read_network
from core.networks.grammar import MAX_TEXT
from core.networks.memory import OPTIMIZERS
from core.networks.parser import MAX_LAYERS
from core.networks.presets import PRESETS

KNOWN = {name: preset.title for name, preset in PRESETS.items()} | {
    f"{MODEL}{name}": f"{name} (torchvision)" for name in native_sizes()
}
NETWORKS = {"text": "Your own text", "upload": "Your own file"} | KNOWN
VIEWS = {"costs": "Layer by layer", "blocks": "Blocks", "compare": "Two networks"}
HEADS = {"side": "output side", "activations": "activations", "params": "parameters", "macs": "MACs"}
BLANKS = {"none": "Nothing", "some": "Eight cells"} | {column: f"All {HEADS[column]}" for column in COLUMNS}
EXAMPLE = "conv3-32@same, pool2\n{conv1-16 | conv1-16, conv3-32@same | pool3/1 p1}  # branches\ngap, fc10"
_TYPED, _FILE = ("net", ("text",)), ("net", ("upload",))


def show_size(side: int) -> str:
    """Write the size of an image; 0 is that of the network."""
    return f"{side} × {side}" if side else "native size"


NETWORK: tuple[Control, ...] = (
    Choice(
        name="net",
        label="Network",
        default="vgg16",
        options=NETWORKS,
        help="Published networks, torchvision classifiers, your own text, or your own file. Type to search.",
    ),
    Text(
        name="text",
        label="Your network",
        default=EXAMPLE,
        limit=MAX_TEXT,
        pack=to_link,
        unpack=from_link,
        when=_TYPED,
        examples=("input28x28-1, 2x(conv3-8, relu), fc10", "conv7-64/2 p3, {+ conv3-64@same | id}, gap", "covn3-64"),
        help="Layers, or lines of PyTorch or Keras: conv3-64 is a 3×3 convolution with 64 filters, "
        "@same keeps the size, /2 sets the stride. Ctrl+Enter applies it.",
    ),
    File(
        name="upload",
        label="Your file",
        read=read_network,
        limit=MAX_GRAPH // 2**20,
        when=_FILE,
        help="ONNX, PT2 (torch.export), Keras, or safetensors file, or a config.json. No code in it runs.",
    ),
    Slider(
        name="size",
        label="Image size",
        default=0,
        low=0,
        high=1024,
        step=32,
        also=(1, 8, 16, 28, 33, 48, 63, 80, 112, 227, 240, 299, 336, 386, 518),
        display=show_size,
        help="Side of the input in pixels. Doubling it roughly quadruples activations and operations.",
    ),
    Slider(
        name="height",
        label="Image height",
        default=0,
        low=0,
        high=1024,
        step=16,
        display=lambda rows: f"{rows}" if rows else "as wide",
        when=_FILE,
        help="Where the file leaves it open; networks that read lines of text want 32 or 48.",
    ),
    Slider(
        name="channels",
        label="Image channels",
        default=3,
        low=1,
        high=16,
        when=("net", ("text", "upload")),
        help="Input channels: 3 for color, 1 for grayscale. An input layer such as input32x32-1 overrides it.",
    ),
    Choice(
        name="beside",
        label="Compare with",
        default="resnet18",
        options=KNOWN,
        when=("view", ("compare",)),
        help="Second network, at its native input size.",
    ),
)

VIEW: tuple[Control, ...] = (
    Choice(
        name="view",
        label="Show",
        default="costs",
        options=VIEWS,
        place="stage",
        help="Costs layer by layer, blocks, or two networks compared.",
    ),
    Toggle(
        name="every",
        label="All operations",
        place="stage",
        help="Also list normalization, activations, and additions, which many tables omit.",
    ),
    Toggle(
        name="collapse",
        label="Collapse repeats",
        place="stage",
        help="Merge identical consecutive blocks into one row with a count. Totals include all.",
    ),
)

CONVENTIONS: tuple[Control, ...] = (
    Toggle(
        name="bias",
        label="Count biases",
        default=True,
        help="Include biases in the parameter counts. Many published tables omit them.",
    ),
    Choice(
        name="unit",
        label="Operations",
        default="macs",
        options={"macs": "MACs", "flops": "FLOPs = 2 MACs"},
        help="A MAC is one multiplication and one addition, or 2 FLOPs. Many papers write FLOPs but mean MACs.",
    ),
    Toggle(
        name="input_row", label="Count the image", default=True, help="Include the input image in the activation total."
    ),
    Toggle(
        name="pool_rows",
        label="Count pooling outputs",
        default=True,
        help="Include pooling outputs in the activation total.",
    ),
)

TRAINING: tuple[Control, ...] = (
    LogSlider(
        name="batch",
        label="Batch size",
        default=32,
        low=1,
        high=8192,
        per_decade=1 / math.log10(2),
        display=lambda batch: f"{batch:,}",
        place="more",
        help="Images per training step. Memory grows with it; parameters do not.",
    ),
    Choice(
        name="optimizer",
        label="Optimizer",
        default="SGD with momentum",
        options={name: name for name in OPTIMIZERS},
        place="more",
        help="Extra numbers stored per parameter: none for SGD, one with momentum, two for Adam.",
    ),
    Choice(
        name="precision",
        label="Precision",
        default="fp32",
        options={"fp32": "32 bit", "bf16": "16 bit (bf16)"},
        place="more",
        help="bf16 halves activation memory; the optimizer keeps a 32-bit copy of the weights.",
    ),
)

FILL: tuple[Control, ...] = (
    Choice(
        name="blank",
        label="Leave blank",
        default="none",
        options=BLANKS,
        help="Hide table cells for you to fill in. Answers are checked and mistakes explained.",
    ),
    Seed(help="Chooses which cells are hidden."),
)

LAYER = Slider(
    name="layer",
    label="Layer",
    default=8,
    low=0,
    high=MAX_LAYERS,
    display=str,
    help="Position in the network; 0 is the input image.",
)

CONTROLS: tuple[Control, ...] = (LAYER, *NETWORK, *VIEW, *CONVENTIONS, *FILL, *TRAINING)
