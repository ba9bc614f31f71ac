"""Parameter counts that others have published, initial weights, and refusals."""

import pytest
import torch
from torch import nn

from core.nets.architectures import build, has_batch_norm, predicted_memory
from core.nets.typed import module
from core.networks.trainable import NETWORKS, network_text
from core.networks.typed import layer_table
from core.training.experiments import Setup
from tests.kernel.nets.small import random_states

CPU = torch.device("cpu")


def parameters(text, channels, bias=True, size=28):
    return sum(p.numel() for p in module(text=text, size=size, channels=channels, bias=bias).parameters())


@pytest.mark.parametrize(
    ("net", "channels", "size", "count"),
    [
        ("logistic", 1, 28, 7_850),
        ("mlp", 1, 28, 118_282),
        ("mlp512", 1, 28, 669_706),
        ("lenet", 1, 28, 61_706),
        ("small_cnn", 1, 28, 24_170),
        ("small_inception", 1, 28, 1_649_386),
        ("small_inception", 3, 28, 1_651_114),
        ("small_inception_homework", 1, 28, 1_265_466),
        ("resnet18_cifar", 3, 32, 11_173_962),
    ],
)
def test_parameters(net, channels, size, count) -> None:
    assert parameters(network_text(net), channels, NETWORKS[net].bias, size) == count


def test_the_small_inception_of_the_paper_has_no_factors() -> None:
    # Table 1 of Zhang et al. 2017 has 1,649,402; 1,712 factors of batch normalization more are in torch's.
    assert parameters(network_text("small_inception"), 3) - 1_712 == 1_649_402
    biased = network_text("small_inception").replace(" bias=0", "")
    assert (parameters(biased, 3), parameters(biased, 1)) == (1_652_826, 1_651_098)


@pytest.mark.parametrize(("width", "count"), [(0.5, 415_122), (0.25, 104_958)])
def test_narrower_inceptions(width, count) -> None:
    text = network_text("small_inception", width=width)
    assert parameters(text.replace(" bias=0", ""), 1) == count
    # A bias for each of the channels that are normalized: half or a quarter of 1,712.
    assert parameters(text, 1) == count - 1_712 * width


def test_widths_classes_and_repeats() -> None:
    assert network_text("small_cnn", width=1e-9, classes=3).count("conv3-4@same") == 3
    assert network_text("small_cnn", width=1e-9, classes=3).endswith("fc3")
    wide = layer_table(text=network_text("resnet18_cifar", width=2.0), size=32, channels=3)
    plain = layer_table(text=network_text("resnet18_cifar"), size=32, channels=3)
    assert [2 * call.output_shape[0] for call in plain.calls[:-1]] == [call.output_shape[0] for call in wide.calls[:-1]]
    with pytest.raises(ValueError, match="`net` must be one of logistic"):
        network_text("vgg")
    with pytest.raises(ValueError, match=r"`width` must be in \(0, 4\]; got 0\."):
        network_text("mlp", width=0)
    with pytest.raises(ValueError, match=r"`classes` must be in \[2, 1000\]; got 1\."):
        network_text("mlp", classes=1)


def test_initial_weights_are_those_of_torch_for_the_seed_and_nothing_else_changes() -> None:
    before = random_states()
    own = build(Setup(text="fc12, relu, fc3", seed=7), (1, 8, 8), 3, CPU)
    assert random_states() == before
    torch.manual_seed(7)
    expected = nn.Sequential(nn.Linear(64, 12), nn.ReLU(), nn.Linear(12, 3))
    for mine, theirs in zip(own.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=0)
    assert own.training and not has_batch_norm(own)
    conv = build(Setup(text="conv3-4, bn, gap, fc3"), (2, 8, 8), 3, CPU)
    assert has_batch_norm(conv)
    assert next(conv.parameters()).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("text", "shape", "sentence"),
    [
        ("fc12", (1, 8, 8), "has outputs of shape 12; the data have 3 classes, so it must have 3 outputs, as fc3 has."),
        ("conv3-3", (1, 8, 8), "has outputs of shape 3 x 6 x 6; the data have 3 classes"),
        ("input9x9-1, fc3", (1, 8, 8), "typed for images of 1 x 9 x 9 .* the data have 1 x 8 x 8."),
        ("fc3", (1, 8, 9), "Networks take square images; these are 8 x 9."),
        ("conv9-3, fc3", (1, 8, 8), "9"),
        ("convolve", (1, 8, 8), "convolve"),
    ],
)
def test_a_network_that_does_not_suit_the_data_is_refused(text, shape, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        build(Setup(text=text), shape, 3, CPU)


def test_memory_of_a_perceptron_counted_by_hand() -> None:
    setup = Setup(text="fc12, relu, fc3", batch=100)
    found = predicted_memory(setup, (1, 8, 8))
    weights = 64 * 12 + 12 + 12 * 3 + 3
    assert (found.weights, found.gradients, found.optimizer) == (4 * weights,) * 3
    # Kept: what each linear layer multiplies; the output of the ReLU is what the second one does.
    assert found.saved + found.image == 4 * 100 * (64 + 12)
    parts = predicted_memory(Setup(text="fc12, relu, fc3", batch=100, micro_batch=10, optimizer="adam"), (1, 8, 8))
    assert parts.saved + parts.image == 4 * 10 * (64 + 12) and parts.optimizer == 8 * weights
    assert predicted_memory(Setup(text="fc3", momentum=0.0), (1, 8, 8)).optimizer == 0


def test_the_homework_runs_out_of_memory_where_it_did() -> None:
    # 8192 x 96 x 13 x 13 x 4 bytes: the tensor that could not be had; the first one, 96 x 26 x 26, is four times that.
    table = layer_table(text=network_text("small_inception_homework"), size=28, channels=1)
    assert any(call.output_shape == (96, 13, 13) and call.activations * 8192 * 4 == 531_628_032 for call in table.calls)
    setup = Setup(text=network_text("small_inception_homework"), batch=8192)
    assert predicted_memory(setup, (1, 28, 28)).largest == 8192 * 96 * 26 * 26 * 4
