"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice, near
from core.kit.mark import Mark
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "Why a 1×1 convolution first?",
        "view=module",
        (
            Step(
                "reduce=0",
                "Four branches read the same 256 channels. The 5×5 alone costs 419 million MACs.",
                show=(0,),
            ),
            Step(
                "reduce=32",
                "The 5×5 now reads 32 channels. With its 1×1 the branch costs 60.8 million MACs, 85.5% less.",
                choice(
                    "A 1×1 with 32 filters goes before a 5×5 that reads 256 channels. What does that branch save?",
                    ("12%", "50%", "86%"),
                    "86%",
                    {
                        "12%": "32 of 256 is 12.5%: about that much remains.",
                        "50%": "The cost falls with the channels that the 5×5 reads, one in eight.",
                    },
                ),
                mark=Mark(2, "y", at=32),
                hide=(2,),
            ),
            Step(
                "reduce=256",
                "As wide as the input, the 1×1 is pure extra: the branch costs 16.0% more than without it.",
            ),
            Step(
                "reduce=224",
                "Drag until the dashed line crosses 0: the reduction pays up to r = 220.",
                until=(Goal("reduce", lambda width: width <= 220),),
            ),
            Step(
                "size=28&channels=192&w1=64&r3=96&w3=128&w5=32&pool_proj=32&reduce=16",
                "GoogLeNet's 3a saves 57.8%. The 1×1 after the pool keeps the output 256 deep, not 416.",
            ),
        ),
        "Squeeze the channels before the expensive kernel: cost is a product, and one factor shrinks.",
    ),
    Story(
        "seven",
        "What is the cheapest way to see 7×7?",
        "view=designs&channels=64&size=56",
        (
            Step(
                "reduce=0",
                "One 7×7 has 49 weights per pair of channels (49 C²). Three 3×3 see as far with 27.",
                show=(0,),
            ),
            Step(
                "reduce=0&stack=1x7,+7x1",
                "First a row, then a column: 1×7 and 7×1 weigh 14 C².",
                choice(
                    "Which is lighter than 27 C² and still sees 7×7?",
                    ("two 4×4", "1×7, then 7×1", "a 5×5 and a 3×3"),
                    "1×7, then 7×1",
                    {"two 4×4": "16 + 16 = 32.", "a 5×5 and a 3×3": "25 + 9 = 34."},
                ),
                hide=(1, 2),
                show=(0, 1),
            ),
            Step(
                "reduce=32",
                "9.75 C²: three bottlenecks save 80.1% of one 7×7.",
                near(
                    "Three bottlenecks: 1×1 to C/2, 3×3, 1×1 back to C. How many C²?",
                    9.75,
                    0.01,
                    (
                        (3.25, "That is one of them; it takes three to see 7×7."),
                        (33.0, "That keeps all C channels inside."),
                    ),
                ),
                mark=Mark(1, "y", at=4),
                hide=(1, 2),
            ),
            Step(
                "reduce=64",
                "At full width they weigh 33 C², more than three plain 3×3. The saving is the narrow middle.",
            ),
            Step(
                "reduce=32&stack=1x1/2,+3x3/2,+1x1",
                "One bottleneck weighs 3.25 C² but sees only 3×3: cheaper, for another job.",
            ),
        ),
        "Make designs see the same first. Then compare their cost.",
    ),
)
