"""Momentum lab: how fast can gradient descent be, and when does it break?"""

from __future__ import annotations

from core import scripts
from core.figures import momentum as figures
from core.lab import Lab, Preset
from core.training.momentum import explore, tables
from core.training.momentum_controls import CONTROLS
from pages.ui import frame, shell

PRESETS = (
    Preset("Plain gradient descent", "No momentum, at its best step size 2/(λmax + λmin): both directions are equally "
           "slow. Drag the dot up and to the right: how much faster can it be?",
           {"kappa": 9.0, "lr": 1.8, "momentum": 0.0}),
    Preset("Best momentum", "The same valley with the best momentum ((√κ − 1)/(√κ + 1))² = 1/4: all four roots "
           "have modulus 1/2.", {"kappa": 9.0, "lr": 2.25, "momentum": 0.25}),
    Preset("Too far", "A little to the right, and one root of the steep direction leaves the unit circle.",
           {"kappa": 9.0, "lr": 2.6, "momentum": 0.25}),
    Preset("Too much momentum", "Both directions ring for long: the rate is √μ at any step size here. Drag the dot "
           "down.",
           {"kappa": 9.0, "lr": 1.0, "momentum": 0.95}),
    Preset("Nesterov", "The gradient is taken further ahead: less ringing, but momentum now moves the border to the "
           "left.", {"method": "nesterov", "lr": 1.3, "momentum": 0.8}),
    Preset("κ = 1000", "A narrow valley near its best setting: plain gradient descent would need 1151 steps per digit.",
           {"kappa": 1000.0, "lr": 3.7, "momentum": 0.9}),
)  # fmt: skip

LAB = Lab(
    name="momentum",
    title="Momentum",
    question="How much does momentum help?",
    controls=CONTROLS,
    main="lr",
    second="momentum",
    presets=PRESETS,
    compute=explore,
    picture=figures.picture,
    predictions=figures.PREDICTIONS,
    script=scripts.momentum,
    tables=tables,
    thumbnail=figures.thumbnail,
    sections=figures.SECTIONS,
)


def render() -> None:
    """Draw the page."""
    frame.show(LAB)


if __name__ == "__main__":
    shell.run_page(render)
