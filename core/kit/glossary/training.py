"""Terms of networks and of their training."""

from core.kit.glossary.term import Term

TRAINED = ("lr_range", "schedules", "transfer")

NETWORKS = (
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
    Term("receptive field", "The part of the input image that can influence a given unit.", ("cnn_cost", "inception")),
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
        "The matrix W that turns vec(x) into the output of a convolution: each row holds the kernel at one position.",
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
)

TRAINING = (
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
        "A rule for the range test: coming down from the largest rate, the first where the slope of the loss settles.",
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
        "The number of steps in which PyTorch's cosine schedule falls from the peak rate to the minimum rate.",
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
        "η N / (B (1 − μ)): roughly how noisy gradient steps are, for rate η, N images, batch size B, and momentum μ.",
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
)
