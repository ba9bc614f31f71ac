"""Settings of the page on schedules that are worth knowing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# CyclicLR of the homework: exp_range without a γ, 10 epochs of Fashion-MNIST.
CYCLIC = {"schedule": "exp_range", "gamma": 1.0, "high": 0.774, "low": 2.78e-5, "length": 5000}
GROWING = {"schedule": "grow", "high": 0.774, "batch": 32, "length": 2000, "cycled": "kept"}
COSINE = {
    "schedule": "cosine",
    "counts": "epochs",
    "epochs": 5,
    "length": 200,
    "low": 0.0,
    "n_train": 50_000,
    "batch": 128,
    "along": "epochs",
    "net": "resnet18_cifar",
}

DECAY = {
    "view": "several",
    "along": "epochs",
    "counts": "epochs",
    "length": 3,
    "epochs": 12,
    "cycled": "kept",
    "batch": 128,
    "factor": 4,
}

SETTINGS: dict[str, Mapping[str, Any]] = {
    "One triangle, cut short": CYCLIC,
    "γ = 1: no decay": CYCLIC | {"length": 800, "high": 0.1, "low": 0.001},
    "γ < 1: decay": CYCLIC | {"length": 800, "high": 0.1, "low": 0.001, "gamma": 0.9998},
    "Growing batch": GROWING,
    "Cosine, 5 of 200 epochs": COSINE,
    "One cycle": {"schedule": "one_cycle", "high": 0.3, "length": 10_000},
    "Warm restarts": {"schedule": "restarts", "multiplier": "2", "low": 0.0, "length": 1200},
    "Grow or decay": DECAY,
    "Trained, three seeds": DECAY | {"what": "runs", "epochs": 10, "length": 5, "batch": 256, "seeds": 3},
}

# The first steps of the story "start", trained.
CONSTANT = {"schedule": "constant", "cycled": "kept"}
WHOLE_COSINE = {"schedule": "cosine", "low": 0.0, "counts": "epochs", "length": 10, "cycled": "kept"}

# A log beside the plan that it followed.
OWN = {
    "what": "own",
    "schedule": "step",
    "along": "epochs",
    "counts": "epochs",
    "length": 5,
    "epochs": 10,
    "batch": 256,
    "factor": 4,
    "cycled": "kept",
}
