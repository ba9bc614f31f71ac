"""Terms of scores and of the curves that rank them."""

from core.kit.glossary.term import Term

SCORES = ("ranking_curves",)

RANKING = (
    Term("score", "The number by which a classifier ranks examples. Higher means more likely positive.", SCORES),
    Term(
        "threshold",
        "The score from which examples are predicted positive. Lowering it can only add predicted positives, "
        "correct and incorrect.",
        SCORES,
    ),
    Term("prevalence", "The fraction of positives in the population where the classifier is used.", SCORES),
    Term(
        "recall",
        "The fraction of all positives that are predicted positive: TP / (TP + FN). Also called true positive "
        "rate (TPR) or sensitivity.",
        SCORES,
        ("TPR",),
    ),
    Term(
        "FPR",
        "False positive rate: the fraction of all negatives that are predicted positive, FP / (FP + TN).",
        SCORES,
    ),
    Term("precision", "The fraction of predicted positives that are truly positive: TP / (TP + FP).", SCORES),
    Term(
        "Fβ",
        "The weighted harmonic mean of precision and recall. With β above 1, recall counts more; F₁ weighs both "
        "equally.",
        SCORES,
        ("F₁", "F measure"),
    ),
    Term("ROC curve", "True positive rate against false positive rate, over all thresholds.", SCORES, ("ROC",)),
    Term(
        "AUROC",
        "Area under the ROC curve: the probability that a random positive outscores a random negative. A tie "
        "counts one half.",
        SCORES,
    ),
    Term("PR curve", "Precision against recall, over all thresholds.", SCORES, ("PR points",)),
    Term(
        "average precision",
        "The precision at each threshold times the increase in recall there, summed. Random scores get about the "
        "prevalence.",
        SCORES,
    ),
    Term(
        "precision gain",
        "Precision on a harmonic scale: 0 when it equals the prevalence, 1 when perfect. It equals 1 − FPR/TPR.",
        SCORES,
    ),
    Term(
        "recall gain",
        "Recall on a harmonic scale: 0 when it equals the prevalence, 1 when every positive is found.",
        SCORES,
    ),
    Term("AUPRG", "Area under the curve of precision gain against recall gain.", SCORES),
    Term(
        "confusion matrix",
        "The counts of true positives, false positives, false negatives, and true negatives at one threshold.",
        SCORES,
        ("TP", "FP"),
    ),
    Term("cost ratio", "The cost of a false positive divided by the cost of a false negative.", SCORES),
    Term(
        "cost curve",
        "The smallest expected cost that any threshold reaches, as a function of class balance and costs.",
        SCORES,
    ),
    Term(
        "convex hull",
        "The smallest concave curve above all ROC points. Choosing between two thresholds at random reaches the "
        "points between them.",
        SCORES,
    ),
    Term(
        "bootstrap",
        "Resampling the examples with replacement, many times. The spread of the results estimates the uncertainty.",
        SCORES,
    ),
    Term(
        "calibration",
        "Agreement between predicted probabilities and frequencies: among examples scored 0.7, about 70% are positive.",
        SCORES,
        ("calibrated",),
    ),
    Term(
        "Brier score",
        "The mean squared difference between predicted probability and outcome, 0 or 1. Smaller is better.",
        SCORES,
    ),
    Term(
        "ties",
        "Examples with equal scores. No threshold separates them, so the ROC curve crosses them in one straight line.",
        SCORES,
        ("tied",),
    ),
)
