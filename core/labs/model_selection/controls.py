"""Controls of the model-selection lab: the degree, the rule that is looked at, what is held out, and the experiment."""

from __future__ import annotations

from dataclasses import replace

from core.kit.controls import Choice, Control, Seed, Slider, Toggle
from core.kit.words import percent
from core.regression.controls import EXPERIMENT

VIEWS = {"held": "Held out", "residuals": "Residuals"}


def _experiment(control: Control) -> Control:
    """One data set is looked at, so that the others of the experiment matter to the folded sections alone."""
    if control.name != "protocol":
        return control
    more = f"{control.help} One data set is shown; the others are for the sections below."
    return replace(control, place="more", help=more)


_DATA = tuple(_experiment(control) for control in EXPERIMENT if control.name != "n_sets")
_SEED = next(place for place, control in enumerate(_DATA) if isinstance(control, Seed)) + 1

CONTROLS: tuple[Control, ...] = (
    Slider(name="degree", label="Degree", default=7, low=1, high=20, help="Degree of the fitted polynomial."),
    Choice(
        name="view",
        label="Show",
        default="held",
        options=VIEWS,
        place="stage",
        help="What stands beside the scores: the points that a fit does not see, or the residuals r and r/(1−h).",
    ),
    Choice(
        name="rule",
        label="Rule",
        default="k-fold",
        options={
            "hold-out": "Hold-out",
            "k-fold": "k-fold",
            "repeated k-fold": "Repeated",
            "leave-one-out": "Leave-one-out",
            "GCV": "GCV",
            "AIC": "AIC",
            "BIC": "BIC",
        },
        place="stage",
        help="The rule that is drawn with its standard errors, and whose held-out points are shown.",
    ),
    *_DATA[:_SEED],
    Seed(
        name="split_seed",
        label="Seed of the splitter",
        help="Seed of hold-out's choice and of the divisions into folds. The data stay as they are.",
    ),
    Slider(
        name="folds",
        label="Folds",
        default=10,
        low=2,
        high=20,
        help="Parts into which the points are divided; each is held out once.",
    ),
    *_DATA[_SEED:],
    Slider(
        name="repeats",
        label="Divisions",
        default=10,
        low=1,
        high=50,
        place="more",
        help="Random divisions into folds that repeated k-fold averages over.",
    ),
    Slider(
        name="held_out_share",
        label="Share held out",
        default=0.2,
        low=0.05,
        high=0.95,
        step=0.05,
        display=percent,
        place="more",
        help="Share of the points that hold-out keeps for testing.",
    ),
    Choice(
        name="order",
        label="Points in order of",
        default="x",
        options={"x": "x", "index": "drawing"},
        place="more",
        when=("view", ("held",)),
        help="Whether the held-out points stand under their x, or in the order in which they were drawn.",
    ),
    Slider(
        name="repetitions",
        label="Repetitions",
        default=400,
        low=100,
        high=1000,
        step=50,
        place="more",
        help="How often the experiment is repeated to see what each rule picks.",
    ),
    Toggle(
        name="log_y",
        label="Log error axis",
        place="stage",
        help="Shows what leaves the picture at the top.",
    ),
)
