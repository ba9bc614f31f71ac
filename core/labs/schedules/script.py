"""A training planned, step by step: updates, images, rates, noise scale, memory; and what trainings have recorded."""

import csv
from math import ceil, cos, floor, log2, pi
from pathlib import Path
from statistics import mean

# settings
length = 2000
schedule, counts = "triangular", "updates"
high, low, gamma, multiplier, factor, warm_up = 0.1, 0.01, 0.9999, "1", 2, 0
warm, milestones, power = 0.3, "1 1.5", 1.0
epochs, n_train, batch, max_batch, drop = 10, 60000, 64, 8192, False
momentum, cycled, card = 0.9, "torch", 16
along = "updates"
# end of settings

CYCLIC = ("triangular", "triangular2", "exp_range")
ONE_CYCLE = ("one_cycle", "three_phase")
SMOOTH = (*CYCLIC, *ONE_CYCLE, "cosine", "restarts", "polynomial")


def rate(kind, t):
    """Rate at step t of the scheduler."""
    first = min(1, (t + 1) / warm_up) if warm_up else 1
    if kind in CYCLIC:
        cycle = floor(1 + t / (2 * length))
        height = max(0, 1 - abs(t / length - 2 * cycle + 1))
        scale = {"triangular2": 0.5 ** (cycle - 1), "exp_range": gamma**t}.get(kind, 1)
        return first * (low + (high - low) * height * scale)
    if kind in ONE_CYCLE:
        return first * one_cycle(kind, t, high / 25, high, high / 25e4)
    if kind == "multi_step":
        drops = [max(floor(float(place) * length + 0.5), 1) for place in milestones.replace(",", " ").split()]
        return first * high / factor ** sum(t >= drop for drop in drops)
    if kind == "polynomial":
        return first * high * (1 - min(t, length) / length) ** power
    if kind == "step":
        return first * high / factor ** (t // length)
    if kind in ("cosine", "restarts"):
        start, span = 0, length
        if kind == "restarts" and multiplier == "1":
            start = t // length * length
        elif kind == "restarts":
            span = length * 2 ** floor(log2(t / length + 1))
            start = span - length
        return first * (low + (high - low) * (1 + cos(pi * (t - start) / span)) / 2)
    return first * high


def one_cycle(kind, t, start, top, end):
    """From start to top and to end; with three phases back to start before."""
    t, peak = min(t, length - 1), warm * length - 1
    a, b, u = top, end, (t - peak) / (length - 1 - peak)
    if t <= peak:
        a, b, u = start, top, t / peak
    elif kind == "three_phase" and t <= 2 * peak:
        a, b, u = top, start, (t - peak) / peak
    elif kind == "three_phase":
        a, b, u = start, end, (t - 2 * peak) / (length - 1 - 2 * peak)
    return b + (a - b) * (1 + cos(pi * u)) / 2


def momentum_at(kind, t):
    """Momentum at step t: torch's schedulers move it against the rate."""
    if cycled != "torch" or kind not in (*CYCLIC, *ONE_CYCLE):
        return momentum
    if kind in CYCLIC:
        cycle = floor(1 + t / (2 * length))
        height = max(0, 1 - abs(t / length - 2 * cycle + 1))
        return 0.9 - 0.1 * height * {"triangular2": 0.5 ** (cycle - 1), "exp_range": gamma**t}.get(kind, 1)
    return one_cycle(kind, t, 0.95, 0.85, 0.95)


def steady(limit):
    """Updates, images, epochs passed (the last begun one too) and last batch size, when the size never changes."""
    size = min(batch, n_train)
    each = n_train // size if drop else ceil(n_train / size)
    whole, part = divmod(limit, each)
    images = whole * (each * size if drop else n_train) + min(part * size, n_train)
    return limit, images, whole, whole + (part > 0), size


def growing(limit, last_epoch):
    """The same for a batch that grows, batch by batch."""
    size, most = min(batch, n_train), max(min(max_batch, n_train), min(batch, n_train))
    updates = images = at = epoch = since = 0
    stage_end = length
    while updates < limit and epoch < last_epoch:
        if size < most and (since if counts == "updates" else epoch) >= stage_end:
            size = min(size * factor, most)
            since, stage_end = 0, (length if counts == "updates" else stage_end + length)
        taken = min(size, n_train - at)
        last_size = size
        updates, images, at, since = updates + 1, images + taken, at + taken, since + 1
        if at == n_train or (drop and n_train - at < size):
            epoch, at = epoch + 1, 0
    return updates, images, epoch, epoch + (at > 0), last_size


def show(name, kind, limit, last_epoch=10**12):
    updates, images, passed, begun, size = growing(limit, last_epoch) if kind == "grow" else steady(limit)
    last, then = (begun - 1, passed) if counts == "epochs" else (updates - 1, updates)
    noise = rate(kind, last) * n_train / (size * (1 - momentum_at(kind, last)))
    print(f"{name}: {updates} updates, {updates:,}, {images} images, {images:,}  <- the slider")
    print(f"{name}: last rate {rate(kind, last):.7g}, then {rate(kind, then):.7g}, noise {noise:.7g}  <- the slider")
    return then, size


base = epochs * (n_train // min(batch, n_train) if drop else ceil(n_train / batch))
# Only lengths that can be told apart in this training are shown.
steps = epochs if counts == "epochs" else base
ROUND = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
lengths = [*range(1, 10), *(tenth * 10**power for power in range(7) for tenth in ROUND)]
least = floor(1 / warm + 1e-9) + 1 if schedule in ONE_CYCLE and warm else 1
lengths = [n for n in lengths if max(steps / 60, least) <= n <= max(40 * steps, 400)]
length = min(lengths, key=lambda n: abs(n - length))


# --- one
then, size = show(schedule, schedule, 10**12 if schedule == "grow" else base, epochs)
print(f"patterns: {then / (2 * length if schedule in CYCLIC else length):.7g}  <- the slider")
fixed, each = (int(number) for number in Path("memory.csv").read_text().splitlines()[1].split(","))
print(f"memory: {(fixed + each * size) / 2**30:.7g} GiB  <- the slider")
most = max(0, (card * 2**30 - fixed) // each)
print(f"fits into {card} GiB: {most} images, {most:,}  <- the slider")


# --- several
for kind in (schedule if schedule in SMOOTH else "triangular", "grow", "step", "constant"):
    if along == "epochs":
        show(kind, kind, 10**12 if kind == "grow" else base, epochs)
    else:
        show(kind, kind, base)


# --- own
with open("log.csv", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
measured = next((name for name in ("validation_loss", "loss") if name in rows[0]), None)


def planned(row):
    """Planned rate of the last update before a row, if the plan has not ended."""
    last = float(row["epochs" if counts == "epochs" else "updates"])
    return rate(schedule, max(ceil(last - 1e-9) - 1, 0)) if float(row["updates"]) <= base + 1e-9 else None


def place(row):
    return f"epoch {float(row['epochs']):.9g} or update {float(row['updates']):.9g}"


lowest = min((row for row in rows if measured and row[measured]), key=lambda row: float(row[measured]), default=None)
if lowest:
    print(f"lowest {measured}: {float(lowest[measured]):.7g} at {place(lowest)}  <- the slider")
    print(f"planned rate there: {planned(lowest)}  <- the slider")
print(f"the log ends: {place(rows[-1])}  <- the slider")
pairs = [(float(row["rate"]), planned(row)) for row in rows if row.get("rate")]
gaps = [abs(told - plan) for told, plan in pairs if plan is not None]
if gaps:
    print(f"rates differ by up to {max(gaps):.7g}  <- the slider")


# --- runs
def table(name):
    """Rows of a table beside this file, with numbers where there are any."""
    text = ("strategy", "end")
    with open(name, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{key: value if key in text else float(value or "nan") for key, value in row.items()} for row in rows]


def shares(values):
    """Mean of some shares in percent, and of several their least and most."""
    told = [mean(values), *([min(values), max(values)] if len(values) > 1 else [])] if values else []
    return ", ".join(f"{100 * value:.6g}" for value in told) or "not yet"


trainings, each_epoch, each_update = map(table, ("trainings.csv", "each-epoch.csv", "each-update.csv"))
for kind in dict.fromkeys(row["strategy"] for row in trainings):
    begun = [row for row in trainings if row["strategy"] == kind and row["updates"]]
    counted = [row for row in begun if row["end"]] or begun  # those that have ended; while there is none, all
    epochs = {row["seed"]: [] for row in counted}
    for row in each_epoch:
        if row["strategy"] == kind and row["seed"] in epochs:
            epochs[row["seed"]].append(row)
    done = min(map(len, epochs.values()), default=0)
    last = [rows[done - 1] for rows in epochs.values()] if done else []
    again = []  # the training loss of each seed's last epoch, from its updates
    for seed, rows in epochs.items():
        if not rows:
            continue
        first = rows[-2]["updates"] if len(rows) > 1 else 0
        part = [row for row in each_update if (row["strategy"], row["seed"]) == (kind, seed)]
        part = part[int(first) : int(rows[-1]["updates"])]
        again.append(sum(row["batch"] * row["loss"] for row in part) / sum(row["batch"] for row in part))
    if counted:
        taken, planned = (int(min(row[name] for row in counted)) for name in ("updates", "updates_planned"))
        print(f"{kind}: {taken} of {planned} updates, {taken:,} of {planned:,}  <- the slider")
    for name in ("loss", "validation_loss") if last else ():
        print(f"{kind}: {name.replace('_', ' ')} {mean(row[name] for row in last):.7g}  <- the slider")
    if last:
        print(f"{kind}: training loss from its updates {mean(again):.7g}  <- the slider")
        print(f"{kind}: validation accuracy {shares([row['validation_accuracy'] for row in last])}  <- the slider")
    tested = [row["test_accuracy"] for row in counted]
    if all(row["end"] for row in counted):
        print(f"{kind}: test accuracy {shares(tested)}  <- the slider")
