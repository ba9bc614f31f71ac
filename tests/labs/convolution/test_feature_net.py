"""The network behind the feature maps: NumPy against torch, the bundled weights, and the training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.data.images import fashion_mnist
from core.labs.convolution.compute.feature_maps import (
    FILE,
    GARMENTS,
    convolve,
    feature_maps,
    first_image,
    net_weights,
    pool,
)
from core.tools.feature_net import FeatureNet, accuracy, train, write


@pytest.fixture
def bundled() -> FeatureNet:
    """The network with the bundled weights."""
    net = FeatureNet()
    with np.load(FILE, allow_pickle=False) as stored:
        net.load_state_dict({name: torch.from_numpy(stored[name.replace(".", "_")]) for name in net.state_dict()})
    return net.double()


@torch.no_grad()
@pytest.mark.parametrize("garment", GARMENTS)
def test_maps_are_those_of_torch(bundled: FeatureNet, garment: str) -> None:
    seen = feature_maps(garment)
    x = torch.from_numpy(seen.image.copy())[None, None]
    sums = bundled.conv1(x)
    maps = functional.relu(sums)
    pooled = functional.max_pool2d(maps, 2)
    second = functional.relu(bundled.conv2(pooled))
    for own, theirs in (
        (seen.sums1, sums),
        (seen.again, sums),
        (seen.maps1, maps),
        (seen.pooled1, pooled),
        (seen.maps2, second),
        (seen.pooled2, functional.max_pool2d(second, 2)),
        (seen.probabilities, bundled(x).softmax(1)),
    ):
        np.testing.assert_allclose(own, theirs[0].numpy(), atol=1e-12)
    assert not seen.maps1.flags.writeable


def test_images_are_the_first_of_their_class() -> None:
    data = fashion_mnist()
    for label, garment in enumerate(GARMENTS):
        first = next(k for k, one in enumerate(data.test_labels) if one == label)
        assert np.array_equal(first_image(garment) * 255, data.test_images[first, 0])
        assert feature_maps(garment).label == label
    with pytest.raises(ValueError, match=r"^`garment` must be one of T-shirt, .*; got hat\.$"):
        feature_maps("hat")


def test_the_bundled_weights_are_as_good_as_they_say(bundled: FeatureNet) -> None:
    net = net_weights()
    assert (net.trained_on, net.tested_on) == (60_000, 10_000)
    assert net.params == sum(value.numel() for value in bundled.parameters()) == 5_386
    # 1000 of the 10,000 test images: four standard errors are 0.04
    assert accuracy(bundled.float(), fashion_mnist()) == pytest.approx(net.accuracy, abs=0.04)
    assert FILE.stat().st_size < 40_000


def test_convolution_and_pooling_by_hand() -> None:
    maps = np.arange(9.0).reshape(1, 3, 3)
    got = convolve(maps, np.array([[[[1.0, 0], [0, 1]]]]), np.array([0.5]))
    assert got.tolist() == [[[4.5, 6.5], [10.5, 12.5]]]
    assert pool(got).tolist() == [[[12.5]]]


def test_training_learns_and_is_the_same_for_the_same_seed(tmp_path) -> None:
    data = fashion_mnist()
    few = replace(data, train_images=data.train_images[:1500], train_labels=data.train_labels[:1500])
    one, other = train(few, epochs=1), train(few, epochs=1)
    assert accuracy(one, few) > 0.3  # after 12 steps; by chance it would be 0.1
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    write(one, few, tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as stored:
        assert float(stored["accuracy"]) == accuracy(one, few)
        assert (int(stored["trained_on"]), int(stored["tested_on"])) == (1500, 1000)
        assert np.array_equal(stored["conv1_weight"], one.conv1.weight.detach().numpy())
