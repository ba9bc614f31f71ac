"""Controls of the lab on staleness."""

from __future__ import annotations

from core.kit.controls import Choice, Slider
from core.labs.staleness.compute.timelines import SYNCS, TIES

CONTROLS = (
    Slider(
        name="period",
        label="Period of learner 2",
        default=2.5,
        low=0.5,
        high=6.0,
        step=0.1,
        help="Time that learner 2 needs for a gradient. Raising it lets others update more often meanwhile.",
    ),
    Slider(
        name="learners",
        label="Learners",
        default=2,
        low=2,
        high=8,
        help="How many compute gradients at the same time. Raising it makes them older, unless everyone waits.",
    ),
    Choice(
        name="sync",
        label="Updates",
        default="async",
        options=SYNCS,
        help="Whether learners wait: never, when far ahead of the slowest, or for everyone in each round.",
    ),
    Slider(
        name="bound",
        label="Bound",
        default=2,
        low=0,
        high=10,
        when=("sync", ("bounded",)),
        help="A learner that is further ahead of the slowest waits. Raising it means less waiting.",
    ),
    Choice(
        name="tie",
        label="At the same moment",
        default="first",
        options=TIES,
        when=("sync", ("async", "bounded")),
        help="Order of gradients that arrive at one moment: by number, by number reversed, or none.",
    ),
    Slider(
        name="eta",
        label="Learning rate η",
        default=0.4,
        low=0.0,
        high=2.0,
        step=0.02,
        help="How far an update moves the weight. Raising it too far makes old gradients push the weight away.",
    ),
    Slider(
        name="others",
        label="Period of the others",
        default=1.0,
        low=0.5,
        high=6.0,
        step=0.1,
        place="more",
        help="Time that each of the other learners needs for a gradient. Raising it makes them slower.",
    ),
    Slider(
        name="delay",
        label="Message delay",
        default=0.0,
        low=0.0,
        high=5.0,
        step=0.5,
        place="more",
        help="Time that weights take to a learner and a gradient takes back. Raising it slows everyone down.",
    ),
    Slider(
        name="horizon",
        label="Time shown",
        default=10,
        low=5,
        high=20,
        place="more",
        help="Gradients that arrive up to this time count. Raising it shows more of them.",
    ),
)
