"""Controls of the page on convolution as a matrix: the image, the kernel, how it slides, and the networks below."""

from __future__ import annotations

from core.kit.controls import Choice, Control, Slider, Text
from core.labs.convolution.compute.feature_maps import GARMENTS, MAPS
from core.networks.lenet import FULL, ORIGINAL

VIEWS = {"matrix": "Matrix", "im2col": "im2col", "transposed": "Transposed"}

EDGE = "10 10 0 0 0 0\n10 10 0 0 0 0\n10 10 10 0 0 0\n10 10 10 10 0 0\n10 10 10 10 10 0\n10 10 10 10 10 10"
HOMEWORK = "20 15 10 5\n20 15 10 5\n20 15 10 5\n20 15 10 5"
STEPS = "1 2 3 4 5\n6 7 8 9 10\n11 12 13 14 15\n16 17 18 19 20\n21 22 23 24 25"
DOT = "0 0 0 0 0\n0 0 0 0 0\n0 0 9 0 0\n0 0 0 0 0\n0 0 0 0 0"
ONES = "\n".join(["1 1 1 1 1 1 1"] * 7)
SOBEL = "-1 0 1\n-2 0 2\n-1 0 1"
BLUR = "1 2 1\n2 4 2\n1 2 1"
SHARPEN = "0 -1 0\n-1 5 -1\n0 -1 0"
COUNT = "1 2 3\n4 5 6\n7 8 9"
SQUARE = "1 1 1\n1 1 1\n1 1 1"
POSITIONS = 256  # of a 1 x 1 kernel on an 8 x 8 image with 4 rows of padding on each side

CONTROLS: tuple[Control, ...] = (
    Slider(
        name="pos",
        label="Kernel position",
        default=0,
        low=0,
        high=POSITIONS - 1,
        display=lambda pos: f"position {pos + 1}",
        help="Output position being computed. Moving it slides the kernel.",
    ),
    Choice(
        name="view",
        label="Show",
        default="matrix",
        options=VIEWS,
        place="stage",
        help="The matrix (one row per position), im2col (one column per position), or the transposed convolution.",
    ),
    Text(
        name="image",
        label="Image x",
        default=EDGE,
        limit=600,
        examples=(HOMEWORK, STEPS, "1 2; 3 4", "1.5, -2"),
        help="Values separated by spaces, one row per line; at most 8×8.",
    ),
    Text(
        name="kernel",
        label="Kernel w",
        default=SOBEL,
        limit=300,
        examples=(BLUR, SHARPEN, COUNT, "2", "1 0; 0 1"),
        help="Values separated by spaces, one row per line; at most 5×5.",
    ),
    Slider(
        name="stride",
        label="Stride s",
        default=1,
        low=1,
        high=3,
        help="Pixels the kernel moves per step. Raising it shrinks the output.",
    ),
    Slider(
        name="padding",
        label="Padding p",
        default=0,
        low=0,
        high=4,
        help="Rings of zeros around the image. Raising it enlarges the output; (k − 1)/2 keeps the size at stride 1.",
    ),
    Choice(
        name="operation",
        label="Operation",
        default="correlation",
        options={"correlation": "cross-correlation", "convolution": "convolution (rotated)"},
        help="Deep learning calls cross-correlation convolution. Mathematical convolution rotates the "
        "kernel by 180° first.",
    ),
    Choice(
        name="order",
        label="vec( ) order",
        default="row",
        options={"row": "row by row", "column": "column by column"},
        help="How the image is flattened. NumPy and PyTorch go row by row, textbooks column by column.",
    ),
    Text(
        name="c3",
        label="LeNet-5: table of C3",
        default=ORIGINAL,
        limit=200,
        examples=(FULL, "- " * 15 + "012345"),
        place="more",
        help="For each of the 16 C3 maps, its input maps in S2 (0 to 5). Or click the table below.",
    ),
    Choice(
        name="garment",
        label="Trained network: image",
        default="ankle boot",
        options={name: name for name in GARMENTS},
        place="more",
        help="Image fed to the trained network. Or click one below.",
    ),
    Slider(
        name="feature",
        label="Trained network: map",
        default=1,
        low=1,
        high=MAPS,
        place="more",
        help="First-layer map shown. Or click one below.",
    ),
)
