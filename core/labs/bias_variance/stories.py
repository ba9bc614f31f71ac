"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice, near
from core.kit.mark import Mark
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "Why not just fit the dots?",
        "test_at=inside",
        (
            Step(
                "view=one&compare=1&degree=1",
                "Look at the dots: noisy samples of the dashed curve. A straight line misses its waves.",
                show=(0,),
            ),
            Step(
                "view=one&compare=1&degree=15",
                "Degree 15 bends toward the dots: its training error is 0.316, down from 0.786.",
                show=(0,),
            ),
            Step(
                "view=many&degree=1",
                "The faint lines are fits to 15 new samples. They agree with each other and miss the curve: bias.",
                show=(0,),
            ),
            Step(
                "view=many&degree=15",
                "Now the fits disagree from sample to sample, most of all at the right end. That is variance.",
                show=(0,),
            ),
            Step(
                "view=many&degree=8",
                "Look at the star: expected error 0.396, of which 0.300 is noise. Drag away from it both ways.",
                choice(
                    "Which degree predicts new points best?",
                    ("1", "3", "8", "15"),
                    "8",
                    {
                        "1": "Every sample gives nearly the same wrong line: bias² 0.523.",
                        "3": "A cubic still misses the waves: bias² 0.435.",
                        "15": "The lowest training error, but new points pay its variance, 0.421.",
                    },
                ),
                mark=Mark(2),
                hide=(2,),
                until=(Goal("degree", lambda degree: degree <= 4), Goal("degree", lambda degree: degree >= 12)),
            ),
        ),
        "Flexibility trades bias for variance. The best model balances the two; the noise stays.",
    ),
    Story(
        "data",
        "Where does variance come from?",
        "degree=9&test_at=train&noise_std=0.5",
        (
            Step(
                "n_train=20",
                "Degree 9 has 10 weights. With 20 points and σ² = 0.25 the variance is 0.25 · 10/20 = 0.125.",
            ),
            Step(
                "n_train=40",
                "Look at the orange curve: half the variance, 0.0625. Bias² barely moves: 0.003.",
                near(
                    "Double the points to 40. What is the variance now?",
                    0.0625,
                    0.001,
                    (
                        (0.125, "Each weight is now estimated from twice the data."),
                        (0.088, "That divides by √2, which is right for a standard deviation."),
                        (0.031, "That takes 80 points."),
                    ),
                ),
                mark=Mark(2, "y", at=9),
            ),
            Step(
                "n_train=40&noise_std=1",
                "Twice the noise, σ = 1: four times the variance, 0.250. Bias² stays exactly where it was.",
            ),
            Step(
                "n_train=12&degree=8&test_at=inside&log_y=1",
                "12 points, 9 weights, tested between the points: variance 4.442, noise 0.250.",
            ),
            Step(
                "n_train=200&degree=15&test_at=inside&log_y=1",
                "200 points: even degree 15 is tame now, with variance 0.021.",
            ),
        ),
        "At the training points variance is σ² · weights / points. More data tames it; looking harder does not.",
    ),
    Story(
        "claims",
        "Five common conclusions, tested",
        "",
        (
            Step(
                "view=one&n_train=20&test_at=train&generator=legacy&seed=0&n_test=10&degree=3",
                "“The cubic is best”: of degrees 1, 3, and 10 it looks best. Its expected error is 0.769.",
                show=(0,),
            ),
            Step(
                "view=one&n_train=20&test_at=train&generator=legacy&seed=0&n_test=10&degree=10",
                "Degree 10 wins with 0.465: almost no bias, variance 0.165. The eye judges one sample.",
                choice(
                    "Which of the three has the smallest expected error?",
                    ("1", "3", "10"),
                    "10",
                    {
                        "1": "Bias² 0.483: a line misses the waves.",
                        "3": "It looks calm, but bias² 0.409 outweighs its low variance.",
                    },
                ),
                mark=Mark(1),
                hide=(1,),
            ),
            Step(
                "view=choose&degree=8&test_at=held_out",
                "“My test set finds the best degree, 8.” In 400 repetitions one test set found it in 38%.",
            ),
            Step(
                "degree=7&test_at=held_out",
                "“More flexibility, less bias.” Not off the training points: 0.084 at degree 6, 0.207 at 7.",
            ),
            Step(
                "truth=step&test_at=inside&degree=15",
                "“A flexible model has no bias.” At a jump even degree 15 keeps bias² 0.216.",
            ),
            Step(
                "test_at=beyond&degree=8&log_y=1",
                "“Good here, good there.” Just past the data degree 8 errs by 37.2, a straight line by 0.528.",
            ),
        ),
        "One sample, one test set, one look: each is a noisy estimate. Ask what would change it.",
    ),
)
