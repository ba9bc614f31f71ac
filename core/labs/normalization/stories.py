"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "What does a batch do to a number?",
        "",
        (
            Step("moved=6", "Four values with mean 3 and variance 3.5. The last one, 6, lands at 1.604."),
            Step(
                "moved=10",
                "At 10 it lands at 1.697. The others had to move, since all outputs add up to 0.",
                choice(
                    "Only the last value changes, from 6 to 10. Which outputs change?",
                    ("all of them", "only its own"),
                    "all of them",
                    {"only its own": "It moves the mean and the variance, which all outputs share."},
                ),
            ),
            Step(
                "moved=6&gamma=1.85&beta=3",
                "γ and β are learned: near the spread and the mean they almost undo it. 6 lands at 5.967.",
            ),
            Step(
                "moved=6&mode=test",
                "After 10 updates testing uses mean 1.954 and variance 3.388: 6 lands at 2.198. Drag it.",
                choice(
                    "In testing, one value moves. What else moves?",
                    ("nothing", "all other outputs"),
                    "nothing",
                    {"all other outputs": "Testing uses running statistics; they do not depend on the tested values."},
                ),
                until=(Goal("moved", lambda moved: moved != 6),),
            ),
        ),
        "In training every output depends on every value of the batch; in testing only on its own.",
    ),
    Story(
        "tiny",
        "Why not a tiny batch?",
        "",
        (
            Step("batch=1+6&moved=6", "A batch of two: 6 lands at 1 and the other value at −1."),
            Step(
                "batch=1+6&moved=1.5",
                "Still at 1. Of two values, only their order is left: by itself, its gradient is almost 0.",
                choice(
                    "The larger one goes from 6 down to 1.5. Where does it land?",
                    ("still at 1", "close to 0", "at 0.3"),
                    "still at 1",
                    {
                        "close to 0": "It is half the distance above the mean, and that is the spread.",
                        "at 0.3": "The spread shrinks as fast as the distance.",
                    },
                ),
            ),
            Step(
                "batch=6&moved=6&beta=0.5",
                "A batch of one lands at β = 0.5, whatever its value. PyTorch refuses to train on it.",
                choice(
                    "And a batch of one?",
                    ("at β", "at 0", "at its own value"),
                    "at β",
                    {
                        "at 0": "Its normalized value is 0, and β is added.",
                        "at its own value": "It is its own mean: the difference is 0.",
                    },
                ),
            ),
            Step(
                "batch=1+2+2+3+3+4+5+6&moved=6",
                "Eight values say more: 6 lands at 1.761. The section on small batches shows the scatter.",
                open="small-batches-how-far-off-is-a-batch",
            ),
        ),
        "A batch of one says nothing, a batch of two only which value is larger.",
    ),
)
