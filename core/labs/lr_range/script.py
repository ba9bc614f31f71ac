"""Rates that a learning-rate range test suggests, from its steps in steps.csv beside this file, with NumPy alone."""

import csv

import numpy as np

# settings
lower, upper, smoothing, seeds = 0.025, 0.1, "auto", 1
steps, batch, data, epochs, low, high = 200, 64, "bundled", 1, 1e-5, 10.0
# end of settings

table = {}
with open("steps.csv") as file:
    for row in csv.DictReader(file):
        for name, cell in row.items():
            table.setdefault(name, []).append(float(cell))
table = {name: np.array(column) for name, column in table.items()}


def parts(name):
    """Tables of the rows that share a value of a column."""
    values = np.unique(table.get(name, []))
    return [{key: column[table[name] == value] for key, column in table.items()} for value in values]


print(f"{len(table.get('loss', []))} updates  <- the slider")
# --- ramp

beta = 1 - 4 / steps if smoothing == "auto" else float(smoothing)


def smooth(values):
    """Exponential moving average, without the bias toward 0 of its first values."""
    out, e = [], 0.0
    for t, value in enumerate(values):
        e = beta * e + (1 - beta) * value
        out.append(e / (1 - beta ** (t + 1)))
    return np.array(out)


def window(eta, loss):
    """The part that the rules look at: not the first tenth, not the last five steps; and whether the loss falls."""
    s = smooth(loss)
    start = max(len(s) // 20, 1)
    noise = np.median(np.abs(np.diff(loss))) / 0.954 if len(loss) > 1 else 0
    weights = smooth(np.eye(len(loss)))  # row t: the weight of each loss in s[t]
    spread = np.sqrt(((weights[:start].mean(axis=0) - weights[start:]) ** 2).sum(axis=1))
    first = s[:start].mean()
    falls = (first - s[start:] > np.maximum(6 * noise * spread, 0.02 * abs(first))).any()
    first_step, last = len(loss) // 10, len(loss) - 5
    return eta[first_step:last], s[first_step:last], falls and last - first_step >= 12


def steep(eta, s):
    slopes = np.diff(s) / np.diff(np.log(eta))
    return eta[slopes.argmin()] if slopes.min() < 0 else np.nan


def minimum(eta, s):
    return eta[s.argmin()] / 10


def valley(eta, s):
    """Half-way into the longest falling subsequence, as fastai counts."""
    length = np.ones(len(s), dtype=int)
    for i in range(1, len(s)):
        longer = length[:i][s[:i] > s[i]]
        if len(longer):
            length[i] = longer.max() + 1
    end = length.argmax()
    n = int(length[end])
    return eta[max(end - n, 0) + int(n / 3) + int(n / 6)] if n > 1 else np.nan


def slide(eta, s):
    """Return where the slope settles, coming from the right, as fastai does."""
    g = np.gradient(s)
    right = len(g) - 1
    left = last = right - 15
    if left < 0:
        return np.nan
    while left >= 0 and abs(g[right] - g[left]) > 0.005:
        last, left, right = left, left - 1, right - 1
    return eta[last]


answers = {"steep": [], "minimum / 10": [], "valley": [], "slide": []}
here = {lower: [], upper: []}
for run in parts("seed"):
    eta, loss = run["rate"], run["loss"]
    s, a = smooth(loss), smooth(run["accuracy"])
    one_step = eta[-1] ** 2 / eta[-2] if len(eta) > 1 else eta[-1]
    for rate in here:
        k = np.abs(np.log(eta / rate)).argmin()
        if rate <= one_step * (1 + 1e-9):
            slope = np.gradient(s, np.log10(eta))[k] if len(s) > 1 else np.nan
            here[rate].append([s[k], slope, a[k]])
    eta, s, falls = window(eta, loss)
    if falls:
        for name, rule in zip(answers, [steep, minimum, valley, slide]):
            answers[name].append(rule(eta, s))

print(f"upper rate / lower rate: {upper / lower:.6g}")
for rate, seen in here.items():
    if seen:
        smoothed, slope, accuracy = np.mean(seen, axis=0)
        print(f"rate {rate:g}: smoothed loss {smoothed:.6f}, smoothed accuracy {accuracy:.6f}  <- the slider")
        print(f"change per factor of ten {slope:.6f}")
medians = {name: np.nanmedian(rates) for name, rates in answers.items() if np.isfinite(rates).any()}
for name, median in medians.items():
    print(f"{name}: {median:.6g}; the upper rate is {upper / median:.6g} times that")
if len(medians) > 1:
    print(f"apart by a factor of {max(medians.values()) / min(medians.values()):.6g}  <- the slider")
# --- sweep

images = 6_000  # of the training set that data names
per_epoch = images // batch
updates = epochs * per_epoch
last = min(per_epoch, max(updates // 2, 1))  # steps that are averaged

if table:  # the first seed
    table = {name: column[table["seed"] == table["seed"][0]] for name, column in table.items()}
runs = parts("rate")
rates = np.array([run["rate"][0] for run in runs])
ended = [len(run["loss"]) == updates for run in runs]  # the others have diverged
losses = np.array([run["loss"][-last:].mean() if whole else np.nan for run, whole in zip(runs, ended)])

for rate in [lower, upper] if runs else []:
    k = np.abs(np.log(rates / rate)).argmin()
    print(f"nearest rate {rates[k]:.6g}: loss {losses[k]:.6f}  <- the slider")
    print(f"accuracy {runs[k]['accuracy'][-last:].mean() if len(runs[k]['accuracy']) else np.nan:.6f}  <- the slider")
if np.isfinite(losses).any():
    best = np.nanargmin(losses)  # argmin would take the first nan
    if best + 1 < len(rates):
        print(f"argmin and next: {rates[best]:.6g}, {rates[best + 1]:.6g}  <- the slider")
    gain = np.where(np.isfinite(losses), runs[0]["loss"][0] - losses, -np.inf)
    best = gain.argmax()
    if gain[best] > 0:
        little = np.flatnonzero(gain[:best] < 0.05 * gain[best])
        good = np.flatnonzero(losses <= losses[best] + 0.1 * abs(losses[best]))
        first = rates[little[-1]] if len(little) else rates[0]
        print(f"bracket: {first:.6g}, {rates[good[-1]]:.6g}  <- the slider")
