"""Networks from papers and from the course, as texts."""

from __future__ import annotations

from dataclasses import dataclass

from core.networks.inception import GOOGLENET, compare
from core.networks.modern import DCGAN, efficientnet_b0, mobilenet_v3_small, se_resnet50, shufflenet_v2, unet
from core.networks.table import LayerTable
from core.networks.typed import layer_table


@dataclass(frozen=True, kw_only=True)
class Network:
    """A typed network and its usual input.

    Attributes
    ----------
    title, text, note : str
        `note` says, in sentences, where it comes from and what to watch out for.
    size, channels : int
        Side and channels of the image.
    bias : bool
        Whether convolutions and linear layers have biases unless the text says otherwise.
    """

    title: str
    text: str
    note: str
    size: int = 224
    channels: int = 3
    bias: bool = True


def _vgg(last: int) -> str:
    return (
        f"2x conv3-64@same, pool2, 2x conv3-128@same, pool2, {last}x conv3-256@same, pool2, "
        f"2x({last}x conv3-512@same, pool2), fc4096, fc4096, fc1000"
    )


def _googlenet() -> str:
    """Write GoogLeNet with true 5 x 5 convolutions, as in the paper, and pooling as in torchvision."""
    parts = ["conv7-64/2 p3", "pool3/2 ceil=1", "conv1-64", "conv3-192@same", "pool3/2 ceil=1"]
    for name, (size, channels, w1, r3, w3, r5, w5, pool_proj) in GOOGLENET.items():
        module = compare(size=size, channels=channels, w1=w1, r3=r3, w3=w3, r5=r5, w5=w5, pool_proj=pool_proj)
        parts.append(module.reduced.text)
        parts += {"3b": ["pool3/2 ceil=1"], "4e": ["pool2 ceil=1"]}.get(name, [])
    return ", ".join(_normed(part) for part in parts) + ", gap, dropout, fc1000"


def _normed(text: str, bias: str = " bias=0", norm: str = "bn") -> str:
    """Return the text with batch normalization and ReLU after every convolution."""
    parts = [part.strip() for part in text.replace("{", "{,").replace("}", ",}").replace("|", ",|,").split(",")]
    full = [f"{part}{bias}, {norm}, relu" if part.startswith("conv") else part for part in parts]
    joined = ", ".join(full)
    return joined.replace("{, ", "{").replace(", }", "}").replace(", |, ", " | ")


def _basic_block(width: int, stride: int) -> str:
    """Write two 3 x 3 convolutions and a shortcut, which is projected where the shape changes."""
    step = f"/{stride}" if stride > 1 else ""
    shortcut = f"conv1-{width}{step} bias=0, bn" if stride > 1 else "id"
    first = f"conv3-{width}{step} p1 bias=0, bn, relu"
    return f"{{+ {first}, conv3-{width}@same bias=0, bn | {shortcut}}}, relu"


def _resnet18(stem: str, classes: int) -> str:
    stages = [f"2x({_basic_block(64, 1)})"]
    stages += [f"{_basic_block(width, 2)}, {_basic_block(width, 1)}" for width in (128, 256, 512)]
    return f"{stem}, {', '.join(stages)}, gap, fc{classes}"


# Filters (1x1, 3x3) of the small Inception's modules; "down" is a downsampling module.
_SMALL = ((32, 32), (32, 48), "down", (112, 48), (96, 64), (80, 80), (48, 96), "down", (176, 160), (176, 160))


def _small_inception(first: str, down: tuple[int, int], reduced: bool, bias: str, norm: str, dropout: str) -> str:
    parts, downs = [first], list(down)
    for unit in _SMALL:
        if isinstance(unit, str):
            parts.append(f"{{conv3-{downs.pop(0)}/2 p1 | pool3/2 p1}}")
        else:
            before = f"conv1-{unit[1]}, " if reduced else ""
            parts.append(f"{{conv1-{unit[0]} | {before}conv3-{unit[1]}@same}}")
    return ", ".join(_normed(part, bias, norm) for part in parts) + f", gap, {dropout}fc10"


PRESETS = {
    "lenet5": Network(
        title="LeNet-5, modern",
        text="conv5-6, pool2, conv5-16, pool2, conv5-120, fc84, fc10",
        note="With a full third layer and plain pooling: 61,706 parameters. The published one has 60,000.",
        size=32,
        channels=1,
    ),
    "alexnet": Network(
        title="AlexNet",
        text="conv11-64/4 p2, pool3/2, conv5-192 p2, pool3/2, conv3-384 p1, conv3-256 p1, conv3-256 p1, pool3/2, "
        "fc4096, fc4096, fc1000",
        note="As in torchvision (one tower, 2014), not the two towers of 2012.",
    ),
    "vgg16": Network(
        title="VGG16",
        text=_vgg(3),
        note="Simonyan & Zisserman 2015, configuration D. Many tables of it omit the biases.",
    ),
    "vgg19": Network(
        title="VGG19",
        text=_vgg(4),
        note="Simonyan & Zisserman 2015, configuration E. Many tables of it omit the biases.",
    ),
    "googlenet": Network(
        title="GoogLeNet with 5x5",
        text=_googlenet(),
        note="Szegedy et al. 2015 with batch normalization. torchvision has 3x3 convolutions where "
        "the paper has 5x5, and therefore fewer parameters and operations.",
    ),
    "resnet18": Network(
        title="ResNet-18",
        text=_resnet18("conv7-64/2 p3 bias=0, bn, relu, pool3/2 p1", 1000),
        note="He et al. 2016, for images of 224 x 224.",
    ),
    "resnet18_cifar": Network(
        title="ResNet-18 for CIFAR-10",
        text=_resnet18("conv3-64 p1 bias=0, bn, relu", 10),
        note="The first convolution is 3x3 without stride, and no pooling follows it.",
        size=32,
    ),
    "small_inception": Network(
        title="Small Inception",
        text=_small_inception("conv3-96@same", (80, 96), False, " bias=0", "bn scale=0", ""),
        note="Zhang et al. 2017, figure 3. The published 1,649,402 parameters are with RGB images, "
        "without biases of the convolutions and without scales of the normalization.",
        size=28,
    ),
    "small_inception_homework": Network(
        title="Small Inception (variant)",
        text=_small_inception("conv3-96", (80, 144), True, "", "bn", "dropout, "),
        note="Differs from the paper: a 1x1 precedes each 3x3, the first convolution has no padding, "
        "and the second downsampling has 144 filters.",
        size=28,
        channels=1,
    ),
    "unet": Network(
        title="U-Net",
        text=unet(),
        note="Ronneberger et al. 2015, with convolutions that keep the size, so that nothing needs to be cropped.",
        size=256,
        channels=1,
    ),
    "dcgan": Network(
        title="DCGAN generator",
        text=DCGAN,
        note="Radford et al. 2016, as in PyTorch's tutorial: 100 random numbers become an image of 64 x 64.",
        size=1,
        channels=100,
    ),
    "se_resnet50": Network(
        title="SE-ResNet-50",
        text=se_resnet50(),
        note="Hu et al. 2018: a gate in every block, about a tenth more parameters and hardly any operations.",
    ),
    "efficientnet_b0": Network(
        title="EfficientNet-B0",
        text=efficientnet_b0(),
        note="Tan & Le 2019: MBConv blocks, which widen, filter each channel, gate, and narrow.",
    ),
    "mobilenet_v3_small": Network(
        title="MobileNetV3 small",
        text=mobilenet_v3_small(),
        note="Howard et al. 2019. Its last two layers hold more than half of the parameters.",
    ),
    "shufflenet_v2": Network(
        title="ShuffleNetV2 1.0x",
        text=shufflenet_v2(),
        note="Ma et al. 2018: half of the channels pass each block unchanged.",
    ),
    "homework_256": Network(
        title="CNN for 256×256",
        text="conv3-128 p1, conv5-64/2 p2, conv7-128/2, pool2, conv7-64, conv7-128, fc41472, fc10",
        note="The first fully connected layer is as wide as the flattened map: 18 × 18 × 128 = 41,472.",
        size=256,
    ),
    "homework_386": Network(
        title="CNN for 386×386",
        text="conv3-64, pool3, conv3-256, conv1-512, pool3, fc2048, fc1000",
        note="No padding and no biases.",
        size=386,
        bias=False,
    ),
    "mlp": Network(
        title="Perceptron 1200-500-750-25",
        text="fc500, tanh, fc750, tanh, fc25, tanh",
        note="Three weight matrices, no biases.",
        size=1,
        channels=1200,
        bias=False,
    ),
    "linear_bn": Network(
        title="Linear and batch norm",
        text="fc30 bias=0, bn",
        note="A bias before batch normalization has no effect: 600 weights, 30 scales, 30 shifts. "
        "With bias=1 there are 690 parameters, 30 of them without effect.",
        size=1,
        channels=20,
    ),
}


def preset_table(*, net: str, size: int | None = None, bias: bool | None = None) -> LayerTable:
    """Return the rows of a preset, with its own size and biases by default.

    Raises
    ------
    ValueError
        If there is no such preset, or it does not accept images of that size.
    """
    if net not in PRESETS:
        raise ValueError(f"`net` must be one of {', '.join(PRESETS)}; got {net[:40]}.")
    preset = PRESETS[net]
    return layer_table(
        text=preset.text,
        size=preset.size if size is None else size,
        channels=preset.channels,
        bias=preset.bias if bias is None else bias,
        title=preset.title,
    )
