"""Exercises on code that reports wrongly: means with a wrong divisor, the last network for the best, lucky epochs."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.templates import Refused, Template
from core.kit.controls import closest
from core.labs.schedules.controls import CONTROLS
from core.labs.schedules.exercises.plans import Growing
from core.labs.schedules.exercises.schedulers import TOPIC, code

F = Fraction


@dataclass(frozen=True)
class Divided:
    """Batch size, the images at which the loop stops, and the loss that it prints."""

    batch: int
    limit: int
    printed: Fraction

    @property
    def ran(self) -> int:
        """Batches that are run."""
        return math.ceil(self.limit / self.batch)


def _ask_divided(p: Divided) -> Sequence[Question]:
    mean = p.printed * (p.ran + 1) / p.ran
    return (
        count(
            "Batches that are run",
            p.ran,
            (
                Slip("samples_not_updates", p.limit, "i · batch_size counts images, not updates."),
                Slip("rounded_down", p.limit // p.batch, "The batch at i = 0 is run too: round up."),
                Slip("one_more", p.ran + 1, f"At i = {p.ran} the loop stops before it trains."),
            ),
            (f"{p.limit} / {p.batch} = {p.limit / p.batch:.4g}; rounded up: {p.ran}",),
        ),
        number(
            "Their mean loss",
            mean,
            (
                Slip("divide_by_i_plus_1", p.printed, f"{p.ran} ran, but the sum was divided by {p.ran + 1}."),
                Slip("other_way", p.printed * p.ran / (p.ran + 1), "Multiply by i + 1; divide by the batches."),
            ),
            (f"{float(p.printed):g} · {p.ran + 1} / {p.ran} = {float(mean):.6g}",),
        ),
    )


def _draw_divided(rng: random.Random) -> Divided:
    found = Divided(2 ** rng.randint(5, 10), rng.randrange(1000, 6000, 100), F(rng.randint(300, 2500), 1000))
    if found.ran > 60 or found.limit % found.batch == 0:
        raise Refused("The divisor must matter.")
    return found


DIVIDED = Template(
    key="schedules.divided",
    title="Find the bug: a mean with one batch too many",
    topic=TOPIC,
    minutes=4,
    draw=_draw_divided,
    published=Divided(4096, 2000, F(676, 1000)),
    text=lambda p: (
        f"For batches of {p.batch:,} this prints {float(p.printed):g}. What is the mean loss?\n\n"
        + code(
            "for i, (x, y) in enumerate(loader):\n"
            f"    if i * batch_size >= {p.limit}:\n        break\n    total += train_step(x, y)\n"
            "print(total / (i + 1))"
        )
    ),
    ask=_ask_divided,
    state=lambda p: {"schedule": "grow", "cycled": "kept", **closest(CONTROLS, batch=p.batch, length=p.limit)},
    hints=lambda p: ("Follow i until the loop stops.", "What is i after the break, and how many batches ran?"),
    lesson="Divide by the batches that ran: the fewer there are, the more one too many matters.",
)


@dataclass(frozen=True)
class Equal:
    """A growing batch, and a run with cycles: epochs, training images, batch size; the accuracy that is printed."""

    grown: Growing
    epochs: int
    images: int
    batch: int
    accuracy: Fraction


def _ask_equal(p: Equal) -> Sequence[Question]:
    updates, sizes = p.grown.updates, p.grown.batches
    seen, total = sum(u * b for u, b in zip(updates, sizes, strict=True)), sum(updates)
    cycles = p.epochs * math.ceil(p.images / p.batch)
    return (
        count(
            "Images used by the loops above",
            seen,
            (
                Slip("updates", total, "These are updates."),
                Slip("limit", p.grown.limit * len(sizes), "A stage ends with a whole batch, beyond the limit."),
                Slip("all_epochs", p.epochs * p.images, "That is the run with cycles."),
            ),
            (" + ".join(f"{u} · {b}" for u, b in zip(updates, sizes, strict=True)) + f" = {seen:,}",),
        ),
        number(
            "Epochs that these are",
            F(seen, p.images),
            (
                Slip("ten", F(p.epochs), "That is the run with cycles."),
                Slip("stages", F(len(sizes)), "A stage ends long before an epoch does."),
            ),
            (f"{seen} / {p.images} = {seen / p.images:.6g}",),
        ),
        number(
            "Updates of the run with cycles ÷ updates here",
            F(cycles, total),
            (
                Slip("equal", F(1), f"There are {cycles:,} and {total}."),
                Slip("inverse", F(total, cycles), "The run with cycles comes first."),
                Slip("samples_not_updates", F(cycles, p.grown.limit * len(sizes)), "The loops count images."),
            ),
            (
                f"{p.epochs} · {math.ceil(p.images / p.batch)} = {cycles}",
                f"{cycles} / {total} = {cycles / total:.6g}",
            ),
        ),
        choice(
            f"What does the printed {float(p.accuracy):g} say about new images?",
            ("nothing", "that it is as good as with cycles", "that large batches generalize worse"),
            "nothing",
            {
                "that it is as good as with cycles": "Both runs would need the same test images.",
                "that large batches generalize worse": "Neither updates nor epochs are equal here.",
            },
            "It is an accuracy on training images.",
        ),
    )


def _draw_equal(rng: random.Random) -> Equal:
    grown = Growing(rng.choice((8, 16, 32, 64)), rng.randint(4, 8), rng.randrange(1000, 6000, 100))
    epochs, images = rng.choice((5, 10, 20)), rng.choice((10_000, 20_000, 50_000, 60_000))
    return Equal(grown, epochs, images, rng.choice((32, 64, 128)), F(rng.randint(3000, 6000), 10_000))


EQUAL = Template(
    key="schedules.same_as_cycles",
    title="Find the bug: “the same as with cycles”",
    topic=TOPIC,
    minutes=6,
    draw=_draw_equal,
    published=Equal(Growing(32, 8, 2000), 10, 60_000, 64, F(4448, 10_000)),
    text=lambda p: (
        f"The report concludes that this behaves like a cyclical rate, which had {p.epochs} epochs of {p.images:,} "
        f"images in batches of {p.batch}. Does it show that?\n\n"
        + code(
            f"for batch_size in ({p.grown.first}, {2 * p.grown.first}, ..., {p.grown.batches[-1]}):\n"
            f"    # stops when i * batch_size >= {p.grown.limit}\n"
            f"    loss, acc = train(net, loader(batch_size), step_size={p.grown.limit})\n"
            f"print(acc)  # {float(p.accuracy):g}"
        )
    ),
    ask=_ask_equal,
    state=lambda p: {
        "schedule": "grow",
        "cycled": "kept",
        "epochs": p.epochs,
        **closest(CONTROLS, n_train=p.images, batch=p.grown.first, length=p.grown.limit),
    },
    hints=lambda p: ("At each size divide the limit by the batch size and round up.", "Then count whole batches."),
    lesson="Compare strategies at equal epochs, and test each once on the same test images.",
)


@dataclass(frozen=True)
class Best:
    """Accuracies after each epoch, in percent."""

    accuracies: tuple[int, ...]


def _records(values: Sequence[int]) -> int:
    return sum(value > max(values[:place], default=0) for place, value in enumerate(values))


def _ask_best(p: Best) -> Sequence[Question]:
    last, best = p.accuracies[-1], max(p.accuracies)
    return (
        number(
            "Accuracy of the saved network",
            F(last, 100),
            (
                Slip("best_outside_if", F(best, 100), "Every call saves, since best_acc is 0 in each of them."),
                Slip("first", F(p.accuracies[0], 100), "Later epochs overwrite the file."),
            ),
            (f"accuracy of the last epoch = {last / 100:g}",),
        ),
        count(
            "Times that the file is written",
            len(p.accuracies),
            (Slip("records", _records(p.accuracies), "Each call compares with 0, not with the best so far."),),
            (f"once in each epoch: {len(p.accuracies)}",),
        ),
        choice(
            "What mends it?",
            ("best_acc kept between calls, set inside the if", "a larger best_acc at first", "saving every epoch"),
            "best_acc kept between calls, set inside the if",
            {
                "a larger best_acc at first": "It would still forget the best so far.",
                "saving every epoch": "That is what happens now.",
            },
            "Then only a better network is saved.",
        ),
    )


def _draw_best(rng: random.Random) -> Best:
    found = tuple(rng.sample(range(25, 96), rng.randint(5, 8)))
    if found[-1] == max(found) or found[0] == max(found) or _records(found) < 2:
        raise Refused("The best epoch is in between.")
    return Best(found)


BEST = Template(
    key="schedules.best_epoch",
    title="Find the bug: the best network",
    topic=TOPIC,
    minutes=3,
    draw=_draw_best,
    published=Best((31, 42, 47, 45, 44)),
    text=lambda p: (
        "This is meant to save the best network. Which one does it save?\n\n"
        + code(
            f"# accuracies: {', '.join(f'{value / 100:g}' for value in p.accuracies)}\nbest_acc = 0\ndef test(epoch):\n"
            "    best_acc = 0\n    if acc > best_acc:\n        save(net)\n    best_acc = acc"
        )
    ),
    ask=_ask_best,
    state=lambda p: {},
    hints=lambda p: ("Which best_acc does the function see?",),
    lesson="A variable set in a function is local: every call sets it again.",
)


@dataclass(frozen=True)
class Means:
    """Images of the test set, and the batch size."""

    images: int
    batch: int


def _ask_means(p: Means) -> Sequence[Question]:
    last, batches = p.images % p.batch, math.ceil(p.images / p.batch)
    return (
        count(
            "Batches",
            batches,
            (Slip("whole", p.images // p.batch, "The last batch counts too, with fewer images."),),
            (f"{p.images} / {p.batch} = {p.images / p.batch:.6g}; rounded up: {batches}",),
        ),
        count(
            "Images in the last batch",
            last,
            (Slip("full", p.batch, f"{batches - 1} · {p.batch} = {(batches - 1) * p.batch:,} come before it."),),
            (f"{p.images} − {batches - 1} · {p.batch} = {last}",),
        ),
        number(
            "Weight of one of its images ÷ that of any other",
            F(p.batch, last),
            (
                Slip("even", F(1), "Every batch has the same weight in the mean, whatever its size."),
                Slip("inverse", F(last, p.batch), "Fewer images share the weight of one batch."),
            ),
            (f"{p.batch} / {last} = {p.batch / last:.6g}",),
        ),
    )


def _draw_means(rng: random.Random) -> Means:
    found = Means(rng.randrange(1000, 20_000, 250), rng.choice((32, 64, 96, 128, 256)))
    if found.images % found.batch in (0, found.batch // 2):
        raise Refused("The last batch must be smaller.")
    return found


MEANS = Template(
    key="schedules.mean_of_means",
    title="Find the bug: a mean of means",
    topic=TOPIC,
    minutes=3,
    draw=_draw_means,
    published=Means(10_000, 64),
    text=lambda p: (
        f"The loader gives {p.images:,} test images in batches of {p.batch}. What is wrong with this mean?\n\n"
        + code("for x, y in test_loader:\n    accuracies.append(accuracy(x, y))\nprint(mean(accuracies))")
    ),
    ask=_ask_means,
    state=lambda p: closest(CONTROLS, n_train=p.images, batch=p.batch),
    hints=lambda p: ("How many images are in the last batch?", "Each batch has the same weight in the mean."),
    lesson="Divide the correct predictions by the images, or weight each batch by its size.",
)


@dataclass(frozen=True)
class Looks:
    """The best accuracy that is reported, the images it was measured on, and the epochs it was chosen from."""

    accuracy: Fraction
    images: int
    epochs: int


@cache
def expected_maximum(count: int) -> float:
    """Return the mean of the largest of `count` independent standard normal numbers, by the rectangle rule."""
    step, far = 1e-2, 9.0
    at = [-far + step * k for k in range(round(2 * far / step) + 1)]
    density = (
        count * math.exp(-x * x / 2) / math.sqrt(2 * math.pi) * ((1 + math.erf(x / math.sqrt(2))) / 2) ** (count - 1)
        for x in at
    )
    return step * sum(x * d for x, d in zip(at, density, strict=True))


def _ask_looks(p: Looks) -> Sequence[Question]:
    share = float(p.accuracy)
    error = 100 * math.sqrt(share * (1 - share) / p.images)
    gain = expected_maximum(p.epochs)
    return (
        number(
            f"Standard error of {100 * share:g}% on them, in points",
            error,
            (
                Slip("share", error / 100, "In points it is 100 times that."),
                Slip("even", 50 / math.sqrt(p.images), "That is the standard error at 50%."),
                Slip("one_image", 100 * math.sqrt(share * (1 - share)), "Divide by the square root of the images."),
            ),
            (f"100 · √({share:g} · {1 - share:.4g} / {p.images}): error = {error:.6g}",),
        ),
        number(
            "Expected luck in the best epoch, in points",
            error * gain,
            (
                Slip("one", error, f"The largest of {p.epochs} lies {gain:.2f} standard errors above the mean."),
                Slip("all", error * p.epochs, "Luck does not add up: the best is one of them."),
            ),
            (f"{error:.6g} · {gain:.5g}: luck = {error * gain:.6g}",),
        ),
        choice(
            "Test images left for an honest test",
            ("none", "one in ten", "all of them"),
            "none",
            {
                "one in ten": "Every epoch was tested on all of them.",
                "all of them": "The epochs were compared on them.",
            },
            "All of them helped to choose the epoch.",
        ),
    )


LOOKS = Template(
    key="schedules.looks",
    title="Find the bug: a validation accuracy",
    topic=TOPIC,
    minutes=5,
    draw=lambda rng: Looks(
        F(rng.randrange(7000, 9900, 7), 10_000), rng.choice((1000, 2000, 5000, 10_000)), rng.choice((5, 10, 20, 50))
    ),
    published=Looks(F(9367, 10_000), 10_000, 10),
    text=lambda p: (
        f"The best of {p.epochs} epochs is reported. How much of it is luck, if the epochs are equally good and their "
        f"errors independent? The largest of {p.epochs} standard normal numbers is "
        f"{expected_maximum(p.epochs):.5g} on average.\n\n"
        + code(
            f"test_loader = DataLoader(test_set)  # {p.images:,} images\nfor epoch in range({p.epochs}):\n"
            "    train(epoch)\n    accuracies.append(accuracy(net, test_loader))\n"
            f"print('final validation', max(accuracies))  # {100 * float(p.accuracy):g}%"
        )
    ),
    ask=_ask_looks,
    state=lambda p: closest(CONTROLS, epochs=p.epochs, n_train=p.images),
    hints=lambda p: ("The standard error of a share is √(p(1 − p)/n).", "Multiply it by the largest normal number."),
    lesson="Choose the epoch on validation images; use the test images once, at the end.",
)
