"""Controls of the page on momentum."""

from __future__ import annotations

from core.kit.controls import Choice, Control, LogSlider, Slider
from core.labs.momentum.compute.roots import LRS, METHODS, MOMENTA

_LR = Slider(
    name="lr",
    label="Step size η",
    default=1.0,
    low=LRS[0],
    high=LRS[-1],
    step=LRS[-1] - LRS[0],
    also=LRS,
    help="Step size (learning rate) in units of 1/λmax. Raising it speeds up convergence until it diverges.",
)
_MOMENTUM = Slider(
    name="momentum",
    label="Momentum μ",
    default=0.9,
    low=MOMENTA[0],
    high=MOMENTA[-1],
    step=MOMENTA[-1] - MOMENTA[0],
    also=MOMENTA,
    help="Fraction of the velocity kept at each step; 0 is gradient descent. Raising it speeds up "
    "flat directions but adds oscillation.",
)
CONTROLS: tuple[Control, ...] = (
    _LR,
    _MOMENTUM,
    LogSlider(
        name="kappa",
        label="Condition number κ",
        default=100.0,
        low=1.0,
        high=1000.0,
        per_decade=1,
        also=(2.0, 4.0, 9.0, 16.0, 25.0, 50.0, 200.0, 400.0),
        help="Ratio of the largest to the smallest eigenvalue. Raising it narrows the valley and slows convergence.",
    ),
    Choice(
        name="method",
        label="Method",
        default="heavy",
        options=METHODS,
        help="Heavy ball is Polyak's momentum (torch.optim.SGD); Nesterov takes the gradient at the look-ahead point.",
    ),
)
