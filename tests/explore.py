"""Open random states and hostile links of all pages, without a browser: `python -m tests.explore --help`.

This does what the common tests do with a few examples, as often as there is time; any failure can be reproduced
from the link that it prints.
"""

from __future__ import annotations

import argparse
import collections
import sys
import time
import traceback
import warnings
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import numpy as np

from core.draw.live import Picture
from core.kit.brought import Fetch, File
from core.kit.controls import Control, Places, Seed, Several, defaults
from core.kit.lab import Lab
from core.kit.links import to_link
from tests.states import HOSTILE, LABS, check_rest, extremes, hostile, picture_or_reason
from tests.whole import check_refusal, check_texts, check_words

Random = np.random.Generator


def pick(rng: Random, some: Any) -> Any:
    return some[int(rng.integers(len(some)))]


def value_of(rng: Random, control: Control) -> Any:
    """Return any value of a control, every third time one of its ends."""
    if rng.random() < 1 / 3:
        return pick(rng, extremes(control))
    if isinstance(control, Seed):
        return int(rng.integers(control.high + 1))
    if isinstance(control, Several):
        some = rng.choice(list(control.options), int(rng.integers(control.limit + 1)), replace=False)
        return tuple(sorted(some.tolist()))
    if isinstance(control, Places):
        return tuple((pick(rng, control.across), pick(rng, control.up)) for _ in range(rng.integers(control.limit) + 1))
    return pick(rng, control.values)  # type: ignore[attr-defined]


def state_of(rng: Random, lab: Lab) -> dict[str, Any]:
    """Return a state: the defaults or a preset, with a few values changed, or half of them, or all."""
    named = [None, *lab.presets]
    preset = pick(rng, named)
    values = lab.preset_values(preset) if preset else defaults(lab.all_controls)
    controls = [control for control in lab.all_controls if not isinstance(control, File | Fetch)]
    share = pick(rng, (2 / len(controls), 0.5, 1.0))
    return values | {control.name: value_of(rng, control) for control in controls if rng.random() < share}


def link_of(rng: Random, lab: Lab) -> dict[str, list[str]]:
    """Return a link: up to six keys, mostly of the page, with hostile texts, adjacent values, or noise."""
    query: dict[str, list[str]] = {}
    for _ in range(1 + rng.integers(6)):
        control = pick(rng, lab.all_controls)
        kind = rng.random()
        if kind < 0.6:
            text = pick(rng, hostile(control))
        elif kind < 0.8:
            text = "".join(map(chr, rng.integers(1, 0x3000, rng.integers(1, 30))))
        else:
            linked = to_link([control], {control.name: value_of(rng, control)}).get(control.name, "")
            cut = int(rng.integers(len(linked) + 1))
            text = linked[:cut] + pick(rng, HOSTILE)[:20] + linked[cut:]
        key = control.name if rng.random() < 0.9 else "".join(map(chr, rng.integers(33, 0x400, 8)))
        query[key] = [text] * (1 + (rng.random() < 0.03))
    return query


def check_link(lab: Lab, query: Mapping[str, list[str]]) -> dict[str, Any]:
    """Check that notes are sentences of ours, and that what was taken is what its own link says."""
    values, notes = lab.read_link(query)
    again = lab.read_link({key: [text] for key, text in lab.link(values).items()})
    assert again == (values, []), f"{again} is not {values}"
    for note in notes:
        check_words(note, *(text[:40] for key, texts in query.items() for text in (key, *texts)))
    return values


def look(lab: Lab, values: Mapping[str, Any]) -> Picture | str:
    """Return the picture of a state with its texts, or the sentence that says why there is none."""
    try:
        picture: Picture = lab.draw(lab.result(values), values)
    except ValueError as error:
        return check_refusal(error)
    check_texts(picture)
    return picture


def explore(lab: Lab, states: int, links: int, rest: int, seed: int, seconds: float) -> collections.Counter[str]:
    """Count what happened; print each kind of failure once, with the link that leads to it."""
    rng = np.random.default_rng([seed, LABS.index(lab)])
    count: collections.Counter[str] = collections.Counter()
    seen: set[tuple[str, str]] = set()
    until = time.monotonic() + seconds
    slowest: Mapping[str, Any] = {}

    def attempt(link: Mapping[str, Any], act: Any) -> Any:
        try:
            return act()
        except Exception as error:  # noqa: BLE001  that is what is looked for
            count["failures"] += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__} {where.filename.rpartition('/')[2]}:{where.lineno}"
            if (kind, str(error)[:25]) not in seen:
                seen.add((kind, str(error)[:25]))
                print(f"{lab.name}?{urlencode(link, doseq=True)[:600]}\n  {kind}: {str(error)[:300]}", flush=True)
            return None

    for number in range(links):
        query = link_of(rng, lab)
        values = attempt(query, lambda query=query: check_link(lab, query))
        count["links"] += 1
        if values is not None and number % rest == 0 and time.monotonic() < until:
            attempt(query, lambda values=values, query=query: picture_or_reason(lab, values, *sum(query.values(), [])))
            count["links with their picture"] += 1
    for number in range(states):
        if time.monotonic() > until:
            break
        values = state_of(rng, lab)
        link = lab.link(values)
        begun = time.thread_time()
        found = attempt(link, lambda values=values: look(lab, values))
        taken = int(1000 * (time.thread_time() - begun))
        if taken > count["ms of the slowest state"]:
            count["ms of the slowest state"], slowest = taken, link
        count["states"] += 1
        count["refusals"] += isinstance(found, str)
        if isinstance(found, Picture) and number % rest == 0:
            attempt(link, lambda values=values: (picture_or_reason(lab, values), check_rest(lab, values)))
            count["states with every curve, section and file"] += 1
    print(f"slowest: {lab.name}?{urlencode(slowest)[:600]}")
    return count


def main() -> None:
    """Explore the named pages, or all."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("pages", nargs="*", help="names of pages; all if none is given")
    ask.add_argument("--states", type=int, default=200, help="random states of each page")
    ask.add_argument("--links", type=int, default=2000, help="hostile links of each page")
    ask.add_argument("--rest", type=int, default=10, help="of so many states one with every curve, section and file")
    ask.add_argument("--seconds", type=float, default=600, help="for one page at most; it then has fewer states")
    ask.add_argument("--seed", type=int, default=0)
    given = ask.parse_args()
    warnings.simplefilter("error")
    total: collections.Counter[str] = collections.Counter()
    for lab in LABS:
        if not given.pages or lab.name in given.pages:
            begun = time.monotonic()
            count = explore(lab, given.states, given.links, given.rest, given.seed, given.seconds)
            print(f"{lab.name}: {dict(count)}, {time.monotonic() - begun:.0f} s", flush=True)
            total += count
    del total["ms of the slowest state"]
    print(f"in all: {dict(total)}")
    sys.exit(1 if total["failures"] else 0)


if __name__ == "__main__":
    main()
