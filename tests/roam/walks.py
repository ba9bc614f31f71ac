"""Walks, one after the other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error

from tests.explore import pick
from tests.roam.actions import ACTIONS, Action, open_link
from tests.roam.walk import Broken, Walk


@dataclass
class Count:
    """Numbers of walks, actions, and faults."""

    walks: int = 0
    actions: int = 0
    faults: int = 0


def roam(browser: Browser, url: str, log: Path, *, seconds: float, seed: int, actions: int) -> Count:
    """Walk until the time is up, at least once; print each fault with what led to it."""
    until = time.monotonic() + seconds
    count = Count()
    while not count.walks or time.monotonic() < until:
        walk = Walk(browser, url, log, seed + count.walks)
        try:
            go(walk, actions)
        except (Broken, Error) as fault:
            count.faults += 1
            trail = "\n".join(f"  {done}" for done in walk.trail[-15:])
            print(f"seed {seed + count.walks}, after\n{trail}\nat {walk.page.url}\n{fault}\n", flush=True)
        walk.close()
        count.walks += 1
        count.actions += len(walk.trail)
    return count


def go(walk: Walk, actions: int) -> None:
    """Act and check; raise `Broken` at the first thing that does not hold."""
    act: Action = open_link
    while len(walk.trail) < actions:
        done = act(walk)
        act = pick(walk.rng, ACTIONS)
        if done:
            walk.trail.append(done)
            walk.check()
    walk.check_memory()
