"""The glossary: what the terms of the labs mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

FITS = ("bias_variance", "model_selection", "regularization")
CHOICE = ("model_selection",)
PENALTIES = ("regularization",)
SCORES = ("ranking_curves",)
NETWORKS = ("cnn_cost", "convolution", "inception")
TRAINED = ("lr_range", "schedules", "transfer")


@dataclass(frozen=True)
class Term:
    """A term and its definition, one or two sentences of at most 30 words.

    `labs` names the labs that show it; `also` are other spellings, by which the texts of those labs call it.
    """

    name: str
    words: str
    labs: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Name of its place on the page, such as "term-test-error"."""
        plain = self.name.translate(_PLAIN).casefold()
        return "term-" + "-".join(re.findall(r"[a-z0-9]+", plain))


_PLAIN = str.maketrans({"²": "2", "β": "-beta", "γ": "-gamma"})

GLOSSARY: dict[str, tuple[Term, ...]] = {
    "Generalization": (
        Term(
            "degree", "The highest power of x in a polynomial. A polynomial of degree d has d + 1 coefficients.", FITS
        ),
        Term(
            "true function",
            "The function that the data follow apart from noise. A simulation knows it; in practice it is unknown.",
            FITS,
        ),
        Term(
            "noise",
            "Random variation in y that x does not explain. Its variance σ² is the smallest expected squared error "
            "that any model can reach.",
            FITS,
        ),
        Term(
            "training error",
            "The mean squared error, or the fraction of wrong classes, on the points that the model was fitted to. It "
            "usually underestimates the error on new data.",
            (*FITS, "neighbors"),
        ),
        Term(
            "expected test error",
            "The mean squared error on new data, averaged over training sets: bias² plus variance plus noise variance.",
            FITS,
            ("expected error",),
        ),
        Term(
            "test set",
            "Data kept out of the fit and used only to estimate the error. A small test set gives a noisy estimate.",
            FITS,
            ("test points",),
        ),
        Term(
            "bias²",
            "The squared difference between the true function and the average fit over many training sets.",
            ("bias_variance", "regularization"),
        ),
        Term(
            "variance",
            "In the decomposition of the error, how much fits vary between training sets: their expected squared "
            "deviation from the average fit.",
            ("bias_variance", "regularization"),
        ),
        Term(
            "simulation",
            "An estimate from random samples instead of a formula. Its standard error says how far it may be off by "
            "chance.",
            ("bias_variance", "regularization"),
            ("simulated",),
        ),
        Term(
            "underfitting",
            "Using a model too rigid to follow the true function. Training error and test error are both large.",
            FITS,
            ("too rigid",),
        ),
        Term(
            "overfitting",
            "Fitting the noise in the training data. The training error is small, but the error on new data is large.",
            FITS,
            ("overfit", "overfits"),
        ),
        Term(
            "extrapolation",
            "Prediction outside the range of the training data, where no data check the fit.",
            FITS,
            ("outside the training points", "outside the training range"),
        ),
        Term(
            "least squares",
            "Choosing the weights that make the sum of the squared residuals as small as possible.",
            FITS,
        ),
        Term(
            "penalty",
            "A term added to the loss that grows with the weights. Its strength, often α or λ, sets how much they "
            "shrink.",
            ("regularization", "logistic"),
        ),
        Term(
            "ridge",
            "Least squares with a penalty on the sum of the squared weights. It shrinks weights, but rarely to "
            "exactly zero.",
            PENALTIES,
        ),
        Term(
            "lasso",
            "Least squares with a penalty on the sum of the absolute weights. It can set weights to exactly zero.",
            PENALTIES,
        ),
        Term(
            "elastic net",
            "Least squares with a mix of the lasso and ridge penalties. The L1 ratio sets the mix: 1 is the lasso, 0 "
            "is ridge.",
            PENALTIES,
        ),
        Term("weight path", "Each weight as a function of the penalty strength.", PENALTIES, ("paths",)),
        Term(
            "effective degrees of freedom",
            "The trace of the matrix that turns training targets into fitted values. For least squares it counts the "
            "independent weights.",
            PENALTIES,
            ("eff. parameters", "effective parameters"),
        ),
        Term(
            "basis",
            "The functions of x that a linear model adds up, each times a weight: powers, Chebyshev polynomials, or "
            "cosines.",
            PENALTIES,
        ),
        Term("residual", "The observed value minus the fitted value.", CHOICE),
        Term(
            "leverage",
            "The weight of a point’s own target in its fitted value. In least squares it lies between 0 and 1.",
            CHOICE,
        ),
        Term("hold-out", "Fitting on one part of the data and measuring the error on the rest.", CHOICE),
        Term(
            "k-fold",
            "Cross-validation that splits the data into k parts, holds each part out once, and averages the k errors.",
            CHOICE,
            ("10-fold", "fold", "cross-validation"),
        ),
        Term(
            "leave-one-out",
            "Cross-validation that holds out one point at a time. With n points, each of n fits uses the other n − 1.",
            ("model_selection", "neighbors"),
            ("LOO",),
        ),
        Term(
            "GCV",
            "Generalized cross-validation: leave-one-out with every leverage replaced by the mean leverage.",
            CHOICE,
        ),
        Term(
            "AIC",
            "Akaike information criterion: −2 times the log-likelihood, plus 2 for each parameter. Smaller is better.",
            CHOICE,
        ),
        Term(
            "BIC",
            "Bayesian information criterion: −2 times the log-likelihood, plus log n for each parameter. Smaller is "
            "better.",
            CHOICE,
        ),
        Term("RMSE", "Root-mean-square error: the square root of the mean squared error, in the units of y.", CHOICE),
        Term(
            "standard error",
            "The standard deviation of an estimate over repetitions of the experiment. It is usually estimated, too.",
            FITS,
            ("SE",),
        ),
        Term(
            "1-SE rule",
            "Choose the simplest model whose estimated error is within one standard error of the smallest.",
            CHOICE,
            ("one SE", "one standard error"),
        ),
    ),
    "Foundations": (
        Term("odds", "The probability of an event divided by the probability of its opposite.", ("logistic",)),
        Term(
            "cross-entropy",
            "The mean negative logarithm of the probability that a model gave to the true label.",
            ("logistic", "gradients"),
        ),
        Term(
            "sigmoid",
            "The function 1 / (1 + exp(−z)). It turns any number into a probability between 0 and 1.",
            ("gradients",),
        ),
        Term(
            "softmax",
            "A function that turns scores into probabilities: their exponentials, divided by the sum of the "
            "exponentials.",
            ("gradients",),
        ),
        Term(
            "gradient",
            "The vector of partial derivatives. It points in the direction in which the function rises fastest.",
            ("gradients", "descent", "staleness"),
        ),
        Term(
            "entropy",
            "The average information in a random label: the sum of −p log p over its values. In bits with base 2.",
            ("trees",),
        ),
        Term(
            "gain",
            "The impurity before a split minus that of the children, weighted by their numbers of examples.",
            ("trees",),
        ),
        Term(
            "curvature",
            "The second derivative of a function along a direction: how fast the slope changes there.",
            ("descent", "staleness", "momentum"),
        ),
        Term(
            "batch normalization",
            "Subtracting the mean of the batch and dividing by its standard deviation, channel by channel; then a "
            "learned scale and shift.",
            ("normalization",),
        ),
        Term(
            "staleness",
            "The number of updates between reading the weights for a gradient and applying that gradient.",
            ("staleness",),
        ),
    ),
    "Ranking": (
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
            "Resampling the examples with replacement, many times. The spread of the results estimates the "
            "uncertainty.",
            SCORES,
        ),
        Term(
            "calibration",
            "Agreement between predicted probabilities and frequencies: among examples scored 0.7, about 70% are "
            "positive.",
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
            "Examples with equal scores. No threshold separates them, so the ROC curve crosses them in one straight "
            "line.",
            SCORES,
            ("tied",),
        ),
    ),
    "Networks": (
        Term(
            "parameters",
            "The numbers that training adjusts, such as weights and biases.",
            ("cnn_cost", "inception", "transfer", "normalization"),
        ),
        Term(
            "activations",
            "The outputs of the layers for a given input. Training stores many of them for the backward pass.",
            ("cnn_cost", "transfer"),
        ),
        Term(
            "MAC",
            "Multiply-accumulate: one multiplication and one addition. It is usually counted as two floating-point "
            "operations.",
            ("cnn_cost", "inception"),
        ),
        Term(
            "receptive field", "The part of the input image that can influence a given unit.", ("cnn_cost", "inception")
        ),
        Term("stride", "How many pixels a kernel moves from one position to the next.", ("cnn_cost", "convolution")),
        Term(
            "padding",
            "Values, usually zeros, added around an image so that a kernel also fits at the border.",
            ("cnn_cost", "convolution"),
        ),
        Term("kernel", "The small array of weights that a convolution slides over its input.", ("convolution",)),
        Term(
            "cross-correlation",
            "Sliding a kernel over an image and taking the dot product at each position. Deep learning calls it "
            "convolution.",
            ("convolution",),
        ),
        Term(
            "convolution",
            "Cross-correlation with the kernel rotated by 180°. Deep-learning libraries skip the rotation but keep "
            "the name.",
            ("convolution",),
        ),
        Term("vec(x)", "The entries of an image or a matrix, written as one long vector.", ("convolution",)),
        Term(
            "convolution matrix",
            "The matrix W that turns vec(x) into the output of a convolution: each row holds the kernel at one "
            "position.",
            ("convolution",),
            ("W vec(x)",),
        ),
        Term(
            "structural zero",
            "An entry of a matrix that is zero by construction, whatever the weights are.",
            ("convolution",),
            ("always zero",),
        ),
        Term(
            "im2col",
            "Copying each patch under the kernel into a column, which turns a convolution into one matrix product.",
            ("convolution",),
        ),
        Term(
            "transposed convolution",
            "Multiplication by the transpose of a convolution matrix. It maps arrays shaped like the output to arrays "
            "shaped like the input.",
            ("convolution",),
        ),
        Term(
            "bottleneck",
            "A 1×1 convolution that reduces the number of channels before a more expensive layer.",
            ("inception",),
        ),
        Term(
            "reduction width",
            "The number of filters of a bottleneck, which is the number of channels after it.",
            ("inception",),
        ),
        Term(
            "C²",
            "The number of weights of a 1×1 convolution from C to C channels. In this unit a 3×3 has 9.",
            ("inception",),
        ),
        Term(
            "training memory",
            "Memory that training needs for weights, gradients, optimizer state, and activations stored for the "
            "backward pass.",
            ("cnn_cost", "transfer"),
            ("memory of a step", "memory of a training step"),
        ),
    ),
    "Training": (
        Term(
            "learning rate",
            "The factor by which each update multiplies the gradient. A larger one takes larger steps.",
            ("lr_range", "schedules", "descent", "staleness"),
        ),
        Term(
            "update",
            "One change of the weights by the optimizer, usually from the gradient of one batch.",
            ("lr_range", "schedules", "staleness"),
        ),
        Term("epoch", "One pass over all training data.", TRAINED),
        Term(
            "range test",
            "A run whose learning rate grows from very small to very large. The loss shows which rates are useful.",
            ("lr_range",),
            ("ramp",),
        ),
        Term(
            "smoothed loss",
            "An exponential moving average of the loss, which varies less from batch to batch.",
            ("lr_range",),
        ),
        Term(
            "diverged",
            "Said of a run whose loss grows instead of settling, often to infinity or NaN.",
            ("lr_range",),
            ("diverges", "diverge"),
        ),
        Term(
            "steep",
            "A rule for the range test: the rate where the smoothed loss falls fastest over the logarithm of the rate.",
            ("lr_range",),
        ),
        Term(
            "valley",
            "A rule for the range test: the rate halfway into the longest falling subsequence of the smoothed loss.",
            ("lr_range",),
        ),
        Term(
            "slide",
            "A rule for the range test: coming down from the largest rate, the first where the slope of the loss "
            "settles.",
            ("lr_range",),
        ),
        Term(
            "minimum / 10",
            "A rule for the range test: one tenth of the rate with the smallest smoothed loss.",
            ("lr_range",),
        ),
        Term("schedule", "The learning rate as a function of time, step by step or epoch by epoch.", ("schedules",)),
        Term(
            "T_max",
            "The number of steps in which PyTorch’s cosine schedule falls from the peak rate to the minimum rate.",
            ("schedules",),
        ),
        Term(
            "decay factor γ",
            "The factor by which a decaying cyclical schedule shrinks its range of rates with each step.",
            ("schedules",),
            ("γ",),
        ),
        Term(
            "warm restart",
            "Setting the learning rate back to its peak and training on from the current weights.",
            ("schedules",),
        ),
        Term(
            "noise scale",
            "η N / (B (1 − μ)): roughly how noisy gradient steps are, for rate η, N images, batch size B, and "
            "momentum μ.",
            ("schedules",),
        ),
        Term(
            "momentum",
            "The fraction of the previous velocity that each update keeps. It averages the gradients of past steps.",
            ("momentum", "schedules"),
        ),
        Term(
            "condition number",
            "The largest curvature of a quadratic divided by the smallest. When it is large, gradient descent is slow.",
            ("momentum",),
        ),
        Term(
            "rate per step",
            "The factor by which each step multiplies the distance from the minimum, in the long run.",
            ("momentum",),
        ),
        Term(
            "steps per digit",
            "How many steps it takes to reduce the distance from the minimum by a factor of ten.",
            ("momentum",),
        ),
        Term(
            "stability limit",
            "The step size up to which gradient descent converges. On a quadratic it is 2 divided by the largest "
            "curvature.",
            ("descent", "momentum"),
        ),
        Term("heavy ball", "Momentum with the gradient taken at the current position.", ("momentum",)),
        Term(
            "Nesterov",
            "Momentum with the gradient taken ahead, at the point to which the velocity leads.",
            ("momentum",),
        ),
        Term("base", "The pretrained layers of a network that is used for a new task.", ("transfer",)),
        Term("head", "The new output layers on top of a pretrained base.", ("transfer",)),
        Term("frozen", "Not trained: frozen layers keep their weights.", ("transfer",), ("freezing", "freeze")),
        Term(
            "cut",
            "The border between frozen and trained layers: the first layer that is trained.",
            ("transfer",),
            ("first trainable layer",),
        ),
        Term("from scratch", "Training that starts with random weights instead of pretrained ones.", ("transfer",)),
    ),
}

TERMS: tuple[Term, ...] = tuple(term for terms in GLOSSARY.values() for term in terms)

# What no link may stand in: formulas, code, links, what Streamlit colors, quotations of the screen, headings.
_APART = r"\$\$.+?\$\$|\$[^$]+\$|```.+?```|`[^`]+`|\[[^\]]*\]\([^)]*\)|:[\w-]+\[[^\]]*\]|“[^”]*”|^#[^\n]*"


def linked(text: str, lab: str, done: set[str]) -> str:
    """Link the first occurrence of each of a lab's terms in a text to the glossary.

    Parameters
    ----------
    text : str
        Markdown of a section of the lab.
    lab : str
        Name of the lab: a word is a term only where `Term.labs` says so.
    done : set of str
        Names of the terms that the section has linked already; those that are linked here are added.

    Returns
    -------
    str
        The same words; the definition is the title of each link, which a pointer that rests on it shows.
    """
    spelled = {name.casefold(): term for term in TERMS if lab in term.labs for name in (term.name, *term.also)}
    if not spelled:
        return text
    names = "|".join(map(re.escape, sorted(spelled, key=len, reverse=True)))

    def link(found: re.Match[str]) -> str:
        if found["term"] is None:
            return found[0]
        term = spelled[found["term"].casefold()]
        if term.name in done:
            return found[0]
        done.add(term.name)
        return f'[{found[0]}](glossary#{term.anchor} "{term.words}")'

    pattern = rf"(?:{_APART})|(?<![\w-])(?P<term>{names})s?(?![\w-])"
    return re.sub(pattern, link, text, flags=re.IGNORECASE | re.MULTILINE | re.DOTALL)
