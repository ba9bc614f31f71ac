"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "How can 40 points choose a model?",
        "",
        (
            Step(
                "rule=k-fold&degree=15",
                "Training error (blue) keeps falling, to 0.316. Expected error (black) is best at 8, then explodes.",
                large=2,
            ),
            Step(
                "rule=hold-out&degree=6",
                "Hold out 8 of the 40 points (green) and fit the rest: the score is smallest at degree 6.",
                choice(
                    "You have only 40 points and no dashed curve. How do you find the degree?",
                    ("smallest training error", "hold some out", "fewest weights"),
                    "hold some out",
                    {
                        "smallest training error": "It always prefers the most flexible model.",
                        "fewest weights": "A line is simplest; its expected error is 0.835, the best is 0.446.",
                    },
                ),
            ),
            Step(
                "rule=hold-out&split_seed=4&degree=4",
                "Same data, another split: now degree 4. Its expected error is 0.714, the best is 0.446.",
            ),
            Step(
                "rule=k-fold&degree=7",
                "Ten folds: every point is held out once. The pick is 7. Try split seeds 0 to 5: still 7.",
                until=(Goal("split_seed", lambda seed: seed >= 2),),
            ),
            Step(
                "rule=k-fold&seed=3&degree=3",
                "A new sample of 40 points: 10-fold picks 3, although 8 is best again. "
                "The pick is an estimate: see below.",
                open="what-each-criterion-picks-over-many-data-sets",
            ),
        ),
        "Score a model on points it has not seen, use every point once, and treat the pick as noisy.",
    ),
    Story(
        "loo",
        "A hundred refits from one fit?",
        "truth=quadratic&inputs=normal&low=-3&high=3&n_train=100&noise_std=1&test_at=train&n_test=10&generator=legacy&seed=0&max_degree=4&rule=leave-one-out&view=residuals",
        (
            Step(
                "degree=2",
                "Crosses: 100 refits, each without one point. One fit gives them all, as r/(1−h): RMSE 1.0565 twice.",
            ),
            Step(
                "degree=4",
                "RMSE 2.98, 1.06, 1.08, 1.07: the line is out; degrees 2 to 4 lie within one standard error.",
                choice(
                    "Degree 2 has RMSE 1.0565, degree 4 has 1.0710. Is 2 clearly better?",
                    ("yes", "no"),
                    "no",
                    {"yes": "The scores, 1.12 and 1.15, have standard errors of 0.12."},
                ),
            ),
            Step(
                "degree=2&split_seed=7",
                "Change the split seed: leave-one-out still picks 2. It has no split to draw.",
            ),
            Step("degree=4&seed=1", "Change the data instead: now degree 4 has the smallest score. That seed matters."),
            Step(
                "degree=8&max_degree=12&log_y=1",
                "Degree 8: a far point has leverage 0.999. Left out, it makes the score 14 times that of degree 2.",
            ),
        ),
        "Leverage turns one fit into n refits, and points with leverage near 1 decide the score.",
    ),
    Story(
        "claims",
        "When a rule misleads",
        "",
        (
            Step(
                "n_train=22&max_degree=18&rule=AIC&degree=18&log_y=1",
                "22 points, up to 19 weights: AIC and BIC pick degree 18, expected error 3.21 × 10⁷.",
                show=(0, 2),
            ),
            Step(
                "n_train=22&max_degree=18&rule=k-fold&degree=6&log_y=1",
                "10-fold, leave-one-out, and GCV all pick degree 6, the best: 0.668.",
                choice(
                    "Which of these still finds the best degree, 6?",
                    ("10-fold and leave-one-out", "BIC", "none"),
                    "10-fold and leave-one-out",
                    {
                        "BIC": "The logarithm of a vanishing residual beats any fixed price per weight.",
                        "none": "Points that are held out notice the wild fit.",
                    },
                ),
                hide=(3,),
            ),
            Step(
                "rule=k-fold&folds=2&degree=1",
                "Two folds: each fit sees only 20 points, so high degrees look hopeless. The pick is 1, error 0.835.",
            ),
            Step(
                "rule=leave-one-out&seed=1&degree=12",
                "The smallest score is at 12, expected error 3.474. The one-standard-error rule takes 6: 0.708.",
            ),
        ),
        "No rule wins everywhere. Beware of few points per weight, few folds, and flat minima.",
    ),
)
