"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "How old is a gradient?",
        "",
        (
            Step(
                "period=1",
                "Two equal learners: between reading and updating, the other updates once. Most "
                "gradients are 1 update old.",
            ),
            Step(
                "period=2.5",
                "Learner 1 updates two or three times while slow learner 2 computes. Learner 2's "
                "gradients are 2.50 updates old.",
            ),
            Step(
                "period=5",
                "At period 5 they are 5.00 updates old. Learner 1's are 0.10 so far, and the mean of all is 0.92.",
                choice(
                    "Learner 2 gets slower still. What does the mean staleness of all gradients do in the long run?",
                    ("it grows", "it stays near 1", "it falls to 0.5"),
                    "it stays near 1",
                    {
                        "it grows": "Its gradients get older but fewer, and learner 1's get fresher.",
                        "it falls to 0.5": "Each update makes the other learner's gradient in progress one older.",
                    },
                ),
            ),
            Step(
                "period=2.5&horizon=5",
                "At t = 5 both deliver. Learner 1 goes first, so learner 2's second gradient is 3 updates old, not 2.",
            ),
            Step(
                "period=5.5&learners=4",
                "Four learners, one straggler: 15 updates pass before its first gradient. Drag the end of its box.",
                until=(Goal("period", lambda period: period <= 4.5),),
            ),
        ),
        "Staleness counts updates, not seconds: about one per other learner, more for the slowest.",
    ),
    Story(
        "rate",
        "Why do more learners need a smaller rate?",
        "period=1",
        (
            Step("learners=2", "Two learners at rate 0.4: gradients are 1 update old, and the weight settles near 0."),
            Step(
                "learners=4",
                "Four learners: after one round, gradients are 3 updates old. The weight is 0.248 away at t = 10.",
            ),
            Step(
                "learners=8",
                "Eight learners: soon gradients are 7 updates old. At the same rate the weight moves away, to 13.1.",
                choice(
                    "Eight learners at the same rate make twice as many updates as four. What does the weight do?",
                    ("it settles sooner", "it settles later", "it moves away"),
                    "it moves away",
                    {
                        "it settles sooner": "More updates help only while their gradients still point the right way.",
                        "it settles later": "With gradients 7 updates old, rates above 0.21 do not settle at all.",
                    },
                ),
            ),
            Step("learners=8&eta=0.06", "At rate 0.06 eight learners converge: 0.000121 remains after 80 updates."),
            Step(
                "learners=8&sync=sync",
                "Synchronous rounds can keep rate 0.4: ten updates with fresh gradients leave 0.00605.",
            ),
        ),
        "Gradients twice as old allow about half the rate: more learners, smaller steps.",
    ),
)
