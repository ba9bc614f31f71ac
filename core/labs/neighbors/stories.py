"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice
from core.kit.story import Step, Story

STORIES = (
    Story(
        "start",
        "Whose neighbors decide?",
        "",
        (
            Step("k=1", "Six points, a query at 0. The nearest point is number 5, at 1.414: blue."),
            Step(
                "k=3",
                "Three vote: point 5 is blue, points 6 and 2 are orange. Orange wins with 0.667.",
                choice(
                    "Two more neighbors may vote. Does the class change?",
                    ("yes, to orange", "no, still blue"),
                    "yes, to orange",
                    {"no, still blue": "The next two, at 1.732 and 2, are both orange."},
                ),
            ),
            Step("k=2&tie=undecided", "With two neighbors the vote is 0.500 each: a tie, and a rule has to break it."),
            Step(
                "k=6",
                "All six vote: orange wins everywhere, at 0.667. The map has become one color.",
                choice(
                    "What happens to the map when all points vote?",
                    ("one class takes it all", "it stays as it is", "more islands"),
                    "one class takes it all",
                    {
                        "it stays as it is": "Every query now asks the same six points.",
                        "more islands": "Islands come from few neighbors, not from many.",
                    },
                ),
            ),
            Step(
                "k=1&moved=5",
                "Back to one neighbor. Drag training point 5 in the section below: its region goes with it.",
                open="move-a-training-point-how-far-does-it-reach",
            ),
        ),
        "Few neighbors follow every point, many follow the majority; K sets how local the vote is.",
    ),
    Story(
        "unit",
        "Meters or millimeters?",
        "k=1",
        (
            Step("", "One neighbor, both coordinates in the same unit: point 5 at 1.414 makes the query blue."),
            Step(
                "stretch=0.1",
                "Now x₁ counts one tenth as much: point 2 moves to a distance of 0.200, and the query turns orange.",
                choice(
                    "Measure x₁ in a unit ten times larger. Can the nearest point change?",
                    ("yes", "no"),
                    "yes",
                    {"no": "A distance adds up coordinates: one that shrinks stops mattering."},
                ),
            ),
            Step("stretch=10", "Counted ten times, x₁ decides alone: the regions become upright strips."),
            Step("stretch=10&standardize=1", "Standardized, the unit no longer matters, whatever it is."),
        ),
        "Distances compare units: without a common scale, the unit chooses the neighbors.",
    ),
)
