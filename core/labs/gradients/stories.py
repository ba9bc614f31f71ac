"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice, near
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "How does a gradient find its way back?",
        "",
        (
            Step("step=0&value=1", "Only the leaves have values: the entries of x with a 1 for the bias, and W̃."),
            Step("step=3&value=1", "Forward: z = W̃x̃, then o = tanh z, then the output L = 0.221."),
            Step(
                "step=5&value=1",
                "Backward: the gradient at o is 1. Times 1 − o² it becomes 0.559 and 0.216 at z.",
                choice(
                    "What does tanh multiply the gradient by on the way back?",
                    ("1 − o²", "1 − tanh²(o)", "o"),
                    "1 − o²",
                    {
                        "1 − tanh²(o)": "o is already tanh z; the slope is 1 minus its square.",
                        "o": "That is the value, not the slope.",
                    },
                ),
            ),
            Step(
                "step=6&value=1",
                "The weights carry it to x: 0.323 for x₁, the slope of the tangent. Drag the dot along the curve.",
                until=(Goal("value", lambda value: abs(value - 1) >= 0.5),),
            ),
            Step(
                "graph=shared&step=6&value=2",
                "x is used twice: 24 comes back through the product, −8 through the sum. Together 16.",
                near(
                    "Now f = (xy + x)² at x = 2, y = −3. What gradient reaches x?",
                    16,
                    0.01,
                    (
                        (24, "That is the way through the product alone; x is also added."),
                        (-8, "That is the way through the sum alone; x is also multiplied."),
                    ),
                ),
            ),
        ),
        "Local slopes multiply along a way; the ways add up. That is all of backpropagation.",
    ),
    Story(
        "vanish",
        "What do ten sigmoids leave of a gradient?",
        "graph=chain&value=0",
        (
            Step("act=sigmoid&n=1&step=2", "One sigmoid at 0: its slope is 0.250, the largest it can have."),
            Step("act=sigmoid&n=3&step=6", "Three sigmoids: three slopes of at most 1/4 leave 0.013."),
            Step(
                "act=sigmoid&n=10&step=20",
                "Ten sigmoids leave 3.88 × 10⁻⁷: the first layer hardly learns.",
                choice(
                    "Ten sigmoids in a row: what is left of the gradient?",
                    ("about 0.4", "about 0.004", "less than 0.000001"),
                    "less than 0.000001",
                    {
                        "about 0.4": "Ten factors of at most 1/4 leave far less.",
                        "about 0.004": "Slopes multiply: four sigmoids already leave less than 0.004.",
                    },
                ),
            ),
            Step(
                "act=tanh&n=10&step=20",
                "tanh has slope 1 at 0: all of it arrives. Drag x away from 0 and watch it fade.",
                until=(Goal("value", lambda value: abs(value) >= 1),),
            ),
            Step("act=relu&n=3&step=6&value=-1", "ReLU keeps everything above 0 and nothing below: here it is dead."),
        ),
        "A gradient is a product of slopes: below 1 it vanishes, above 1 it explodes.",
    ),
)
