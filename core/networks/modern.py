"""Networks with gates, transposed convolutions, and divided channels, as texts."""

from __future__ import annotations

DCGAN = (
    "deconv4-512 bias=0, bn, relu, deconv4-256/2 p1 bias=0, bn, relu, deconv4-128/2 p1 bias=0, bn, relu, "
    "deconv4-64/2 p1 bias=0, bn, relu, deconv4-3/2 p1 bias=0, tanh"
)
# Kernel, expanded width, width, whether it has a gate, activation, stride: MobileNetV3, small (Howard et al. 2019).
_SMALL = (
    (3, 16, 16, True, "relu", 2),
    (3, 72, 24, False, "relu", 2),
    (3, 88, 24, False, "relu", 1),
    (5, 96, 40, True, "hardswish", 2),
    *((5, 240, 40, True, "hardswish", 1),) * 2,
    (5, 120, 48, True, "hardswish", 1),
    (5, 144, 48, True, "hardswish", 1),
    (5, 288, 96, True, "hardswish", 2),
    *((5, 576, 96, True, "hardswish", 1),) * 2,
)
# Expansion, kernel, stride, width, blocks: EfficientNet-B0 (Tan and Le 2019).
_B0 = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)


def _conv(text: str, activation: str = "") -> str:
    """Return a convolution without biases, with batch normalization and maybe an activation behind it."""
    return f"{text} bias=0, bn{f', {activation}' if activation else ''}"


def _gate(width: int, squeezed: int, inner: str = "relu", outer: str = "sigmoid") -> str:
    """Return squeeze and excitation: one factor for each channel."""
    return f"{{* id | gap, conv1-{squeezed}, {inner}, conv1-{width}, {outer}}}"


def unet() -> str:
    """Write a U-Net whose convolutions keep the size: each level goes on beside a skip connection."""

    def twice(width: int) -> str:
        return f"2x(conv3-{width}@same, relu)"

    text = twice(1024)
    for width in (512, 256, 128, 64):
        text = f"{twice(width)}, {{id | pool2, {text}, deconv2-{width}/2}}, {twice(width)}"
    return f"{text}, conv1-2"


def se_resnet50() -> str:
    """Write ResNet-50 with a gate at the end of every block."""
    parts = [_conv("conv7-64/2 p3", "relu"), "pool3/2 p1"]
    for stage, (width, count) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
        for block in range(count):
            step = "/2" if stage and not block else ""
            last = 4 * width
            body = (
                f"{_conv(f'conv1-{width}', 'relu')}, {_conv(f'conv3-{width}{step} p1', 'relu')}, "
                f"{_conv(f'conv1-{last}')}, {_gate(last, last // 16)}"
            )
            parts.append(f"{{+ {body} | {'id' if block else _conv(f'conv1-{last}{step}')}}}, relu")
    return ", ".join([*parts, "gap, fc1000"])


def _inverted(expand: str, depthwise: str, gate: str, project: str, keeps: bool) -> str:
    """Return a block that widens, filters each channel, and narrows, with a shortcut if the shape stays."""
    body = ", ".join(part for part in (expand, depthwise, gate, project) if part)
    return f"{{+ {body} | id}}" if keeps else body


def mobilenet_v3_small() -> str:
    """Write MobileNetV3, small."""
    parts, before = [_conv("conv3-16/2 p1", "hardswish")], 16
    for kernel, wide, width, gated, activation, stride in _SMALL:
        step = "/2" if stride == 2 else ""
        eighth = max(8, (wide // 4 + 4) // 8 * 8)  # the next multiple of 8
        parts.append(
            _inverted(
                _conv(f"conv1-{wide}", activation) if wide != before else "",
                _conv(f"dwconv{kernel}{step} p{kernel // 2}", activation),
                _gate(wide, eighth, outer="hardsigmoid") if gated else "",
                _conv(f"conv1-{width}"),
                stride == 1 and width == before,
            )
        )
        before = width
    return ", ".join([*parts, _conv("conv1-576", "hardswish"), "gap, fc1024, hardswish, dropout0.2, fc1000"])


def efficientnet_b0() -> str:
    """Write EfficientNet-B0: mobile inverted bottlenecks with gates (MBConv)."""
    parts, before = [_conv("conv3-32/2 p1", "silu")], 32
    for expansion, kernel, stride, width, count in _B0:
        for block in range(count):
            step = "/2" if stride == 2 and not block else ""
            wide = expansion * before
            parts.append(
                _inverted(
                    _conv(f"conv1-{wide}", "silu") if expansion > 1 else "",
                    _conv(f"dwconv{kernel}{step} p{kernel // 2}", "silu"),
                    _gate(wide, before // 4, inner="silu"),
                    _conv(f"conv1-{width}"),
                    not step and width == before,
                )
            )
            before = width
    return ", ".join([*parts, _conv("conv1-1280", "silu"), "gap, dropout0.2, fc1000"])


def shufflenet_v2() -> str:
    """Write ShuffleNetV2 1.0x: half of the channels pass by, then the halves are mixed."""
    parts = [_conv("conv3-24/2 p1", "relu"), "pool3/2 p1"]
    for width, count in ((116, 4), (232, 8), (464, 4)):
        half = _conv(f"conv1-{width // 2}", "relu")
        parts.append(f"{{{_conv('dwconv3/2 p1')}, {half} | {half}, {_conv('dwconv3/2 p1')}, {half}}}, channelshuffle2")
        parts.append(f"{count - 1}x({{/ id | {half}, {_conv('dwconv3 p1')}, {half}}}, channelshuffle2)")
    return ", ".join([*parts, _conv("conv1-1024", "relu"), "gap, fc1000"])
