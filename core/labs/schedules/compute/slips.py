"""Bugs of the homeworks about rates and batches, and what each of them comes to: computed, not remembered."""

from __future__ import annotations

from math import ceil, log

from core.labs.schedules.compute import report_slips as report
from core.labs.schedules.compute.cards import Card, asked
from core.labs.schedules.compute.shapes import Shape

# The homework's test of batch sizes: what it printed after `step_size` = 2000.
PRINTED = {32: 2.724, 64: 1.802, 128: 1.488, 256: 1.310, 512: 1.147, 1024: 0.954, 2048: 0.696, 4096: 0.676}
STEP_SIZE = 2000
SIZES = tuple(2**power for power in range(5, 14))
CLR = Shape(kind="exp_range", length=5000, high=0.774, low=2.78e-5)
CLR_UPDATES = 10 * ceil(60_000 / 64)
COSINE = Shape(kind="cosine", length=200, high=0.1)


def batches_run(batch: int, limit: int = STEP_SIZE) -> int:
    """Batches until `i * batch >= limit` ends the loop over i = 0, 1, ..."""
    return ceil(limit / batch)


def true_mean(printed: float, batch: int) -> float:
    """Mean loss of the batches that ran, from the sum divided by one more than their number."""
    ran = batches_run(batch)
    return printed * (ran + 1) / ran


def cards() -> tuple[Card, ...]:
    """All cards."""
    own = (_exp_range(), _samples(), _cosine(), _momentum(), _per_epoch(), _resume())
    return *own, *report.cards(sum(map(batches_run, SIZES)), sum(batch * batches_run(batch) for batch in SIZES))


def _exp_range() -> Card:
    return Card(
        "A cyclical rate that decays",
        "CyclicLR(optimizer, 2.78e-5, 0.774, step_size_up=5000, mode='exp_range')\n"
        "# 10 epochs of 60,000 images, batch 64, scheduler.step() after each batch",
        (
            asked("Total updates", CLR_UPDATES,
                  ("incomplete batch forgotten", 10 * (60_000 // 64),
                   f"The last batch of an epoch has {60_000 % 64} images, and torch's loader keeps it.")),
            asked("Complete cycles", 0, ("triangle", 1, "A cycle is up and down, 10,000 updates; there are 9,380.")),
            asked("Rate after the last update", float(CLR.rate(CLR_UPDATES)),
                  ("foot", 2.78e-5, "That would be the rate after a whole cycle, 620 updates later.")),
            asked("Factor by which the height has decayed", 1,
                  ("decay", 0.0, "γ defaults to 1.")),
        ),
        "gamma defaults to 1.0, so exp_range does not decay: 9,380 updates make one truncated "
"triangle. For three cycles step_size_up must be about 9,380 / 6 = 1,563.",
    )  # fmt: skip


def _samples() -> Card:
    total = sum(map(batches_run, SIZES))
    images = [batch * batches_run(batch) for batch in SIZES]
    return Card(
        "A test of batch sizes",
        "for i, (x, y) in enumerate(loader):      # batch sizes 32, 64, ..., 8192 one after another\n"
        "    if i * batch_size >= step_size:      # step_size = 2000\n"
        "        break\n"
        "    total += train_step(x, y)\n"
        "print(total / (i + 1))",
        (
            asked("Updates with batches of 64", batches_run(64),
                  ("updates", 2000, "i · batch_size counts images, not updates.")),
            asked("Updates with batches of 8,192", batches_run(8192),
                  ("none", 0, "At i = 0 the product is 0 < 2000.")),
            asked("Updates of all nine sizes together", total,
                  ("updates", 9 * STEP_SIZE, "That would be 2,000 updates each."),),
            asked("Printed 0.676 for 4,096: the mean loss", true_mean(0.676, 4096),
                  ("printed", 0.676, "One batch ran, but i is 1 when the loop ends: the sum was divided by 2.")),
        ),
        f"The loop stops after {min(images):,} to {max(images):,} images of each size, "
f"{sum(images):,} images in {total} updates in all, and the mean divides by one batch too "
f"many. From 256 to 4,096 the loss falls from {true_mean(PRINTED[256], 256):.2f} to "
f"{true_mean(PRINTED[4096], 4096):.2f}, not from {PRINTED[256]:.2f} to "
f"{PRINTED[4096]:.2f}. Compare at equal epochs, and divide by the batches that ran.",
    )  # fmt: skip


def _cosine() -> Card:
    return Card(
        "A cosine that anneals",
        "optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)\n"
        "scheduler = CosineAnnealingLR(optimizer, T_max=200)\n"
        "for epoch in range(5):\n"
        "    train(epoch); test(trainloader); scheduler.step()",
        (
            asked("Rate after the five epochs", float(COSINE.rate(5)),
                  ("annealed", 0, "It would be 0 after 200 epochs.")),
            asked("T_max for a final rate of 0", 5, ("as it is", 200, "Training lasts five epochs.")),
            asked("Test images actually used", 0,
                  ("test set", 10_000, "test() gets the loader of the training images.")),
        ),
        "Set T_max to the number of epochs, and pass the test loader to test(). As it stands, "
"the rate is constant and the “test accuracy” is a training accuracy.",
    )  # fmt: skip


def _momentum() -> Card:
    return Card(
        "Without momentum",
        "optimizer = SGD(net.parameters(), lr=0.1, momentum=0)\n"
        "scheduler = CyclicLR(optimizer, 0.01, 0.1, step_size_up=2000)",
        (
            asked("Momentum of the first update", 0.9,
                  ("as made", 0, "cycle_momentum is on by default.")),
            asked("Momentum at the peak of the rate", 0.8,
                  ("as made", 0, "cycle_momentum is on by default."),
                  ("up", 0.9, "It goes down where the rate goes up.")),
            asked("Rate / (1 − momentum) at the peak", 0.1 / (1 - 0.8),
                  ("rate", 0.1, "Each gradient acts for about 1 / (1 − momentum) updates.")),
        ),
        "cycle_momentum=True is the default and overrides what SGD was given; set "
"cycle_momentum=False.",
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
            asked("Scheduler steps", 10, ("updates", 9380, "scheduler.step() is in the loop over epochs.")),
            asked("Rate after the last epoch", rate,
                  ("per update", float(CLR.rate(CLR_UPDATES)), "That is with a step after every update.")),
        ),
        f"The rate has risen to {rate:.5f} of 0.774. Move scheduler.step() into the loop over "
"batches, or give step_size_up in epochs.",
    )  # fmt: skip


def buildup(momentum: float, updates: int) -> float:
    """Size of a step after so many updates from an empty momentum buffer, over its final size, if gradients are equal.

    The buffer is v_n = mu v_(n-1) + g with v_0 = 0 (torch's SGD), so that v_n = g (1 - mu^n) / (1 - mu).
    """
    return 1 - momentum**updates


def _resume() -> Card:
    first, whole = buildup(0.9, 1), ceil(log(0.1) / log(0.9))
    halves = Shape(kind="cosine", length=10, high=0.1)
    return Card(
        "Resumed the next day",
        "# epochs 1 to 5 of 10: SGD(lr=0.1, momentum=0.9), CosineAnnealingLR(T_max=10), a step after each epoch\n"
        "torch.save(net.state_dict(), 'net.pt')\n"
        "# epochs 6 to 10\n"
        "net.load_state_dict(torch.load('net.pt'))\n"
        "optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9)\n"
        "scheduler = CosineAnnealingLR(optimizer, T_max=10)",
        (
            asked("Rate of epoch 6", float(halves.rate(0)),
                  ("gone on", float(halves.rate(5)), "The new scheduler has seen no epochs and starts at 0.")),
            asked("First step after resuming ÷ last step before, with equal gradients and rates", first,
                  ("as before", 1, "The momentum buffer is empty: the step is η g, no longer η g / (1 − μ).")),
            asked("Updates until a step is back to 90% of its size", whole,
                  ("memory", 10, f"After 1 / (1 − μ) = 10 updates it has 1 − μ¹⁰ = {buildup(0.9, 10):.2f} of it.")),
            asked("Rate after epoch 10", float(halves.rate(5)),
                  ("annealed", 0, "The second cosine is only halfway.")),
        ),
        "Also save and load optimizer.state_dict(), scheduler.state_dict(), and the epoch. "
f"Otherwise the rate jumps from {float(halves.rate(5)):.2f} to 0.1, and the first steps "
"lack their momentum.",
    )  # fmt: skip
