"""Bugs of the homeworks about rates and batches, and what each of them comes to: computed, not remembered."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp, log, log1p

from core.cnn.inception_slips import Question, Slip
from core.training.schedule_curves import Shape

# The homework's test of batch sizes: what it printed after `step_size` = 2000.
PRINTED = {32: 2.724, 64: 1.802, 128: 1.488, 256: 1.310, 512: 1.147, 1024: 0.954, 2048: 0.696, 4096: 0.676}
STEP_SIZE = 2000
SIZES = tuple(2**power for power in range(5, 14))
CLR = Shape(kind="exp_range", length=5000, high=0.774, low=2.78e-5)
CLR_UPDATES = 10 * ceil(60_000 / 64)
COSINE = Shape(kind="cosine", length=200, high=0.1)
BEST = (0.31, 0.42, 0.47, 0.45, 0.44)  # accuracies of five epochs


def batches_run(batch: int, limit: int = STEP_SIZE) -> int:
    """Batches until `i * batch >= limit` ends the loop over i = 0, 1, ..."""
    return ceil(limit / batch)


def true_mean(printed: float, batch: int) -> float:
    """Mean loss of the batches that ran, from the sum divided by one more than their number."""
    ran = batches_run(batch)
    return printed * (ran + 1) / ran


def _softplus(z: float) -> float:
    return log1p(exp(z))


def bce_on_softmax(probabilities: tuple[float, ...]) -> float:
    """Binary cross-entropy `from_logits` of the output of a softmax, whose first class is the true one."""
    return (sum(map(_softplus, probabilities)) - probabilities[0]) / len(probabilities)


@dataclass(frozen=True)
class Card:
    """A piece of code with a bug.

    Attributes
    ----------
    title, code : str
    asked : tuple of Question
        What it comes to.
    mended : str
        The bug, and what should stand there.
    """

    title: str
    code: str
    asked: tuple[Question, ...]
    mended: str


def _asked(label: str, truth: float, *slips: tuple[str, float, str]) -> Question:
    found = tuple(Slip(name, _exact(value), said) for name, value, said in slips)
    return Question(label, _exact(truth), "", found)


def _exact(value: float) -> Fraction:
    """What Python writes with twelve digits."""
    return Fraction(f"{value:.12g}")


def cards() -> tuple[Card, ...]:
    """All cards."""
    return (_exp_range(), _samples(), _cosine(), _momentum(), _per_epoch(), _bce(), _best(), _mean())


def _exp_range() -> Card:
    return Card(
        "A cyclical rate that decays",
        "CyclicLR(optimizer, 2.78e-5, 0.774, step_size_up=5000, mode='exp_range')\n"
        "# 10 epochs of 60,000 images, batch 64, scheduler.step() after each batch",
        (
            _asked("Updates in all", CLR_UPDATES,
                   ("incomplete batch forgotten", 10 * (60_000 // 64), "The last batch of an epoch has 48 images, and "
                    "torch's loader keeps it.")),
            _asked("Complete cycles", 0, ("triangle", 1, "A cycle is up and down, 10,000 updates; there are 9,380.")),
            _asked("Rate after the last update", float(CLR.rate(CLR_UPDATES)),
                   ("foot", 2.78e-5, "That would be the rate after a whole cycle, 620 updates later.")),
            _asked("Factor by which the height has decayed", 1,
                   ("decay", 0.0, "γ is 1 unless it is given.")),
        ),
        "gamma is 1.0 unless given, so that exp_range does not decay, and 9,380 updates are one triangle, cut off. For "
        "three cycles step_size_up has to be about 9,380 / 6 = 1,563.",
    )  # fmt: skip


def _samples() -> Card:
    total = sum(map(batches_run, SIZES))
    return Card(
        "A test of batch sizes",
        "for i, (x, y) in enumerate(loader):      # batch sizes 32, 64, ..., 8192 one after another\n"
        "    if i * batch_size >= step_size:      # step_size = 2000\n"
        "        break\n"
        "    total += train_step(x, y)\n"
        "print(total / (i + 1))",
        (
            _asked("Updates with batches of 64", batches_run(64),
                   ("updates", 2000, "i · batch_size counts images, not updates.")),
            _asked("Updates with batches of 8,192", batches_run(8192),
                   ("none", 0, "At i = 0 the product is 0 < 2000.")),
            _asked("Updates of all nine sizes together", total,
                   ("updates", 9 * STEP_SIZE, "That would be 2,000 updates each."),),
            _asked("Printed 0.676 for 4,096: the mean loss", true_mean(0.676, 4096),
                   ("printed", 0.676, "One batch ran, but i is 1 when the loop ends: the sum was divided by 2.")),
        ),
        f"The loop stops after {STEP_SIZE:,} images, {total} updates in all, and the mean divides by "
        "one batch too many: "
        "most of the fall of the loss with the batch size is this. Compare at equal epochs, and divide by the batches "
        "that ran.",
    )  # fmt: skip


def _cosine() -> Card:
    return Card(
        "A cosine that anneals",
        "optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)\n"
        "scheduler = CosineAnnealingLR(optimizer, T_max=200)\n"
        "for epoch in range(5):\n"
        "    train(epoch); test(trainloader); scheduler.step()",
        (
            _asked("Rate after the five epochs", float(COSINE.rate(5)),
                   ("annealed", 0, "It would be 0 after 200 epochs.")),
            _asked("T_max that ends at 0", 5, ("as it is", 200, "The training has five epochs.")),
            _asked("Test images that are looked at", 0,
                   ("test set", 10_000, "test() is given the loader of the training images.")),
        ),
        "T_max is to be the number of epochs that are trained, and test() wants the test loader: as "
        "it stands, the rate "
        "is constant and the “test accuracy” is that of the training images.",
    )  # fmt: skip


def _momentum() -> Card:
    return Card(
        "Without momentum",
        "optimizer = SGD(net.parameters(), lr=0.1, momentum=0)\n"
        "scheduler = CyclicLR(optimizer, 0.01, 0.1, step_size_up=2000)",
        (
            _asked("Momentum of the first update", 0.9,
                   ("as made", 0, "cycle_momentum is on unless it is switched off.")),
            _asked("Momentum at the peak of the rate", 0.8,
                   ("as made", 0, "cycle_momentum is on unless it is switched off."),
                   ("up", 0.9, "It goes down where the rate goes up.")),
            _asked("Rate / (1 − momentum) at the peak", 0.1 / (1 - 0.8),
                   ("rate", 0.1, "Each gradient acts for about 1 / (1 − momentum) updates.")),
        ),
        "cycle_momentum=True is the default, and overwrites what SGD was given: say cycle_momentum=False.",
    )  # fmt: skip


def _per_epoch() -> Card:
    rate = float(CLR.rate(10))
    return Card(
        "The scheduler in the outer loop",
        "scheduler = CyclicLR(optimizer, 2.78e-5, 0.774, step_size_up=5000)\n"
        "for epoch in range(10):\n"
        "    for x, y in loader:\n"
        "        train_step(x, y)\n"
        "    scheduler.step()",
        (
            _asked("Steps of the scheduler", 10, ("updates", 9380, "scheduler.step() stands in the loop over epochs.")),
            _asked("Rate after the last epoch", rate,
                   ("per update", float(CLR.rate(CLR_UPDATES)), "That is with a step after every update.")),
        ),
        f"The rate has risen to {rate:.5f} of 0.774. scheduler.step() belongs into the loop over "
        "batches, or step_size_up "
        "is to be counted in epochs.",
    )  # fmt: skip


def _bce() -> Card:
    perfect, even, wrong = (bce_on_softmax(p) for p in ((1.0, *[0.0] * 9), (0.1,) * 10, (0.0, 1.0, *[0.0] * 8)))
    return Card(
        "A loss for ten classes",
        "outputs = Dense(10, activation='softmax')(features)\n"
        "model.compile(loss=BinaryCrossentropy(from_logits=True), ...)",
        (
            _asked("Loss of a perfect prediction", perfect,
                   ("zero", 0, "The probabilities are taken for logits, and put through a sigmoid once more.")),
            _asked("Loss of an even guess", even,
                   ("cross-entropy", log(10), "That is the cross-entropy log 10 of an even guess.")),
        ),
        f"Whatever the network says, the loss lies between {perfect:.4f} and {wrong:.4f}, with small "
        "gradients: behind a "
        "softmax belongs CategoricalCrossentropy(from_logits=False).",
    )  # fmt: skip


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
            _asked("Accuracy of the saved network", BEST[-1],
                   ("best", max(BEST), "best_acc is local and 0 at each call: every epoch is saved over the last.")),
        ),
        "best_acc is a local name, and is set outside the `if`: the last network is kept, not the best one.",
    )  # fmt: skip


def _mean() -> Card:
    return Card(
        "A mean of means",
        "for x, y in test_loader:                 # 10,000 images, batch 64\n"
        "    accuracies.append(accuracy(x, y))\n"
        "print(mean(accuracies))",
        (
            _asked("Batches", ceil(10_000 / 64),
                   ("whole", 10_000 // 64, "The last batch counts too, with fewer images.")),
            _asked("Images in the last batch", 10_000 % 64, ("full", 64, "156 · 64 = 9,984.")),
            _asked("Weight of an image of it, over that of another", 64 / (10_000 % 64),
                   ("even", 1, "Every batch has the same weight in the mean, whatever its size.")),
        ),
        "Add up the right answers and divide by the images, or weight each batch by its size.",
    )  # fmt: skip
