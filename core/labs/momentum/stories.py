"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice, near
from core.kit.mark import Mark
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "Why does gradient descent need momentum?",
        "kappa=100",
        (
            Step(
                "lr=1.9&momentum=0",
                "A long, narrow valley. Plain gradient descent creeps along it: 120 steps for each digit.",
            ),
            Step(
                "lr=2.1&momentum=0",
                "At 2.1 it diverges: the steep direction grows by 1.1 per step. The limit is 2.",
                choice(
                    "Why not simply take larger steps?",
                    ("the steep direction explodes", "the flat one slows down", "nothing stops us"),
                    "the steep direction explodes",
                    {
                        "the flat one slows down": "The flat direction would gain; the steep one sets the limit.",
                        "nothing stops us": "Past the limit each step overshoots more than the one before.",
                    },
                ),
            ),
            Step(
                "lr=3.3&momentum=0.67",
                "Keep 0.67 of the velocity: now a step of 3.3 is stable, and a digit takes 11.5 steps in the long run.",
            ),
            Step(
                "lr=1&momentum=0.9",
                "More is not always better: with μ = 0.9 the path oscillates: 43.7 steps for each digit.",
            ),
            Step(
                "kappa=1000&lr=3.7&momentum=0.9",
                "A narrower valley: plain descent takes 1,151 steps at best; μ = 0.9 still takes 43.7.",
            ),
        ),
        "Momentum allows larger steps and averages out the zigzag: about √κ steps where plain descent takes κ.",
    ),
    Story(
        "four",
        "Creep, oscillate, or diverge?",
        "kappa=9",
        (
            Step(
                "lr=1.8&momentum=0",
                "The best plain step: one direction creeps, one jumps, and both shrink by 0.8 per step.",
            ),
            Step(
                "lr=2.25&momentum=0.25",
                "At the star all four roots have modulus 0.5: a digit takes 3.32 steps, not 10.3.",
            ),
            Step(
                "lr=2.6&momentum=0.25",
                "2(1 + μ) = 2.50. At 2.6 one root has left the unit circle: the path diverges.",
                near(
                    "Without momentum the step limit is 2. Where is it with μ = 0.25?",
                    2.5,
                    0.01,
                    (
                        (2.0, "That is without momentum; the limit is 2(1 + μ)."),
                        (2.67, "The limit is 2(1 + μ), not 2/(1 − μ)."),
                        (1.5, "Momentum raises the limit of the heavy ball, it does not lower it."),
                    ),
                ),
                mark=Mark(0, at=0.25),
                hide=(0, 4),
            ),
            Step(
                "lr=1&momentum=0.95",
                "Both directions oscillate and shrink by √μ = 0.975 per step. Drag the dot down: it gets faster.",
                until=(Goal("momentum", lambda momentum: momentum <= 0.5),),
            ),
            Step(
                "kappa=100&method=nesterov&lr=3.3&momentum=0.67",
                "The heavy ball's best setting with Nesterov: it diverges. The limit here is 1.43.",
            ),
        ),
        "Two roots per direction tell whether it creeps, oscillates, or diverges.",
    ),
)
