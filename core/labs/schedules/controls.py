"""Controls of the page on schedules and batch size."""

from __future__ import annotations

import math

from core.kit.controls import Choice, Control, LogSlider, Slider, Toggle
from core.kit.words import number
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
    "cosine": "cosine",
    "restarts": "cosine with warm restarts",
    "step": "steps down",
    "grow": "constant, the batch grows",
    "constant": "constant",
}
_TRAINED = ("what", ("runs",))
CARDS = (8, 11, 16, 24, 40, 80, 141, 192)
DOUBLING = 1 / math.log10(2)


def show_rate(rate: float) -> str:
    """Write a rate with the digits that mean something."""
    return number(rate, 3)


LENGTH = Slider(
    name="length",
    label="Length",
    default=2000,
    low=LENGTHS[0],
    high=LENGTHS[-1],
    step=LENGTHS[-1] - LENGTHS[0],
    also=LENGTHS,
    display="{:,}".format,
    help="Steps of the scheduler from the foot of a triangle to its peak, of one cosine, of one "
    "cycle as a whole, or from "
    "one drop of the rate, or growth of the batch, to the next.",
)

CONTROLS: tuple[Control, ...] = (
    LENGTH,
    Choice(
        name="what",
        label="What",
        default="plan",
        options={"plan": "Planned", "runs": "Trained"},
        place="stage",
        help="The training as it is planned, or a small one that follows the plan: recorded, or trained here.",
    ),
    Choice(
        name="view",
        label="Show",
        default="one",
        options={"one": "One schedule", "several": "Strategies side by side"},
        place="stage",
        help="One schedule with all that goes with it, or cycles, a growing batch, steps and a constant rate together.",
    ),
    Choice(
        name="along",
        label="Along",
        default="updates",
        options={"epochs": "epochs", "updates": "updates"},
        place="stage",
        help="What runs along the pictures. Side by side, it is also what all strategies have as many of.",
    ),
    Choice(
        name="schedule",
        label="Schedule",
        default="triangular",
        options=SHAPES,
        help="How the rate, or the batch, changes. Side by side it is the first strategy, if its "
        "rate changes smoothly.",
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
        help="The largest rate of the schedule, or the constant one.",
    ),
    LogSlider(
        name="low",
        label="Lowest rate",
        default=0.01,
        low=1e-6,
        high=1.0,
        per_decade=5,
        zero=True,
        also=(2.78e-5,),
        display=show_rate,
        help="Foot of the triangles and end of the cosines. One cycle starts at a 25th of its peak "
        "rate, whatever it is.",
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
        help="The height of the triangles is multiplied by it at each step. 1, torch's default, is no decay.",
    ),
    Choice(
        name="multiplier",
        label="Each restart lasts",
        default="1",
        options={"1": "as long as the one before", "2": "twice as long"},
        when=("schedule", ("restarts",)),
        help="Length of a cosine in units of the one before it.",
    ),
    Slider(name="epochs", label="Epochs", default=10, low=1, high=200, help="Passes over the training images."),
    Slider(
        name="n_train",
        label="Training images N",
        default=60_000,
        low=SIZES[0],
        high=SIZES[-1],
        step=SIZES[-1] - SIZES[0],
        also=SIZES,
        display="{:,}".format,
        help="Fashion-MNIST has 60,000, its tenth that comes with Lectern 6,000, CIFAR-10 50,000.",
    ),
    LogSlider(
        name="batch",
        label="Batch size B",
        default=64,
        low=8,
        high=8192,
        per_decade=DOUBLING,
        display="{:,}".format,
        help="Images of one update; of the first ones, if the batch grows.",
    ),
    Slider(
        name="factor",
        label="Factor k",
        default=2,
        low=2,
        high=10,
        help="A growing batch is multiplied by it after each length, and a rate in steps is divided by it.",
    ),
    Slider(
        name="momentum",
        label="Momentum μ",
        default=0.9,
        low=0.0,
        high=0.95,
        step=0.05,
        also=(0.99,),
        help="That the optimiser was made with.",
    ),
    Choice(
        name="cycled",
        label="Cycles and momentum",
        default="torch",
        options={"torch": "as torch: cycled too", "kept": "momentum kept"},
        help="CyclicLR and OneCycleLR of torch change the momentum too unless told otherwise: 0.9 to 0.8 and back, and "
        "0.95 to 0.85 and back, whatever the optimiser was made with.",
    ),
    Slider(
        name="seeds",
        label="Seeds",
        default=1,
        low=1,
        high=3,
        when=_TRAINED,
        help="Each training is repeated with the next seeds: other initial weights, another order of the images.",
    ),
    Choice(
        name="counts",
        label="The scheduler steps",
        default="updates",
        options={"updates": "after each update", "epochs": "after each epoch"},
        place="more",
        help="Where scheduler.step() stands: in the loop over batches, or in that over epochs. The "
        "length counts these.",
    ),
    Slider(
        name="warm_up",
        label="Linear warm-up, steps",
        default=0,
        low=0,
        high=2000,
        step=2000,
        also=(5, 10, 20, 50, 100, 200, 500, 1000),
        display="{:,}".format,
        place="more",
        help="The rate is multiplied by 1/w, 2/w, ..., 1 in the first w steps of the scheduler.",
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
        help="A growing batch stops here, and at N.",
    ),
    Toggle(
        name="drop",
        label="Leave the incomplete batch out",
        place="more",
        help="The images that fill no batch at the end of an epoch are left out, as Lectern's own "
        "trainings do; torch's "
        "loader makes a smaller batch of them unless told otherwise.",
    ),
    Choice(
        name="net",
        label="Network",
        default="small_inception_homework",
        options={name: network.title for name, network in NETWORKS.items()},
        place="more",
        help="Whose memory is predicted, in training with 32-bit numbers.",
    ),
    Slider(
        name="card",
        label="Memory of the card",
        default=16,
        low=CARDS[0],
        high=CARDS[-1],
        step=CARDS[-1] - CARDS[0],
        also=CARDS,
        display="{} GiB".format,
        place="more",
        help="What the network, its gradients, the momentum and all that is kept for the way back must fit into.",
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
        help="Share of the label that is spread over all classes in the loss that is trained. Validation and test loss "
        "stay the plain cross entropy.",
    ),
    Slider(
        name="ema",
        label="Average of the weights",
        default=0.0,
        low=0.0,
        high=0.999,
        step=0.999,
        also=(0.9, 0.99),
        display=lambda beta: f"{beta:g} of the past" if beta else "none",
        place="more",
        when=_TRAINED,
        help="Exponential average of the weights over the updates, with this weight of the past; it is the averaged "
        "network that is validated and tested.",
    ),
    *controls(_TRAINED),
)
