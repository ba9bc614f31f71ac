"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

import math

from core.exercises.questions import choice
from core.kit.mark import Mark
from core.kit.story import Step, Story

STORIES = (
    Story(
        "start",
        "Which learning rate?",
        "",
        (
            Step(
                "lower=1e-05&upper=0.0001",
                "One training whose rate grows at every step. Up to 0.0001 the loss stays at 2.32: guessing.",
            ),
            Step(
                "lower=0.01&upper=0.1",
                "From 0.01 to 0.1 the loss falls from 2.116 to 1.560. This is where the network learns.",
            ),
            Step(
                "lower=0.354813&upper=0.707946",
                "At twice that rate, 0.71, the loss has exploded from 1.382 to 5.899.",
                choice(
                    "The smoothed loss is smallest at 0.36. Is that the rate to train with?",
                    ("yes", "a smaller one", "a larger one"),
                    "a smaller one",
                    {
                        "yes": "There the loss has stopped falling: it is the edge, not the slope.",
                        "a larger one": "Beyond the minimum the loss only rises.",
                    },
                ),
            ),
            Step(
                "lower=0.0251189&upper=0.1", "Train below the edge: between 0.025 and 0.10 the loss is still falling."
            ),
        ),
        "Too small: nothing happens. Too large: it explodes. Pick from the slope, well before the minimum.",
    ),
    Story(
        "rules",
        "Do the rules agree?",
        "",
        (
            Step(
                "lower=0.0251189&upper=0.1",
                "Look at the dots: four rules for one rate read the same curve and differ by a factor of 16.",
            ),
            Step(
                "seeds=5&lower=0.0794328&upper=0.316228",
                "The mean of five seeds: still a factor of 18.5. More runs do not settle it.",
            ),
            Step(
                "steps=40&seeds=3&lower=0.0501187&upper=0.199526",
                "40 steps instead of 200: a factor of 3,455. “slide” lands at 2.9 × 10⁻⁵.",
            ),
            Step(
                "net=small_cnn&seeds=3&lower=1&upper=3.98107",
                "With batch normalization the loss does not explode, not even at η = 10.",
                choice(
                    "A network with batch normalization, rates up to 10. Where does the loss explode?",
                    ("near 0.7, as before", "near 3", "nowhere"),
                    "nowhere",
                    {
                        "near 0.7, as before": "That was a network without normalization.",
                        "near 3": "There the smoothed loss is smallest, 1.32.",
                    },
                ),
            ),
            Step(
                "optimizer=adam&low=1e-07&high=1&lower=0.00794328&upper=0.0316228",
                "Adam: the minimum is at 0.031, less than a tenth of SGD's 0.36. Rates do not carry over.",
            ),
        ),
        "A range test narrows the rate to a decade or two. The rules are rules of thumb.",
    ),
    Story(
        "ten",
        "Ten trainings, or one?",
        "protocol=sweep",
        (
            Step(
                "low=0.0001&high=0.1&candidates=4&epochs=3",
                "Losses in the last epoch: 2.21, 0.977, 0.493, 0.538. The smallest rate has barely moved.",
                choice(
                    "Rates 0.0001, 0.001, 0.01, and 0.1, three epochs each. Which has learned almost nothing?",
                    ("0.0001", "0.001", "0.1"),
                    "0.0001",
                    {"0.001": "Slow, but its loss is down to 0.977.", "0.1": "Its loss is down to 0.538."},
                ),
                mark=Mark(0, place=math.log10),
            ),
            Step(
                "low=1e-05&high=10&candidates=10&epochs=1",
                "Ten rates, one epoch: 0.022 is best, 0.659. From 2.2 on they diverge; 0.46 learns nothing.",
            ),
            Step(
                "low=1e-09&high=10&candidates=10&epochs=5&lower=0.0141254&upper=0.0562341",
                "Best is 0.060, the next one is 0.77, and there it diverges. The grid is too coarse for that rule.",
                choice(
                    "“Cycle between the best rate and the next one that was tried.” Is that safe?",
                    ("yes", "no"),
                    "no",
                    {"yes": "The next rate of a coarse grid may lie beyond the edge."},
                ),
            ),
            Step(
                "protocol=ramp&lower=0.0251189&upper=0.1",
                "One ramp takes 200 updates here. Ten rates, five epochs, 60,000 images: 46,900.",
            ),
        ),
        "One ramp for the range, a few real trainings for the choice.",
    ),
)
