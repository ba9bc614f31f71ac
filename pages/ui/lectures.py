"""Lectures: stories over several labs, each step that of a lab's story with a line that leads to it."""

from __future__ import annotations

from pages.ui.lecture import Lecture, Part

LECTURES = (
    Lecture(
        "gen",
        "Generalization in 12 steps",
        (
            Part("bias_variance", "start", 1, "A curve we know, points we don't."),
            Part("bias_variance", "start", 2, "More freedom, less training error."),
            Part("bias_variance", "start", 3, "Now draw the sample again and again."),
            Part("bias_variance", "start", 4, "The same for degree 15."),
            Part("bias_variance", "start", 5, "Vote before I show it."),
            Part("bias_variance", "data", 1, "How large is the variance? A formula."),
            Part("bias_variance", "data", 2, "What does more data buy?"),
            Part("bias_variance", "data", 4, "And with too little?"),
            Part("regularization", "start", 1, "Can we keep the freedom and lose the wiggles?"),
            Part("regularization", "start", 2, "A small price on large weights."),
            Part("model_selection", "start", 2, "In practice there is no dashed curve."),
            Part("model_selection", "start", 4, "So use every point twice."),
        ),
        "Error = bias² + variance + noise. Flexibility, data, and penalties move the first two; held-out points "
        "measure the sum.",
    ),
    Lecture(
        "jud",
        "Judging a classifier in 10 steps",
        (
            Part("ranking_curves", "start", 1, "Scores first, decisions later."),
            Part("ranking_curves", "start", 5, "What does guessing look like?"),
            Part("ranking_curves", "rare", 1, "Two scorers, balanced classes."),
            Part("ranking_curves", "rare", 3, "Now positives become rare."),
            Part("ranking_curves", "rare", 4, "A curve with a fixed zero."),
            Part("ranking_curves", "claims", 1, "Same area, same model?"),
            Part("ranking_curves", "claims", 2, "Is the difference real?"),
            Part("ranking_curves", "claims", 3, "Ask for more examples."),
            Part("ranking_curves", "claims", 6, "Is 0.9 really 90%?"),
            Part("ranking_curves", "cost", 2, "Finally: decide."),
        ),
        "Look at the curve, its baseline, its band, its calibration; then let costs and prevalence set the threshold.",
    ),
    Lecture(
        "net",
        "From a convolution to a trained network in 12 steps",
        (
            Part("convolution", "start", 2, "Nine products, one sum."),
            Part("convolution", "start", 3, "What does this kernel answer to?"),
            Part("convolution", "matrix", 1, "The same as a matrix."),
            Part("cnn_cost", "field", 2, "Stack them."),
            Part("cnn_cost", "start", 2, "A whole network: where are the weights?"),
            Part("cnn_cost", "start", 3, "And where is the compute?"),
            Part("inception", "start", 2, "Make it cheaper."),
            Part("lr_range", "start", 2, "Now train it: how fast?"),
            Part("lr_range", "start", 3, "And how fast is too fast?"),
            Part("momentum", "start", 3, "Take larger steps safely."),
            Part("schedules", "start", 3, "And smaller ones at the end."),
            Part("transfer", "start", 2, "Or start from somebody else's weights."),
        ),
        "Shared weights make it possible, bottlenecks cheap, a good rate and schedule trainable, transfer quick.",
    ),
)
