"""Train the small network whose feature maps are shown: run `python -m core.tools.feature_net` (about a minute)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from core.data.image_sources import available, find
from core.data.images import Bytes, Images, read_folder
from core.labs.convolution.compute.feature_maps import FILE

BATCH = 128


class FeatureNet(nn.Module):
    """Two convolutions, each with ReLU and 2 x 2 max pooling, and a linear layer: 5,386 trained numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5)
        self.conv2 = nn.Conv2d(8, 16, 3)
        self.linear = nn.Linear(16 * 5 * 5, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits (n, 10) of images (n, 1, 28, 28) with values in [0, 1]."""
        for layer in (self.conv1, self.conv2):
            x = functional.max_pool2d(functional.relu(layer(x)), 2)
        logits: torch.Tensor = self.linear(x.flatten(1))
        return logits


def train(data: Images, *, epochs: int = 8, rate: float = 3e-3, seed: int = 0) -> FeatureNet:
    """Train with Adam, cross-entropy and a learning rate that falls to 0 along a cosine; same seed, same weights."""
    torch.manual_seed(seed)
    net = FeatureNet()
    x, y = _tensor(data.train_images), torch.from_numpy(data.train_labels.astype(np.int64))
    steps = epochs * -(-len(x) // BATCH)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(epochs):
        for rows in torch.split(torch.randperm(len(x)), BATCH):
            optimizer.zero_grad()
            functional.cross_entropy(net(x[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return net


@torch.no_grad()
def accuracy(net: FeatureNet, data: Images) -> float:
    """Return the fraction of the test images whose largest logit is that of their label."""
    guesses = net(_tensor(data.test_images)).argmax(dim=1).numpy()
    return float((guesses == data.test_labels).mean())


def write(net: FeatureNet, data: Images, path: Path = FILE) -> None:
    """Write the weights and what they were trained and tested on as plain arrays."""
    weights = {name.replace(".", "_"): value.numpy() for name, value in net.state_dict().items()}
    counts = {"trained_on": len(data.train_images), "tested_on": len(data.test_images)}
    np.savez_compressed(path, allow_pickle=False, accuracy=accuracy(net, data), **counts, **weights)


def _tensor(images: Bytes) -> torch.Tensor:
    return torch.from_numpy(images.astype(np.float32) / 255)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if len(sys.argv) > 1:
        chosen = read_folder(Path(sys.argv[1]), "the folder named")
    else:
        chosen = find("fashion-mnist" if available("fashion-mnist") else "bundled")
    trained = train(chosen)
    write(trained, chosen)
    print(f"{len(chosen.train_images)} training images, accuracy {accuracy(trained, chosen):.4f}")
