"""Learners and a parameter server: the staleness of each gradient, and descent with these gradients, with NumPy."""

import numpy as np

# settings
period, others, learners, sync, bound, tie = 2.5, 1.0, 2, "async", 2, "first"
eta, delay, horizon = 0.4, 0.0, 10
# end of settings

cycles = [round(10 * (others + 2 * delay))] * learners  # tenths of a unit of time
cycles[1] = round(10 * (period + 2 * delay))
end, inf = 10 * horizon, float("inf")

ages, weights, lost = [[] for _ in cycles], [1.0], 0
read, seen, made, due, idle = [0] * learners, [0] * learners, [0] * learners, list(cycles), {}


def update(source):
    weights.append(weights[-1] - eta * weights[source])  # the gradient of w²/2 is w


if sync == "sync":
    for start in range(0, end + 1, max(cycles)):
        if start + max(cycles) <= end:
            update(len(weights) - 1)
            for own in ages:
                own.append(0)
        lost += sum(min(start + max(cycles), end) - min(start + c, end) for c in cycles)
else:
    while (now := min(due)) <= end:
        before = len(weights) - 1
        arrived = [i for i in range(learners) if due[i] == now]
        for i in arrived[::-1] if tie == "last" else arrived:
            version = before if tie == "together" else len(weights) - 1
            ages[i].append(version - seen[i])
            print(f"t = {now / 10:g}: learner {i + 1} read version {seen[i]}, updates {version}: {ages[i][-1]} old")
            update(seen[i])
            made[i], read[i], seen[i], due[i] = made[i] + 1, now, len(weights) - 1, now + cycles[i]
            if sync == "bounded" and made[i] - min(made) > bound:
                due[i], idle[i] = inf, now
        for i in arrived if tie == "together" else []:
            seen[i] = len(weights) - 1
        for i in [i for i in idle if made[i] - min(made) <= bound]:
            lost += now - idle.pop(i)
            read[i], seen[i], due[i] = now, len(weights) - 1, now + cycles[i]
    lost += sum(end - since for since in idle.values())

rest = ages[0] + sum(ages[2:], [])
for name, some in (("learner 2", ages[1]), ("others", rest), ("all", ages[1] + rest)):
    print(f"staleness, {name}: {np.mean(some) if some else 'none arrives'}  <- the slider")
print(f"waiting {100 * lost / end / learners:.9g}%, updates {len(weights) - 1}  <- the slider")
print(f"distance at the end {abs(weights[-1]):.9g}  <- the slider")
