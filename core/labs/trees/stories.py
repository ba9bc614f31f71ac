"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.story import Step, Story

STORIES = (
    Story(
        "start",
        "Which question first?",
        "",
        (
            Step("threshold=3.45", "At 3.45 cm one side has hardly any flowers: the question gains almost nothing."),
            Step("threshold=4.75", "At 4.75 cm the sides are almost pure: the gain is 0.657 bits, the most here."),
            Step(
                "feature=petal_width&threshold=1.75",
                "Petal width at 1.75 cm gains 0.690 bits: the best first question of all.",
                choice(
                    "Petal length gains 0.657 bits at best. Does another feature gain more?",
                    ("petal width", "sepal length", "sepal width"),
                    "petal width",
                    {
                        "sepal length": "The kinds overlap far more in their sepals.",
                        "sepal width": "The kinds overlap most in sepal width.",
                    },
                ),
            ),
            Step(
                "feature=sepal_width&threshold=2.45",
                "Sepal width gains 0.058 bits at best. The questions below repair a poor start: 5 are wrong.",
            ),
        ),
        "The best first question is the one that takes away the most impurity.",
    ),
    Story(
        "greedy",
        "Is the best question the best start?",
        "",
        (
            Step(
                "threshold=4.75", "The largest gain on petal length, 0.657 bits. With two levels 5 flowers are wrong."
            ),
            Step(
                "threshold=4.95",
                "At 4.95 cm the gain is smaller, and the tree below is better: 3 wrong.",
                choice(
                    "Can a first question with a smaller gain lead to a better tree?",
                    ("yes", "no"),
                    "yes",
                    {"no": "Gain looks at one question only, not at those that follow."},
                ),
            ),
            Step(
                "threshold=4.95&depth=3", "With three levels a single flower is wrong. At 4.75 cm there would be three."
            ),
        ),
        "Trees are grown greedily: each question is the best for now, the tree need not be.",
    ),
)
