"""Terms of fits, of their errors, and of the foundation labs."""

from core.kit.glossary.term import Term

CHOICE = ("model_selection",)
FITS = ("bias_variance", "model_selection", "regularization")
PENALTIES = ("regularization",)

GENERALIZATION = (
    Term("degree", "The highest power of x in a polynomial. A polynomial of degree d has d + 1 coefficients.", FITS),
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
        "A term added to the loss that grows with the weights. Its strength, often α or λ, sets how much they shrink.",
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
        "The weight of a point's own target in its fitted value. In least squares it lies between 0 and 1.",
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
)

FOUNDATIONS = (
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
        "A function that turns scores into probabilities: their exponentials, divided by the sum of the exponentials.",
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
)
