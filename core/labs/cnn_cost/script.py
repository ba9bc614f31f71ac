"""Shapes, parameters, operations, and memory of a network, by formulas over layers.csv from the same page.

Numbers without a simple formula (attention, normalization, the receptive field after branches) come from the file.
"""

import csv
from math import prod

# settings
layer = 6
bias, unit, input_row, pool_rows = True, "macs", True, True
batch, optimizer, precision = 32, "SGD with momentum", "fp32"
# end of settings

csv.field_size_limit(10**9)
with open("layers.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))


def numbers(row, *names):
    """Return numbers of a row; 0 where a cell is blank: the formulas below give what is to be filled in."""
    return [0 if row[name] == "?" else int(row[name]) for name in names]


def shape(words):
    return [int(word) for word in words.split()]


def output(row):
    """Return floor((n + padding - reach) / stride) + 1 for each side of a map."""
    sides = []
    for way, before, after, n in zip(
        ("height", "width"), ("top", "left"), ("bottom", "right"), shape(row["input"])[1:]
    ):
        kernel, stride, dilation = numbers(row, f"kernel {way}", f"stride {way}", f"dilation {way}")
        first, last = numbers(row, f"padding {before}", f"padding {after}")
        room = n + first + last - dilation * (kernel - 1) - 1
        count = room // stride + 1
        if row["ceil"] == "1":  # a last window that begins inside counts, even if it ends outside
            count = -(-room // stride) + 1
            count -= (count - 1) * stride >= n + first
        sides.append(count)
    return [int(row["output"].split()[0]), *sides]


def made(row):
    """Return the shape of the output."""
    return output(row) if "?" in row["output"] else shape(row["output"])


def count(row):
    """Return weights and multiply-accumulates."""
    given, out = shape(row["input"]), made(row)
    if row["kind"] == "Conv2d" and out:
        taps = prod(numbers(row, "kernel height", "kernel width")) * (given[0] // int(row["groups"]))
        return taps * out[0], taps * prod(out)
    if row["kind"] == "Linear" and out:
        features = prod(given) if len(out) == 1 else given[-1]
        return features * out[-1], features * prod(out)
    return numbers(row, "weights", "MACs")


def in_bytes(amount):
    for factor, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if amount >= factor:
            return f"{amount / factor:.2f} {name}"
    return f"{amount} B"


params = macs = trained = activations = 0
for row in rows:
    weights, operations = count(row)
    biases = int(row["biases"])
    own = 0 if row["shared"] == "1" else 1
    trained += own * (weights + biases)
    if row["training only"] == "1":
        continue
    params += own * (weights + biases * bias)
    macs += operations
    counted = {"input": input_row, "pool": pool_rows, "convolution": True, "linear": True, "attention": True}
    activations += (prod(made(row)) if made(row) else 0) * counted.get(row["role"], False)
    if row["kind"] in ("Conv2d", "MaxPool2d", "AvgPool2d") and int(row["kernel height"]) and row["output"]:
        assert output(row) == made(row), row["name"]
twice = 2 if unit == "flops" else 1

kept = sum(int(row["kept once (bytes)"]) + batch * int(row["kept per image (bytes)"]) for row in rows)
state = {"SGD": 0, "SGD with momentum": 1, "Adam": 2}[optimizer]
step = trained * (8 + 4 * state) + kept  # bf16: 2 + 4 for the weights, 2 for the gradients

here = min((row for row in rows if int(row["slider"]) >= 0), key=lambda row: abs(int(row["slider"]) - layer))
weights, operations = count(here)
own = 0 if here["shared"] == "1" else weights + int(here["biases"]) * bias
seen = "1x1" if here["role"] == "input" else f"{here['sees height']}x{here['sees width']}"
print(f"{here['layer']}: {here['input'] or 'image'} -> {here['output']}")
print(f"output {here['output']}, parameters {own:,}, {unit} {operations * twice:,}, sees {seen}  <- the slider")
print(f"all parameters {params:,}, all {unit} {macs * twice:,}, all activations {activations:,}  <- the slider")
if kept:  # a file does not say what training keeps
    print(f"training step of {batch:,} images: {in_bytes(step)}  <- the slider")
filled = [row for row in rows if row["training only"] == "0" and row["MACs"] != "?"]
without_file = sum(int(row["MACs"]) - count(row)[1] for row in filled)
print(f"difference of the operations from those in the file: {without_file:,}  <- the slider")
