"""Controls of the page on momentum."""

from __future__ import annotations

from core.kit.controls import Choice, Control, LogSlider, Slider

METHODS = {"heavy": "heavy ball", "nesterov": "Nesterov"}

_LR = Slider(
    name="lr",
    label="Step size η",
    default=1.0,
    low=0.1,
    high=4.0,
    step=0.1,
    also=(2.25,),  # the best one for κ = 9
    help="Step size (learning rate) in units of 1/λmax. Raising it speeds up convergence until it diverges.",
)
_MOMENTUM = Slider(
    name="momentum",
    label="Momentum μ",
    default=0.9,
    low=0.0,
    high=0.9,
    step=0.1,
    also=(0.25, 0.67, 0.85, 0.95, 0.99),
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
LRS, MOMENTA = _LR.values, _MOMENTUM.values
