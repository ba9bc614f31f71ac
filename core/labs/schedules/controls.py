"""Controls of the page on schedules and batch size."""

from __future__ import annotations

import math

from core.kit.brought import File
from core.kit.controls import Choice, Control, LogSlider, Slider, Text, Toggle
from core.kit.words import number, percent
from core.labs.schedules.compute.own import EXAMPLE, read_log
from core.networks.grammar import MAX_TEXT, from_link, to_link
from core.networks.trainable import NETWORKS
from core.training.devices import controls

# Nine lengths below ten, and ten round ones in each power of ten.
_ROUND = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
LENGTHS = (*range(1, 10), *(tenth * 10**power for power in range(7) for tenth in _ROUND))
SIZES = (1_000, 2_000, 5_000, 6_000, 10_000, 20_000, 50_000, 60_000, 100_000)

SHAPES = {
    "triangular": "triangular cycles",
    "triangular2": "triangular2: halved each cycle",
    "exp_range": "exp_range: times γ each step",
    "one_cycle": "one cycle",
    "three_phase": "one cycle, three phases",
    "cosine": "cosine",
    "restarts": "cosine with warm restarts",
    "step": "step decay",
    "multi_step": "step decay at milestones",
    "polynomial": "polynomial decay",
    "grow": "constant rate, growing batch",
    "constant": "constant",
}
_TRAINED, _OWN = ("what", ("runs",)), ("what", ("own",))
CARDS = (8, 11, 16, 24, 40, 80, 141, 192)
DOUBLING = 1 / math.log10(2)


def show_rate(rate: float) -> str:
    """Write a rate with the digits that mean something."""
    return number(rate, 3)


LENGTH = Slider(
    name="length",
    label="Schedule length",
    default=2000,
    low=LENGTHS[0],
    high=LENGTHS[-1],
    step=LENGTHS[-1] - LENGTHS[0],
    also=LENGTHS,
    display="{:,}".format,
    help="Scheduler steps from the bottom to the peak of a triangle, per cosine, per one-cycle, or between drops.",
)

CONTROLS: tuple[Control, ...] = (
    LENGTH,
    Choice(
        name="what",
        label="Mode",
        default="plan",
        options={"plan": "Planned", "runs": "Trained", "own": "Your own log"},
        place="stage",
        help="The schedule as planned, a small network trained with it, or a log of your own beside it.",
    ),
    Text(
        name="logged",
        label="Your log",
        default=EXAMPLE,
        limit=MAX_TEXT,
        pack=to_link,
        unpack=from_link,
        when=_OWN,
        examples=("loss,val_loss\n2.1,1.9\n1.2,1.4\n0.9,1.5", '{"loss": [2.1, 1.2], "val_accuracy": [0.4, 0.6]}'),
        help="Keras's or Lightning's CSV or JSON, or columns such as epoch,loss,val_loss. Ctrl+Enter applies it.",
    ),
    File(
        name="record",
        label="Longer log as a file",
        read=read_log,
        when=_OWN,
        help="CSV, JSON, or TensorBoard event file with losses or accuracies. It replaces the lines and is not kept.",
    ),
    Choice(
        name="counted",
        label="A row is",
        default="auto",
        options={"auto": "as the log says", "epochs": "an epoch", "updates": "an update"},
        when=_OWN,
        help="Unit of the log's counter: the step of an event file can be either.",
    ),
    Choice(
        name="view",
        label="Show",
        default="one",
        options={"one": "One schedule", "several": "Strategies side by side"},
        place="stage",
        when=("what", ("plan", "runs")),
        help="One schedule in detail, or several strategies side by side.",
    ),
    Choice(
        name="along",
        label="Horizontal axis",
        default="updates",
        options={"epochs": "epochs", "updates": "updates"},
        place="stage",
        help="Unit of the axis. Side by side, all strategies get equally many of these.",
    ),
    Choice(
        name="schedule",
        label="Schedule",
        default="triangular",
        options=SHAPES,
        help="How the learning rate or batch size changes during training.",
    ),
    LogSlider(
        name="high",
        label="Peak rate",
        default=0.1,
        low=1e-4,
        high=10.0,
        per_decade=10,
        also=(0.05, 0.3, 0.774),
        display=show_rate,
        help="Largest learning rate of the schedule.",
    ),
    LogSlider(
        name="low",
        label="Minimum rate",
        default=0.01,
        low=1e-6,
        high=1.0,
        per_decade=5,
        zero=True,
        also=(2.78e-5,),
        display=show_rate,
        help="Lowest rate of triangles and cosines. One cycle starts at 1/25 of the peak instead.",
    ),
    Slider(
        name="gamma",
        label="γ of exp_range",
        default=0.9999,
        low=0.99,
        high=1.0,
        step=0.01,
        also=(0.995, 0.999, 0.9995, 0.9998, 0.9999, 0.99994, 0.99999),
        when=("schedule", ("exp_range",)),
        help="Factor applied to the triangle height at every step. Smaller values decay faster; 1 "
        "(torch's default) never decays.",
    ),
    Slider(
        name="warm",
        label="Rise (pct_start)",
        default=0.3,
        low=0.0,
        high=0.5,
        step=0.05,
        when=("schedule", ("one_cycle", "three_phase")),
        display=percent,
        help="Fraction of the cycle in which the rate rises. At 0 there is no rise, which three phases need.",
    ),
    Text(
        name="milestones",
        label="Milestones",
        default="1 1.5",
        limit=100,
        examples=("1 2 2.6667", "1 1 2"),
        when=("schedule", ("multi_step",)),
        help="Where the rate drops, as multiples of the length: 1 2 2.6667 means 30, 60, and 80 for a length of 30.",
    ),
    Slider(
        name="power",
        label="Power",
        default=1.0,
        low=0.5,
        high=3.0,
        step=0.1,
        when=("schedule", ("polynomial",)),
        help="Exponent of the decay; 1 is a straight line. Raising it lowers the rate sooner.",
    ),
    Choice(
        name="multiplier",
        label="Each restart lasts",
        default="1",
        options={"1": "as long as the one before", "2": "twice as long"},
        when=("schedule", ("restarts",)),
        help="Length of each cosine relative to the previous one.",
    ),
    Slider(
        name="epochs",
        label="Epochs",
        default=10,
        low=1,
        high=200,
        help="Passes over the training images. More epochs mean more updates.",
    ),
    Slider(
        name="n_train",
        label="Training images N",
        default=60_000,
        low=SIZES[0],
        high=SIZES[-1],
        step=SIZES[-1] - SIZES[0],
        also=SIZES,
        display="{:,}".format,
        help="Number of training images. Fashion-MNIST has 60,000 (bundled: 6,000), CIFAR-10 50,000.",
    ),
    LogSlider(
        name="batch",
        label="Batch size B",
        default=64,
        low=8,
        high=8192,
        per_decade=DOUBLING,
        display="{:,}".format,
        help="Images per update, at the start if the batch grows. Larger batches mean fewer updates.",
    ),
    Slider(
        name="factor",
        label="Factor k",
        default=2,
        low=2,
        high=10,
        help="Factor by which the batch grows, or the rate drops, after each length.",
    ),
    Slider(
        name="momentum",
        label="Momentum μ",
        default=0.9,
        low=0.0,
        high=0.95,
        step=0.05,
        also=(0.99,),
        help="Momentum passed to the optimizer. Some schedulers override it.",
    ),
    Choice(
        name="cycled",
        label="Momentum schedule",
        default="torch",
        options={"torch": "cycled (torch default)", "kept": "constant"},
        help="torch's CyclicLR and OneCycleLR also cycle the momentum unless told otherwise.",
    ),
    Slider(
        name="seeds",
        label="Seeds",
        default=1,
        low=1,
        high=3,
        when=_TRAINED,
        help="Number of runs with consecutive seeds, which change initial weights and image order.",
    ),
    Choice(
        name="counts",
        label="Scheduler steps",
        default="updates",
        options={"updates": "after each update", "epochs": "after each epoch"},
        place="more",
        help="Whether scheduler.step() runs after each update or each epoch. The length counts these.",
    ),
    Slider(
        name="warm_up",
        label="Warmup steps",
        default=0,
        low=0,
        high=2000,
        step=2000,
        also=(5, 10, 20, 50, 100, 200, 500, 1000),
        display="{:,}".format,
        place="more",
        help="The rate rises linearly over this many scheduler steps.",
    ),
    LogSlider(
        name="max_batch",
        label="Largest batch",
        default=8192,
        low=8,
        high=8192,
        per_decade=DOUBLING,
        display="{:,}".format,
        place="more",
        help="Upper limit for a growing batch, never above N.",
    ),
    Toggle(
        name="drop",
        label="Drop last batch",
        place="more",
        help="Skip the incomplete last batch of an epoch (drop_last). torch keeps it by default.",
    ),
    Choice(
        name="net",
        label="Network",
        default="small_inception_homework",
        options={name: network.title for name, network in NETWORKS.items()},
        place="more",
        help="Network whose training memory is predicted, in 32-bit floats.",
    ),
    Slider(
        name="card",
        label="GPU memory",
        default=16,
        low=CARDS[0],
        high=CARDS[-1],
        step=CARDS[-1] - CARDS[0],
        also=CARDS,
        display="{} GiB".format,
        place="more",
        help="Memory for weights, gradients, momentum, and stored activations.",
    ),
    Slider(
        name="label_smoothing",
        label="Label smoothing",
        default=0.0,
        low=0.0,
        high=0.4,
        step=0.1,
        place="more",
        when=_TRAINED,
        help="Fraction of each label spread over all classes during training. Evaluation uses plain cross-entropy.",
    ),
    Slider(
        name="ema",
        label="Weight averaging (EMA)",
        default=0.0,
        low=0.0,
        high=0.999,
        step=0.999,
        also=(0.9, 0.99),
        display=lambda beta: f"decay {beta:g}" if beta else "none",
        place="more",
        when=_TRAINED,
        help="Exponential average of the weights with this decay; the average is evaluated.",
    ),
    *controls(_TRAINED),
)
