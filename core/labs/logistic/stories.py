"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice, near
from core.kit.mark import Mark
from core.kit.story import Step, Story

STORIES = (
    Story(
        "start",
        "How many hours make success likely?",
        "b0=-6&b1=0.05&b2=1&x2=3.5",
        (
            Step(
                "x1=40&target=0.9", "After 40 hours the score is −0.5. The S-curve turns it into a probability: 0.378."
            ),
            Step(
                "x1=50",
                "At 50 hours the score is 0, so success and failure are equally likely.",
                near(
                    "After how many hours is the probability one half?",
                    50,
                    2,
                    (
                        (60, "At 60 hours the score is 0.5; one half takes a score of 0."),
                        (40, "At 40 hours the probability is still 0.378."),
                    ),
                ),
                mark=Mark(0, at=0.5),
            ),
            Step(
                "x1=60",
                "Ten more hours raise the score by 0.5, so the odds grow from 1 to 1.65. P is 0.622.",
                choice(
                    "Ten more hours add 0.5 to the score. What do they do to the odds?",
                    ("add 0.5", "multiply them by 1.65", "double them"),
                    "multiply them by 1.65",
                    {
                        "add 0.5": "That is the score, the logarithm of the odds.",
                        "double them": "Doubling takes 13.9 hours: the logarithm of 2 over 0.05.",
                    },
                ),
            ),
            Step(
                "x1=100",
                "One more hour adds 0.0035 here; at 50 hours it added 0.0125, the most there is.",
                choice(
                    "Where does one more hour change the probability most?",
                    ("at 0 hours", "at 50 hours", "at 100 hours"),
                    "at 50 hours",
                    {
                        "at 0 hours": "The model is sure of failure there, and the curve is flat.",
                        "at 100 hours": "The model is almost sure of success, and the curve levels off.",
                    },
                ),
                mark=Mark(0),
            ),
            Step("x2=3&x1=60", "A grade average of 3: the whole curve moves right, and one half takes 60 hours."),
        ),
        "The score is a straight line. The probability is its S-curve: steep at one half, flat at both ends.",
    ),
    Story(
        "wrong",
        "Which loss corrects a confident mistake?",
        "b0=-10&b1=0.1&b2=1&x2=3.5&y=0",
        (
            Step("x1=65", "P is 0.5, and it did not happen. Cross-entropy is 0.693, squared error 0.25.", show=(0, 1)),
            Step(
                "x1=0", "P is 0.002: sure and right. Every loss is almost 0: there is nothing to correct.", show=(0, 1)
            ),
            Step(
                "x1=100",
                "Sure and wrong, P is 0.971. Cross-entropy is 3.53; squared error cannot exceed 1.",
                near(
                    "The model says P = 0.971 and is wrong. How large is the cross-entropy?",
                    3.53,
                    0.3,
                    ((0.971, "Squared and absolute error stop at 1; cross-entropy has no limit."),),
                ),
                mark=Mark(1, "y", at=3.5),
                hide=(1,),
                show=(0, 1),
            ),
            Step(
                "x1=100",
                "Look at the gradients: cross-entropy still pulls with 0.971, squared error with 0.055.",
                choice(
                    "Learning follows the gradient. Which loss hardly corrects this mistake?",
                    ("squared error", "cross-entropy", "hinge"),
                    "squared error",
                    {
                        "cross-entropy": "Its gradient is P itself, almost 1.",
                        "hinge": "Its gradient is 1 however wrong the model is.",
                    },
                ),
                hide=(2,),
            ),
            Step("x1=72", "Squared error pulls hardest near P = 2/3, with 0.296. Surer mistakes pull less."),
        ),
        "Train probabilities with cross-entropy: the more confident the mistake, the harder it pulls.",
    ),
)
