"""Work of a training against what torch counts while it trains."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from core.nets.typed import module
from core.networks.trainable import network_text
from core.networks.typed import layer_table
from core.training.cost import training_cost


@pytest.mark.parametrize("net", ["mlp", "small_cnn", "small_inception_homework"])
def test_flops_are_those_that_torch_counts(net) -> None:
    text = network_text(net, width=0.25)
    macs = sum(call.macs for call in layer_table(text=text, size=28, channels=1).calls)
    # With gradients of the images too, which a training leaves out: the work is three times that of the forward pass.
    images = torch.empty(8, 1, 28, 28, device="meta", requires_grad=True)
    network = module(text=text, size=28, channels=1).train()
    with FlopCounterMode(display=False) as counter:
        network(images).sum().backward()
    assert training_cost(macs=macs, batch=8, updates=1).flops == counter.get_total_flops()


def test_the_homework_protocol_is_hours_of_a_core_for_its_network() -> None:
    macs = sum(
        call.macs for call in layer_table(text=network_text("small_inception_homework"), size=28, channels=1).calls
    )
    cost = training_cost(macs=macs, batch=64, updates=10 * 5 * 938)
    assert (cost.updates, cost.images) == (46_900, 3_001_600)
    assert 8 < cost.core_seconds / 3600 < 30  # about 15 core-hours were measured on another machine
    # The small CNN's forward pass has 3.84 million operations.
    small = sum(call.macs for call in layer_table(text=network_text("small_cnn"), size=28, channels=1).calls)
    assert training_cost(macs=small, batch=1, updates=1).flops == pytest.approx(3 * 3.84e6, rel=1e-3)
