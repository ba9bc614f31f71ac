"""A training planned: its updates, images, rates, noise scale and memory, step by step, without training."""

from math import ceil, cos, floor, log2, pi
from pathlib import Path

# settings
length = 2000
schedule, counts = "triangular", "updates"
high, low, gamma, multiplier, factor, warm_up = 0.1, 0.01, 0.9999, "1", 2, 0
epochs, n_train, batch, max_batch, drop = 10, 60000, 64, 8192, False
momentum, cycled, card = 0.9, "torch", 16
along = "updates"
# end of settings

CYCLIC = ("triangular", "triangular2", "exp_range")
SMOOTH = (*CYCLIC, "one_cycle", "cosine", "restarts")


def rate(kind, t):
    """Rate at step t of the scheduler."""
    warm = min(1, (t + 1) / warm_up) if warm_up else 1
    if kind in CYCLIC:
        cycle = floor(1 + t / (2 * length))
        height = max(0, 1 - abs(t / length - 2 * cycle + 1))
        scale = {"triangular2": 0.5 ** (cycle - 1), "exp_range": gamma**t}.get(kind, 1)
        return warm * (low + (high - low) * height * scale)
    if kind == "one_cycle":
        t, peak = min(t, length - 1), 0.3 * length - 1
        rising = t <= peak
        a, b, share = (high / 25, high, t / peak) if rising else (high, high / 25e4, (t - peak) / (length - 1 - peak))
        return warm * (b + (a - b) * (1 + cos(pi * share)) / 2)
    if kind == "step":
        return warm * high / factor ** (t // length)
    if kind in ("cosine", "restarts"):
        start, span = 0, length
        if kind == "restarts" and multiplier == "1":
            start = t // length * length
        elif kind == "restarts":
            span = length * 2 ** floor(log2(t / length + 1))
            start = span - length
        return warm * (low + (high - low) * (1 + cos(pi * (t - start) / span)) / 2)
    return warm * high


def momentum_at(kind, t):
    """Momentum at step t: torch's schedulers move it against the rate."""
    if cycled != "torch" or kind not in (*CYCLIC, "one_cycle"):
        return momentum
    if kind in CYCLIC:
        cycle = floor(1 + t / (2 * length))
        height = max(0, 1 - abs(t / length - 2 * cycle + 1))
        return 0.9 - 0.1 * height * {"triangular2": 0.5 ** (cycle - 1), "exp_range": gamma**t}.get(kind, 1)
    t, peak = min(t, length - 1), 0.3 * length - 1
    share = t / peak if t <= peak else 1 - (t - peak) / (length - 1 - peak)
    return 0.95 - 0.1 * (1 - cos(pi * share)) / 2


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
lengths = [n for n in lengths if max(steps / 60, 4 if schedule == "one_cycle" else 1) <= n <= max(40 * steps, 400)]
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
