"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.mark import Mark
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "Why change the learning rate at all?",
        "cycled=kept&counts=updates&low=0.01",
        (
            Step(
                "schedule=constant",
                "A constant rate, 0.100: 9,380 updates, and the noise scale stays at 938 to the end.",
            ),
            Step(
                "schedule=step&factor=10&length=4000",
                "Divided by 10 every 4,000 updates: the noise scale ends at 9.38, and the steps are small.",
            ),
            Step(
                "schedule=cosine&low=0&counts=epochs&length=10",
                "A cosine falls smoothly and ends with the training: its last rate is 0.00245.",
            ),
            Step(
                "schedule=triangular&length=2000",
                "On the way up, at 0.0721, after 2.35 cycles. Drag “Length” until the last cycle is almost complete.",
                choice(
                    "Cycles of 4,000 updates between 0.01 and 0.1; the training has 9,380. Where does it end?",
                    ("at 0.01", "on the way up", "at 0.1"),
                    "on the way up",
                    {
                        "at 0.01": "That would be after 8,000 or 12,000 updates.",
                        "at 0.1": "That would be after 10,000 updates.",
                    },
                ),
                until=(Goal("length", lambda length: 9380 / (2 * length) % 1 >= 0.9),),
            ),
            Step(
                "schedule=triangular&what=runs&view=several&along=epochs&counts=epochs&length=5&epochs=10&batch=256&factor=4&seeds=3",
                "Trained, three seeds: constant 83.5%, the others 85.5 to 85.7%, too close to rank.",
            ),
        ),
        "Large steps explore, small steps settle. Make the schedule end when the training ends.",
    ),
    Story(
        "claims",
        "Schedules that did something else",
        "counts=updates&cycled=torch&low=0.01",
        (
            Step(
                "schedule=exp_range&gamma=1&high=0.774&low=2.78e-05&length=5000",
                "“Cyclical with decay”: 0.938 of one cycle, and γ = 1 decays nothing. It ends at 0.0960.",
            ),
            Step(
                "schedule=exp_range&gamma=0.9998&high=0.1&low=0.001&length=800",
                "With γ = 0.9998 the peaks do decay, to 0.153 of their height.",
            ),
            Step(
                "schedule=cosine&counts=epochs&epochs=5&length=200&low=0&along=epochs",
                "0.09985: a constant rate in all but name.",
                choice(
                    "A cosine from 0.1 with T_max = 200 epochs, stopped after 5. What is the rate?",
                    ("0", "0.05", "almost 0.1"),
                    "almost 0.1",
                    {"0": "Only after all 200 epochs.", "0.05": "That is half-way, after 100 epochs."},
                ),
                mark=Mark(0, "y", at=5),
            ),
            Step(
                "schedule=cosine&counts=epochs&epochs=5&length=5&low=0&along=epochs",
                "T_max = 5: now the cosine ends with the training.",
            ),
            Step(
                "schedule=cosine&counts=epochs&epochs=5&length=3&low=0&along=epochs",
                "T_max = 3: past its end the cosine climbs back, to 0.075. PyTorch does not stop it.",
            ),
            Step(
                "schedule=triangular&length=2000",
                "PyTorch's CyclicLR moves the momentum, too: 0.9 to 0.8 and back, unless told otherwise.",
            ),
        ),
        "Plot the schedule before you train, and count its length in the unit that the scheduler counts.",
    ),
    Story(
        "batch",
        "Grow the batch or decay the rate?",
        "schedule=triangular&low=0.01&cycled=kept&factor=4&along=epochs&counts=epochs",
        (
            Step(
                "view=several&length=3&epochs=12&batch=128",
                "Every 3 epochs batch × 4, or rate ÷ 4: both end at the same noise scale, 7.32.",
            ),
            Step(
                "view=several&length=4&epochs=12&batch=128",
                "2,468 updates against 5,628, for the same 720,000 images: 56% fewer.",
                choice(
                    "The same images: does the growing batch need fewer updates?",
                    ("the same", "fewer than half", "a quarter"),
                    "fewer than half",
                    {
                        "the same": "A larger batch means fewer updates per epoch.",
                        "a quarter": "The first phase still runs with small batches.",
                    },
                ),
            ),
            Step(
                "view=one&schedule=grow&length=3&epochs=10&batch=64",
                "Memory sets the limit: the largest batch, 4,096, needs 18.1 GiB, and 16 GiB hold 3,629.",
            ),
            Step(
                "what=runs&view=several&length=5&epochs=10&batch=256&seeds=3",
                "Trained: 85.5% after 130 updates, 85.7% after 210. Within the seeds that is a tie.",
            ),
        ),
        "What counts is rate over batch size, until the memory is full.",
    ),
)
