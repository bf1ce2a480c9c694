"""Caches of what a process has read, which must not outlive a run: another run may find other files at the same path.

A worker of a Dask cluster works for one run after another.
"""

import functools
from collections.abc import Callable
from typing import Any

_caches: list[Any] = []
_run: str | None = None


def remember(count: int) -> Callable[[Callable], Any]:
    """Decorate a function like `functools.lru_cache`, to keep its last ``count`` results until the next run."""

    def decorate(function: Callable) -> Any:
        cached = functools.lru_cache(maxsize=count)(function)
        _caches.append(cached)
        return cached

    return decorate


def forget_others(run: str) -> None:
    """Forget the results of other runs than this one."""
    global _run
    if run != _run:
        for cache in _caches:
            cache.cache_clear()
        _run = run
