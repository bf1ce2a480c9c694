"""Processing of blocks of rows, in other processes or by a Dask cluster, with the results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from misread.parallel import executors

Result = TypeVar("Result")


def map_blocks(
    function: Callable[..., Result],
    total: int,
    title: str,
    block: int,
    *,
    part: Callable[[int, int], tuple] | None = None,
    fresh: bool = False,
    folder: Path = Path(),
) -> Iterator[tuple[int, Result]]:
    """Call ``function(start, stop)`` for consecutive blocks of rows, where `misread.parallel.executors` says.

    Args:
        function: picklable; a MisreadError that it raises is raised here again.
        total: number of rows.
        title: label of the progress bar.
        block: rows per call.
        part: function from the first and last row of a block to other arguments of ``function``; None: it gets these.
        fresh: this and the next: as for `misread.parallel.executors.opened`.
        folder: folder that all workers must see.

    Yields:
        The first row and the result of each block, in row order.

    Raises:
        MisreadError: a worker was killed, or there is no such cluster.

    """
    ranges = [(start, min(start + block, total)) for start in range(0, total, block)]
    items = ranges if part is None else (part(*one) for one in ranges)
    results = map_in_order(function, items, len(ranges), fresh=fresh, folder=folder)
    with tqdm(total=total, desc=title, unit="img", unit_scale=True) as bar:
        for (start, stop), result in zip(ranges, results, strict=True):
            yield start, result
            bar.update(stop - start)


def map_in_order(
    function: Callable[..., Result],
    items: Iterable[tuple],
    count: int,
    *,
    before: Callable[..., tuple] | None = None,
    networks: bool = False,
    fresh: bool = False,
    threads: int = 1,
    folder: Path = Path(),
    here: bool = False,
) -> Iterator[Result]:
    """Call a function with each of some tuples of arguments, where `misread.parallel.executors` says.

    Only a few calls wait or run at a time, so that memory does not grow with their number.

    Args:
        function: picklable, unless the calls are made in this process.
        items: arguments of each call.
        count: number of items.
        before: function from an item to the arguments of ``function``; None: they are the item itself. In this process
            it prepares the next item in a thread meanwhile.
        networks: whether the calls predict with networks; this and the next three: as for
            `misread.parallel.executors.opened`.
        fresh: whether this process may have loaded a library with threads of its own.
        threads: threads of each call.
        folder: folder that all workers must see.
        here: whether only this process has what the work needs.

    Yields:
        The results, in the order of the items.

    Raises:
        MisreadError: a worker was killed, or there is no such cluster.

    """
    executor = None
    if not here:
        executor = executors.opened(count, networks=networks, fresh=fresh, threads=threads, folder=folder)
    if executor is not None:
        yield from _elsewhere(executor, partial(_both, before, function) if before else function, iter(items))
    elif before is None:
        yield from (function(*item) for item in items)
    else:
        yield from (function(*arguments) for arguments in _read_ahead(before(*item) for item in items))


def aside(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a process of its own, so that the system gets all its memory back when it ends.

    With ``MISREAD_SCHEDULER=serial`` it is called in this process.

    Args:
        function: picklable, as its arguments and its result.
        arguments: of the function.

    Raises:
        MisreadError: the process was killed.

    """
    if executors.scheduler() == "serial":
        return function(*arguments)
    (result,) = _elsewhere(executors.Processes(1, fresh=False), function, iter([arguments]))
    return result


def _both(before: Callable[..., tuple], function: Callable[..., Result], *item: object) -> Result:
    return function(*before(*item))


def _read_ahead(items: Iterator[tuple]) -> Iterator[tuple]:
    """Prepare the next item in a thread while the current one is used."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


def _elsewhere(executor, function: Callable[..., Result], items: Iterator[tuple]) -> Iterator[Result]:
    waiting: deque[Future] = deque()
    try:
        while True:
            for item in islice(items, max(0, 3 * executor.count - len(waiting))):
                waiting.append(executor.submit(function, *item))
            if not waiting:
                return
            result = executor.result(waiting[0])
            waiting.popleft()
            yield result
    except Exception as error:
        if told := executor.explained(error):
            raise told from None
        raise
    finally:
        executor.close(list(waiting))
