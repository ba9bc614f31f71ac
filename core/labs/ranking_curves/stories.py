"""Stories of the lab: a way through its states, with words and questions."""

from __future__ import annotations

from core.exercises.questions import choice, near
from core.kit.mark import Mark
from core.kit.story import Goal, Step, Story

STORIES = (
    Story(
        "start",
        "What does a threshold do?",
        "source=gauss&n_cases=10000&separation=2&separation_2=1&positives_share=0.3&prevalence=0",
        (
            Step(
                "threshold=0.5",
                "Two hills of scores; the purple line decides. Here 36% of the examples are predicted positive.",
                large=3,
            ),
            Step(
                "threshold=0.8",
                "Recall is up to 0.987, but FPR is 0.613: most negatives are predicted positive, too.",
                choice(
                    "Lower the threshold. What must happen to recall?",
                    ("it rises or stays", "it falls", "either"),
                    "it rises or stays",
                    {
                        "it falls": "More examples are predicted positive; no positive that was found is lost.",
                        "either": "That is true of precision. Recall can only grow.",
                    },
                ),
                show=(0, 1, 3),
            ),
            Step(
                "threshold=0.1",
                "A strict threshold: precision 0.988, recall 0.199. Each threshold is one point on each curve.",
                show=(0, 1, 3),
            ),
            Step(
                "threshold=0.3",
                "ROC area 0.921: the chance that a random positive scores higher than a random negative.",
            ),
            Step(
                "threshold=0.5&separation_2=0",
                "The orange scorer guesses: ROC area 0.494, average precision 0.293 with 30% positives, PRG −0.007.",
            ),
        ),
        "A scorer ranks, a threshold decides. A curve shows all thresholds at once.",
    ),
    Story(
        "rare",
        "What does ROC hide?",
        "source=gauss&n_cases=10000&separation=2&separation_2=1&positives_share=0.3&threshold=0.65",
        (
            Step(
                "prevalence=0.5",
                "Half the examples are positive: ROC areas 0.921 and 0.753, average precision 0.925 and 0.745.",
            ),
            Step(
                "prevalence=0.5",
                "Drag “Prevalence” down to 10%: ROC stays put, PR sinks to 0.686 and 0.280.",
                until=(Goal("prevalence", lambda share: 0 < share <= 0.1),),
            ),
            Step(
                "prevalence=0.01",
                "Precision 0.026: of 100 alarms 97 are false. The ROC curve has not moved.",
                near(
                    "1% are positive, TPR is 0.944, FPR 0.356. What is the precision?",
                    0.026,
                    0.001,
                    (
                        (0.726, "That is the precision when half the examples are positive."),
                        (0.623, "That is the precision gain, 1 − FPR/TPR."),
                        (0.0094, "Divide by all alarms, not by all examples."),
                    ),
                ),
                mark=Mark(1, "y", at=0.944),
            ),
            Step(
                "prevalence=0.01&threshold=0.3",
                "In PRG, “all positive” is the zero. Precision gain, 1 − FPR/TPR, is 0.946 at any prevalence.",
            ),
        ),
        "ROC ignores prevalence, precision lives on it. Ask how rare the positives are.",
    ),
    Story(
        "claims",
        "Four common conclusions, tested",
        "prevalence=0",
        (
            Step(
                "source=gauss&n_cases=10000&separation=1.5&separation_2=2.4&spread_2=2&threshold=0.2",
                "“Equal AUROC, equal models”: 0.856, 0.850. In the top 13% precision is 0.833 and 0.984.",
            ),
            Step(
                "source=gauss&n_cases=100&separation=1.5&separation_2=1.2&bands=1&threshold=0.652",
                "“Orange wins: AUROC 0.824 to 0.783.” Look at the bands: with 100 examples that is noise.",
            ),
            Step(
                "source=gauss&n_cases=10000&separation=1.5&separation_2=1.2&bands=1",
                "0.856 for blue, 0.795 for orange, beyond noise. The small sample had the order reversed.",
                choice(
                    "The same two scorers on 10,000 examples: which is better?",
                    ("blue", "orange", "neither"),
                    "blue",
                    {
                        "orange": "Its positives lie nearer to the negatives, 1.2 against 1.5. Its lead was luck.",
                        "neither": "The exact areas are 0.856 and 0.802.",
                    },
                ),
            ),
            Step(
                "source=credit&threshold=0.65",
                "“Average precision 0.891 is excellent.” 74% of the examples are positive: guessing scores 0.737.",
            ),
            Step(
                "source=credit&swap=1",
                "Look for the bad credits instead: average precision 0.528, with the same AUROC, 0.755.",
            ),
            Step(
                "source=cancer&first=bayes&second=adaboost&lower=calibration",
                "AdaBoost ranks better, AUROC 0.994 to 0.980, yet its Brier score is worse: 0.116 to 0.049.",
                show=(0, 1, 5),
            ),
        ),
        "A score needs its baseline, its uncertainty, and its purpose.",
    ),
    Story(
        "cost",
        "Where do I put the threshold?",
        "source=gauss&n_cases=10000&separation=2&separation_2=1&positives_share=0.3&prevalence=0&lines=cost",
        (
            Step(
                "cost_ratio=1&threshold=0.422",
                "Both errors cost the same: the cheapest threshold predicts 29% positive, at 0.068 per example.",
            ),
            Step(
                "cost_ratio=0.2&threshold=0.574",
                "Lower: 44% are predicted positive, at a cost of 0.052 per example. Look where the "
                "cost line touches the ROC curve.",
                choice(
                    "A miss costs five false alarms. Where does the threshold go, compared with equal costs?",
                    ("lower", "higher", "it stays"),
                    "lower",
                    {
                        "higher": "That makes more misses, the expensive kind.",
                        "it stays": "The curve stays; the slope of equal cost changes.",
                    },
                ),
            ),
            Step(
                "cost_ratio=5&threshold=0.236", "Now a false alarm costs five misses: only 15% are predicted positive."
            ),
            Step(
                "cost_ratio=0.2&prevalence=0.05&threshold=0.308",
                "Misses expensive again, but positives rare, 5%: the best threshold predicts only 6% positive.",
            ),
        ),
        "The best threshold depends on costs and prevalence, not on the model alone.",
    ),
)
