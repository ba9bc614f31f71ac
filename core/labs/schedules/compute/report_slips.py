"""Bugs of the homeworks about what is reported: losses, accuracies, and of which images."""

from __future__ import annotations

from math import ceil, erf, exp, log, log1p, pi, sqrt

from core.labs.schedules.compute.cards import Card, asked

BEST = (0.31, 0.42, 0.47, 0.45, 0.44)  # accuracies of five epochs
REPORTED, TEST = 0.9367, 10_000  # "validation" accuracy that was reported, and the images it is of
EPOCHS, N = 10, 60_000


def _softplus(z: float) -> float:
    return log1p(exp(z))


def bce_on_softmax(probabilities: tuple[float, ...]) -> float:
    """Binary cross-entropy `from_logits` of the output of a softmax, whose first class is the true one."""
    return (sum(map(_softplus, probabilities)) - probabilities[0]) / len(probabilities)


def standard_error(share: float, n: int) -> float:
    """Standard error of a share of n images."""
    return sqrt(share * (1 - share) / n)


def expected_maximum(count: int) -> float:
    """Mean of the largest of some independent standard normal numbers, by the rectangle rule: it is smooth."""
    step, far = 1e-3, 9.0
    at = [-far + step * k for k in range(round(2 * far / step) + 1)]
    density = (count * exp(-x * x / 2) / sqrt(2 * pi) * ((1 + erf(x / sqrt(2))) / 2) ** (count - 1) for x in at)
    return step * sum(x * d for x, d in zip(at, density, strict=True))


def cards(updates: int, images: int) -> tuple[Card, ...]:
    """The cards; of the test of batch sizes the updates and images are known."""
    return _bce(), _best(), _mean(), _test_as_validation(), _no_test(updates, images)


def _test_as_validation() -> Card:
    error = 100 * standard_error(REPORTED, TEST)
    gain = expected_maximum(EPOCHS)
    return Card(
        "A validation accuracy",
        "test_loader = DataLoader(test_set)       # 10,000 images\n"
        "for epoch in range(10):\n"
        "    train(epoch)\n"
        "    accuracies.append(accuracy(net, test_loader))\n"
        "print('final validation', max(accuracies))   # 93.67%",
        (
            asked("Images unused before the report", 0, ("test set", TEST, "The ten epochs were compared on them.")),
            asked(
                "Standard error of 93.67% on them, in points",
                error,
                ("share", error / 100, "In points it is 100 times that."),
                ("even", 100 * standard_error(0.5, TEST), "That is the standard error at 50%."),
            ),
            asked(
                "Expected luck in the best of ten equal epochs, in points, if they are independent",
                error * gain,
                (
                    "one",
                    error,
                    f"That is one standard error; the largest of ten normal values lies on average {gain:.2f} "
                    "standard errors above the mean.",
                ),
            ),
        ),
        "Keep some training images for validation, choose the epoch with them, and use the test "
        f"images once: the best of ten is up to {error * gain:.2f} points too good.",
    )


def _no_test(updates: int, images: int) -> Card:
    cycles = EPOCHS * ceil(N / 64)
    return Card(
        "The same as with cycles?",
        "for batch_size in (32, 64, ..., 8192):   # the test of batch sizes above\n"
        "    loss, acc = train(net, loader(batch_size), step_size=2000)\n"
        "print(acc)                               # 0.4448\n"
        "# conclusion: “the same behavior as the cyclical rate”, which had 10 epochs with batches of 64",
        (
            asked("Test images behind the 0.4448", 0, ("test set", TEST, "train() uses only training images.")),
            asked(
                "Images used for training",
                images,
                ("updates", updates, "That counts updates, not images."),
                ("epochs", EPOCHS * N, "That is the run with cycles."),
            ),
            asked(
                "Epochs these amount to",
                images / N,
                ("ten", EPOCHS, "The loop ends after only 2,016 to 8,192 images of each batch size."),
            ),
            asked(
                "Updates of the run with cycles ÷ updates here",
                cycles / updates,
                ("equal", 1, f"There were {cycles:,} and {updates}."),
            ),
        ),
        f"{images / N:.2f} epochs and {updates} updates against {EPOCHS} epochs and {cycles:,}, "
        "and nothing on test images: this does not compare strategies. Train both for equal "
        "epochs, and test each once.",
    )


def _bce() -> Card:
    perfect, even, wrong = (bce_on_softmax(p) for p in ((1.0, *[0.0] * 9), (0.1,) * 10, (0.0, 1.0, *[0.0] * 8)))
    return Card(
        "A loss for ten classes",
        "outputs = Dense(10, activation='softmax')(features)\n"
        "model.compile(loss=BinaryCrossentropy(from_logits=True), ...)",
        (
            asked(
                "Loss of a perfect prediction",
                perfect,
                ("zero", 0, "The probabilities are treated as logits and go through a second sigmoid."),
            ),
            asked(
                "Loss of an even guess",
                even,
                ("cross-entropy", log(10), "That is log 10, the cross-entropy of an even guess."),
            ),
        ),
        f"Whatever the network predicts, the loss lies between {perfect:.4f} and {wrong:.4f}, "
        "with small gradients: after a softmax use CategoricalCrossentropy(from_logits=False).",
    )


def _best() -> Card:
    return Card(
        "The best accuracy",
        f"# accuracies of five epochs: {', '.join(map(str, BEST))}\n"
        "best_acc = 0\n"
        "def test(epoch):\n"
        "    best_acc = 0\n"
        "    if acc > best_acc:\n"
        "        save(net)\n"
        "    best_acc = acc",
        (
            asked(
                "Accuracy of the saved network",
                BEST[-1],
                ("best", max(BEST), "best_acc is local and 0 at every call, so every epoch overwrites the last."),
            ),
        ),
        "best_acc is local and assigned outside the `if`, so the last network is saved, not the best.",
    )


def _mean() -> Card:
    return Card(
        "A mean of means",
        "for x, y in test_loader:                 # 10,000 images, batch 64\n"
        "    accuracies.append(accuracy(x, y))\n"
        "print(mean(accuracies))",
        (
            asked(
                "Batches", ceil(10_000 / 64), ("whole", 10_000 // 64, "The last batch counts too, with fewer images.")
            ),
            asked("Images in the last batch", 10_000 % 64, ("full", 64, "156 · 64 = 9,984.")),
            asked(
                "Weight of one of its images ÷ that of any other",
                64 / (10_000 % 64),
                ("even", 1, "Every batch has the same weight in the mean, whatever its size."),
            ),
        ),
        "Divide the total number of correct predictions by the number of images, or weight each batch by its size.",
    )
