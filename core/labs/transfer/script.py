"""Parameters on both sides of a cut and the cost or benefit of training them, from the tables of the same page."""

import csv

# settings
cut, batch, optimizer = 10, 32, "Adam"
# end of settings


def table(name):
    with open(name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def parameters(layer):
    """Return k^2 C_in C_out, C_out biases, and 2 C_out for a batch normalization."""
    kernel, inputs, outputs, bias, norm = (
        int(layer[name]) for name in ("kernel", "inputs", "outputs", "bias", "normalised")
    )
    return kernel**2 * inputs * outputs + (bias + 2 * norm) * outputs


layers = table("layers.csv")
head = next(place for place, layer in enumerate(layers) if layer["head"] == "1")
cut = min((place for place, layer in enumerate(layers) if layer["cut"] == "1"), key=lambda place: abs(place - cut))
frozen = sum(parameters(layer) for layer in layers[:cut])
trainable = sum(parameters(layer) for layer in layers[cut:])
in_head = sum(parameters(layer) for layer in layers[head:])
print(f"first trainable layer: {cut}, {layers[cut]['layer']}")
print(f"trainable {trainable:,}, frozen {frozen:,}, head {in_head:,}  <- the slider")


# --- layers
def in_bytes(amount):
    for factor, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if amount >= factor:
            return f"{amount / factor:.2f} {name}"
    return f"{amount} B"


# What is kept for the backward pass is in the file: it depends on which layers share their inputs.
once, each = (int(layers[cut][f"kept {name} if first (bytes)"]) for name in ("once", "per image"))
kept = once + batch * each
state = {"SGD": 0, "SGD with momentum": 1, "Adam": 2}[optimizer]
step = 4 * (frozen + trainable) + 4 * trainable * (1 + state) + kept
print(f"training step of {batch:,} images with {optimizer}: {in_bytes(step)}, kept {in_bytes(kept)}  <- the slider")

# --- runs
runs = table("runs.csv")
shown = next(int(layer["calls before"]) for layer in layers[cut:] if parameters(layer))  # frozen calls


def ends(frozen_calls):
    """Return the test accuracy of each seed after the last update, in percent."""
    own = [run for run in runs if int(run["frozen calls"]) == frozen_calls]
    end = max(int(run["update"]) for run in own)
    return {run["seed"]: 100 * float(run["test accuracy"]) for run in own if int(run["update"]) == end}


def last(frozen_calls):
    """Return their mean over the seeds."""
    found = ends(frozen_calls).values()
    return sum(found) / len(found)


known = {int(run["frozen calls"]) for run in runs}  # of trainings that have come to their end
for name, frozen_calls in (("with the cut", shown), ("from scratch", -1), ("head on raw bytes", -2)):
    if frozen_calls in known:
        print(f"test accuracy {name}: {last(frozen_calls):.4f} %  <- the slider")
if {shown, -1} <= known and ends(shown).keys() == ends(-1).keys():
    print(f"gain {last(shown) - last(-1):.4f}  <- the slider")
