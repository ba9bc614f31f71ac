"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "What does a penalty do?",
        "truth=sine&n_train=20&noise_std=1&degree=9&test_at=inside&seed=44",
        (
            Step(
                "alpha=0",
                "Degree 9 through 20 noisy points, no penalty: the purple fit chases the noise. Error 2.742.",
                show=(0, 1),
            ),
            Step(
                "alpha=0.000316228",
                "The weights shrink: variance falls from 1.742 to 0.340, bias² rises to 0.035. Error 1.375.",
                choice(
                    "We penalize large weights a little. What happens?",
                    ("bias² up, variance down", "both down", "bias² down, variance up"),
                    "bias² up, variance down",
                    {
                        "both down": "Pulling the weights toward 0 moves the average fit off the truth.",
                        "bias² down, variance up": "Smaller weights react less to the noise, not more.",
                    },
                ),
                hide=(2,),
            ),
            Step(
                "alpha=10000",
                "A huge penalty: all weights near 0, the fit is almost flat. Bias² 2.096, variance 0.050.",
            ),
            Step(
                "alpha=0.1",
                "Drag α end to end: 10.00 effective parameters become 1.02, the error makes a U. Star: 0.00032.",
                until=(Goal("alpha", lambda alpha: alpha <= 1e-9), Goal("alpha", lambda alpha: alpha >= 1e4)),
            ),
        ),
        "A penalty buys less variance with some bias. Look for the best one on a log scale, with new data.",
    ),
    Story(
        "lasso",
        "Lasso or ridge?",
        "view=paths&truth=cubic&basis=chebyshev&noise_std=1&n_train=20&test_at=train&degree=10&seed=26",
        (
            Step(
                "alpha=0",
                "The truth uses two of the ten columns, T₁ and T₃. Least squares uses all ten: error 2.402.",
                show=(2, 3),
            ),
            Step(
                "alpha=10",
                "Look at the paths: 3 of 10 weights remain. Error 1.206; ridge with the same α has 1.453.",
                choice(
                    "As α grows, how do the lasso's weights reach 0?",
                    ("one by one", "all at once", "never exactly"),
                    "one by one",
                    {
                        "all at once": "Weak columns go first; each leaves at its own α.",
                        "never exactly": "That is ridge: it scales weights down and never cuts one.",
                    },
                ),
                hide=(0, 1),
            ),
            Step(
                "alpha=17.7828",
                "At α = 18 only T₁ and T₃ are left, but they have shrunk as well: the error is back up at 1.702.",
            ),
            Step(
                "alpha=10&l1_ratio=0",
                "Ridge shrinks the weights together and removes none: 10 of 10 are nonzero.",
            ),
        ),
        "The lasso selects and shrinks, ridge only shrinks. Selecting pays when few columns matter.",
    ),
    Story(
        "claims",
        "Does α = 10 help?",
        "generator=legacy&seed=0&n_test=10&degree=10&truth=x_sin&n_train=40&noise_std=0.547723&test_at=held_out",
        (
            Step("alpha=0", "Degree 10 without a penalty: expected error 0.826 on ten held-out points."),
            Step(
                "alpha=10",
                "“The penalty helps”: 0.770. But look at the far left: one test point, x = 0, lies outside the data.",
            ),
            Step(
                "alpha=10&test_at=inside",
                "It hurts: 0.503, against 0.430 without a penalty. One point had decided the verdict.",
                choice(
                    "Leave that one point out. What does α = 10 do now?",
                    ("helps more", "changes nothing", "hurts"),
                    "hurts",
                    {
                        "helps more": "The gain came from calming the wild fit at x = 0.",
                        "changes nothing": "That point holds most of the variance; without it little is left to gain.",
                    },
                ),
            ),
            Step(
                "alpha=1e-08",
                "All ten points again: the best α is 10⁻⁸, with error 0.482. An α of 10 is nowhere near it.",
            ),
            Step(
                "alpha=0&noise_std=0&log_y=1", "No noise: the error is smallest at α = 0. There is no variance to save."
            ),
        ),
        "Before you say “it helped”: on which points, and compared with the best α?",
    ),
)
