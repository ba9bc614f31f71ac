"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice, near
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "What does a kernel do to an image?",
        "image=0+0+0+9+9+9;+0+0+0+9+9+9;+0+0+0+9+9+9;+0+0+0+9+9+9;+0+0+0+9+9+9;+0+0+0+9+9+9",
        (
            Step("pos=0", "A dark half, a bright half. Multiply the window by the kernel and add: all dark gives 0."),
            Step("pos=1", "One step to the right the window touches the bright half: 9·1 + 9·2 + 9·1 = 36."),
            Step(
                "pos=3",
                "0: −36 from its left column, +36 from its right one. This kernel answers only to vertical edges.",
                near(
                    "Its columns weigh −1, −2, −1 and 1, 2, 1. At position 4 all pixels are 9. What is the sum?",
                    0.0,
                    0.0,
                    (
                        (36.0, "That was the edge. Here the negative weights see light, too."),
                        (72.0, "The left weights are negative: −36 and +36."),
                    ),
                ),
                hide=(1, 2),
            ),
            Step(
                "kernel=1+2+1;+0+0+0;+-1+-2+-1&pos=5",
                "A kernel for horizontal edges finds none here: every output is 0.",
            ),
            Step("kernel=1+1+1;+1+1+1;+1+1+1&pos=1", "All ones: a blur. The hard edge becomes a slope: 0, 27, 54, 81."),
        ),
        "Nine weights slide over the whole image. The weights decide what it answers to.",
    ),
    Story(
        "matrix",
        "Is a convolution a matrix?",
        "image=20+15+10+5;+20+15+10+5;+20+15+10+5;+20+15+10+5",
        (
            Step(
                "pos=0",
                "Four places, sixteen pixels: W is 4×16. Its first row times vec(x) is the same −40 as under "
                "the window.",
            ),
            Step(
                "pos=3",
                "Drag the window: the same nine weights move along in W. 44% of W is always zero.",
                until=(Goal("pos", lambda pos: pos < 3),),
            ),
            Step(
                "pos=0&operation=convolution",
                "It becomes 40. Deep learning says convolution and computes the cross-correlation.",
                choice(
                    "Mathematics flips the kernel by 180° first. What becomes of the sum −40?",
                    ("−40", "40", "0"),
                    "40",
                    {
                        "−40": "Flipped, the negative column stands on the other side.",
                        "0": "That happens on a flat image; this one has a slope.",
                    },
                ),
            ),
            Step(
                "image=1+2+3+4+5;+6+7+8+9+10;+11+12+13+14+15;+16+17+18+19+20;+21+22+23+24+25&view=im2col&pos=4",
                "im2col: one column of nine pixels per place. 81 numbers are stored for 25 pixels.",
            ),
            Step(
                "image=0+0+0+9+9+9;+0+0+0+9+9+9;+0+0+0+9+9+9;+0+0+0+9+9+9;+0+0+0+9+9+9;+0+0+0+9+9+9&padding=1&stride=2&pos=0",
                "Padding 1 keeps 36 outputs; stride 2 keeps every second row and column: W is 9×36.",
            ),
        ),
        "A convolution is a matrix product with shared weights and many structural zeros.",
    ),
)
