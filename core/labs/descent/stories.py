"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.story import Step, Story

STORIES = (
    Story(
        "start",
        "How large may a step be?",
        "",
        (
            Step("rate=0.01", "A small rate creeps: half the loss is gone after 35 steps."),
            Step("rate=0.1", "Ten times the rate: now half the loss is gone after 4 steps."),
            Step("rate=1", "At 1/L = 1 the first step ends in the minimum."),
            Step(
                "rate=1.6",
                "At 1.6 each step overshoots, yet only 0.6 of the distance is left: it still converges.",
                choice(
                    "Larger than 1/L, each step overshoots. Does it diverge?",
                    ("not yet", "yes"),
                    "not yet",
                    {"yes": "It lands on the other side, but nearer than before, up to 2/L."},
                ),
            ),
            Step("rate=2.1", "At 2.1, past 2/L = 2, the distance grows by a factor of 1.1 in each step: it diverges."),
        ),
        "Below 1/L steps creep, up to 2/L they overshoot and converge, beyond it they diverge.",
    ),
    Story(
        "real",
        "Does the limit hold on real data?",
        "steps=100&top=0.1",
        (
            Step(
                "loss=squares&rate=0.125", "Squared error on 569 tumors: L = 13.28, so 2/L = 0.1506. 0.125 converges."
            ),
            Step("loss=squares&rate=0.16", "At 0.16 the loss goes up in every step: a quadratic breaks at its limit."),
            Step("loss=logistic&rate=0.6", "Cross-entropy, same data: 2/L = 0.6023. At 0.6 the loss ends at 0.0664."),
            Step(
                "loss=logistic&rate=5",
                "At 5 it ends at 0.0482, even lower: away from the start, this loss curves less.",
                choice(
                    "Now 5, eight times the limit. What happens?",
                    ("it converges", "it diverges"),
                    "it converges",
                    {"it diverges": "2/L is a promise below it, not a threat above: curvature shrinks on the way."},
                ),
            ),
            Step("loss=logistic&rate=10", "At 10 the first step goes up to 0.799. Then the loss falls to 0.0502."),
        ),
        "Below 2/L descent is safe. Beyond it a quadratic breaks; a real loss may find a flatter place.",
    ),
    Story(
        "valleys",
        "Which valley does a large rate choose?",
        "loss=two&x0=1.5&steps=100",
        (
            Step("rate=0.1", "Two minima, equally low: a sharp one and a wide one. At 0.1 it stays in the sharp one."),
            Step(
                "rate=0.2",
                "At 0.2, past the limit of 0.125, it is thrown out and settles in the wide valley.",
                choice(
                    "Past the limit of the sharp valley, where does it end?",
                    ("in the wide valley", "nowhere"),
                    "in the wide valley",
                    {"nowhere": "The wide valley has a limit of its own: 2."},
                ),
            ),
            Step("rate=2", "At 2, the limit of the wide valley, neither can hold it."),
        ),
        "A large rate only stays in wide valleys: the rate chooses the minimum.",
    ),
)
