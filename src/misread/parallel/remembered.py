"""Caches of what a process has read, each entry for one run: another run may find other files at the same path.

A worker of a Dask cluster works for one run after another, and for several at a time.
"""

import functools
from collections.abc import Callable
from typing import Any

_run: str | None = None  # None: this process works for nobody else


def remember(count: int) -> Callable[[Callable], Any]:
    """Decorate a function like `functools.lru_cache`, to keep its last ``count`` results, for the same run only."""

    def decorate(function: Callable) -> Any:
        cached = functools.lru_cache(maxsize=count)(lambda _, *arguments: function(*arguments))

        @functools.wraps(function)
        def found(*arguments: Any) -> Any:
            return cached(_run, *arguments)

        found.cache_clear = cached.cache_clear
        return found

    return decorate


def work_for(run: str) -> None:
    """Use the results of this run from now on."""
    global _run
    _run = run
