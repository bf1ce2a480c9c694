"""Time peers side by side: in turns, in one process, so that what else the machine does hits all of them alike."""

import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import NamedTuple

THREADS = 2  # of every peer, unless a benchmark says otherwise


class Result(NamedTuple):
    """How long a peer takes, relative to misread."""

    what: str
    peer: str
    ours: float  # seconds, median
    ratio: float  # the peer's time divided by ours, median over the rounds; above 1: misread is faster
    low: float  # first quartile of the ratios
    high: float  # third quartile


def contest(what: str, ours: Callable[[], object], peers: dict[str, Callable[[], object]], rounds: int) -> list[Result]:
    """Run misread and its peers in turns.

    Args:
        what: is done, with its size.
        ours: one run of misread.
        peers: name -> one run of the peer.
        rounds: how often each runs, after a first run that is not counted: it compiles, and fills caches.

    """
    runs = {"misread": ours, **peers}
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - started)
    mine = times.pop("misread")[1:]
    results = []
    for name, theirs in times.items():
        ratios = [one / own for one, own in zip(theirs[1:], mine, strict=True)]
        low, ratio, high = statistics.quantiles(ratios, n=4)
        results.append(Result(what, name, statistics.median(mine), ratio, low, high))
    return results


def versioned(*packages: str) -> str:
    """Names of packages with their versions."""
    return ", ".join(f"{package} {version(package)}" for package in packages)
