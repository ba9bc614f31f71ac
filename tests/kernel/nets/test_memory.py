"""Memory reported for the backward pass against that of a real run on the processor."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision import models

from core.nets.cost import trace, trace_model
from core.nets.memory import train
from core.nets.models import build, names, size_step
from core.networks.memory import training_memory

SAMPLE = {"resnet18": 64, "googlenet": 64, "vit_b_32": 64, "swin_v2_t": 64, "mobilenet_v3_small": 32}
# At these sizes every model runs, and none needs much memory; MaxViT knows one size.
SIZES = {name: max(size_step(name), {"inception_v3": 299, "alexnet": 96}.get(name, 64)) for name in names()} | SAMPLE
TOO_LARGE = ("regnet_y_128gf", "vit_h_14")


def really_kept(model, image):
    """Bytes and pieces of memory that autograd keeps in a real forward pass."""
    own = {tensor.untyped_storage().data_ptr() for tensor in [*model.parameters(), *model.buffers()]}
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = tensor  # held, so that no address is used twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(image)
    return sum(tensor.untyped_storage().nbytes() for tensor in kept.values()), len(kept)


def real(name, size):
    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    options |= {"image_size": size} if name.startswith("vit") else {}
    torch.manual_seed(0)
    return models.get_model(name, weights=None, **options).train()


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in SAMPLE else [pytest.mark.nightly]) for n in names() if n not in TOO_LARGE]
)
def test_kept_bytes_are_those_of_a_real_run(name) -> None:
    size = SIZES[name]
    table = trace_model(net=name, size=size)
    model = real(name, size)
    for batch in (2, 3) if name in SAMPLE else (2,):
        expected, pieces = really_kept(model, torch.zeros(batch, 3, size, size))
        assert sum(call.saved_bytes(batch=batch) for call in table.calls) == expected
        assert training_memory(table, batch=batch).saved == expected
    assert train(build(name, size), (3, size, size)).tensors == pieces


@pytest.mark.parametrize("name", ["resnet18", "vit_b_32"])
def test_kept_bytes_in_bf16_with_normalisation_in_fp32(name) -> None:
    size = SAMPLE[name]
    model = real(name, size).bfloat16()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm):
            module.float()
    expected, _ = really_kept(model, torch.zeros(2, 3, size, size, dtype=torch.bfloat16))
    assert training_memory(trace_model(net=name, size=size), batch=2, precision="bf16").saved == expected


def test_published_bytes_of_resnet18() -> None:
    keeper = train(build("resnet18", 224), (3, 224, 224), batch=2)
    assert keeper.tensors == 81 and keeper.image_kept
    assert training_memory(trace_model(net="resnet18"), batch=2).saved == 44_398_080


def test_rows_tell_who_keeps_what() -> None:
    calls = {call.name: call for call in trace_model(net="resnet18").calls}
    maps = 64 * 112 * 112 * 4
    assert calls["conv1"].saved == (0, 3 * 224 * 224 * 4)
    assert calls["bn1"].saved == (2 * 64 * 4, maps)
    assert calls["relu"].saved == (0, maps)
    # The input of the pool is the output of the ReLU, which is kept already; positions of maxima take 8 bytes.
    assert calls["maxpool"].saved == calls["maxpool"].saved_bf16 == (0, 64 * 56 * 56 * 8)
    assert calls["layer1.0.conv1"].saved == (0, 64 * 56 * 56 * 4)
    assert calls["layer1.0.add"].saved == calls["avgpool"].saved == (0, 0)


class Shared(nn.Module):
    """Attention with a mask is taken apart, and kept piece by piece."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 1)
        self.frozen = nn.Conv2d(4, 4, 1).requires_grad_(False)

    def forward(self, x):
        tokens = self.frozen(self.first(x)).flatten(2).transpose(1, 2).unsqueeze(1)
        mask = torch.ones(tokens.shape[2], tokens.shape[2], dtype=torch.bool, device=x.device)
        return nn.functional.scaled_dot_product_attention(tokens, tokens, tokens, attn_mask=mask).sum(dim=1)


def test_attention_with_a_mask() -> None:
    with torch.device("meta"):
        model = Shared().eval()
    table = trace(model, shape=(3, 4, 4))
    attention = next(call for call in table.calls if call.kind == "Attention")
    assert attention.macs == 16 * 16 * (4 + 4) and attention.saved[1] > 0


def test_an_image_too_small_for_training_alone() -> None:
    table = trace_model(net="inception_v3", size=90)
    reason = (
        r"^Training is not possible at this size: AuxLogits \(InceptionAux\) cannot take its input \(768, 3, 3\): .*\.$"
    )
    with pytest.raises(ValueError, match=reason):
        training_memory(table)
    assert table.inference == table.calls and not any(call.saved[1] for call in table.calls)
    assert trace_model(net="inception_v3").not_trainable == ""


def test_training_leaves_the_mode_as_it_was() -> None:
    model = build("alexnet", 64)
    train(model, (3, 64, 64))
    assert not model.training
    with pytest.raises(ValueError, match="cannot take its input"):
        train(model, (3, 16, 16))
    assert not model.training
