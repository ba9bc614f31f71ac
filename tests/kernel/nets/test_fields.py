"""Receptive fields against gradients: the input positions that reach a unit when all weights are positive."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn
from torchvision import models
from torchvision.ops import SqueezeExcitation

from core.nets.cost import trace
from core.nets.models import build
from core.nets.typed import module
from core.networks.typed import ShapeError, layer_table

# Last feature map, and the widths of its receptive field and of its step, as published or found by hand.
LAST = {
    "resnet18": ("layer4", 435),
    "googlenet": ("inception5b", 379),
    "alexnet": ("features", 195),
    "squeezenet1_1": ("features", None),
    "vgg16": ("features", 212),
    "vgg19": ("features", 268),
    "resnet50": ("layer4", 427),
    "resnet152": ("layer4", 1451),
    "inception_v3": ("Mixed_7c", 1311),
    "densenet121": ("features.denseblock4", None),
    "mobilenet_v2": ("features", None),
    "mnasnet0_5": ("layers", None),
    "shufflenet_v2_x0_5": ("conv5", None),
    "efficientnet_b0": ("features", 851),
    "regnet_y_400mf": ("trunk_output", None),
}
QUICK = ("resnet18", "alexnet", "squeezenet1_1")


def made_positive(model):
    """Every weight positive, and every maximum a mean, so that nothing cancels and nothing is left out."""
    for block in list(model.modules()):
        for name, child in list(block.named_children()):
            if isinstance(child, nn.MaxPool2d):
                pool = nn.AvgPool2d(child.kernel_size, child.stride, child.padding, ceil_mode=child.ceil_mode)
                setattr(block, name, pool)
            if isinstance(child, SqueezeExcitation):  # a gate that sees everything
                setattr(block, name, nn.Identity())
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.constant_(layer.weight, 1 / layer.weight[0].numel())
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model.double().eval()


def seen(unit, image):
    """First and last row and column of the image that have a part in a unit."""
    (gradient,) = torch.autograd.grad(unit.sum(), image)
    touched = gradient[0].abs().sum(dim=0) > 0
    return [(int(line.min()), int(line.max())) for axis in (1, 0) for line in [touched.any(dim=axis).nonzero()]]


@pytest.mark.parametrize("net", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.nightly]) for n in LAST])
def test_fields_of_models_are_what_gradients_reach(net) -> None:
    path, published = LAST[net]
    # Height and width are independent, so that a thin image will do.
    wide = 64 * -(-(published or 2100) * 11 // 640) + 64
    shape = (3, 128, wide)
    with_aux = {"aux_logits": False, "init_weights": False} if net in ("googlenet", "inception_v3") else {}
    table = trace(build(net, 224, **({"aux_logits": False} if with_aux else {})), shape=shape, memory=False)
    field = [call.field for call in table.calls if call.name.startswith(path) and call.field.size][-1]
    assert published is None or field.size == (published, published)
    model = made_positive(models.get_model(net, weights=None, **with_aux))
    features = {}
    model.get_submodule(path).register_forward_hook(lambda module, args, output: features.update(last=output))
    # So small that no ReLU6 is at its upper end, where no gradient passes.
    image = torch.full((1, *shape), 1e-3, dtype=torch.float64, requires_grad=True)
    model(image)
    column = features["last"].shape[3] // 2
    first, last = (field.jump[1] * column + end for end in (field.low[1], field.high[1]))
    assert first >= 0 and last < wide
    assert seen(features["last"][0, :, 0, column], image)[1] == (first, last)


LAYERS = st.sampled_from(
    [
        "conv3-2",
        "conv2x3-2@same",
        "conv5-2/2 p2",
        "conv3-4 d=2 g=2",
        "dwconv3@same",
        "pool2",
        "pool3/2 p1 ceil=1",
        "avgpool3/1",
    ]
    + [
        "bn",
        "lrn3",
        "relu",
        "tanh",
        "{conv1-2 | conv3-2@same}",
        "{+ conv1x3-2@same | conv3x1-2@same}",
        "2x conv4-2@same",
    ]
)


@given(st.lists(LAYERS, min_size=1, max_size=6), st.integers(0, 3))
def test_fields_of_typed_networks_are_what_gradients_reach(layers, away) -> None:
    text, size = ", ".join(layers), 41
    try:
        table = layer_table(text=text, size=size, channels=2)
    except ShapeError:
        assume(False)
    last = table.calls[-1]
    assume(last.field.size is not None)
    unit = [min(side // 2 + away, side - 1) for side in last.output_shape[1:]]
    ends = [
        (
            last.field.jump[axis] * unit[axis] + last.field.low[axis],
            last.field.jump[axis] * unit[axis] + last.field.high[axis],
        )
        for axis in (0, 1)
    ]
    assume(all(low >= 0 and high < size for low, high in ends))
    model = made_positive(module(text=text, size=size, channels=2, device="cpu"))
    image = torch.ones(1, 2, size, size, dtype=torch.float64, requires_grad=True)
    assert seen(model(image)[0, :, unit[0], unit[1]], image) == ends
