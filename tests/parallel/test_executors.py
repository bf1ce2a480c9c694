"""The ways to process blocks on this machine, with a small Dask cluster as well; tests/faults has larger ones."""

import pytest

from misread.errors import MisreadError
from misread.parallel import executors, remembered, workers

pytest.importorskip("distributed", reason="`make setup DASK=1` installs distributed")


def sums(count):
    return list(workers.map_blocks(pow, count, "test", 1))


@pytest.mark.parametrize("scheduler", ["serial", "processes", "local"])
def test_this_machine_gives_the_same_results(scheduler, monkeypatch):
    monkeypatch.setenv(executors.SCHEDULER, scheduler)
    monkeypatch.setenv(executors.WORKERS, "2")
    assert sums(20) == [(start, start ** (start + 1)) for start in range(20)]


@pytest.mark.parametrize("value", ["dask", "host:8786", "1", "http://host:8786"])
def test_a_wrong_value_is_refused(monkeypatch, value):
    monkeypatch.setenv(executors.SCHEDULER, value)
    expected = f"^MISREAD_SCHEDULER: '{value}': must be serial, processes, local, or the address of a Dask scheduler"
    with pytest.raises(MisreadError, match=expected):
        sums(3)


def test_results_are_remembered_for_each_run(monkeypatch):
    monkeypatch.setattr(remembered, "_run", None)
    calls = []
    read = remembered.remember(2)(lambda path: calls.append(path) or path)
    for run in ("one", "two", "one", "two"):
        remembered.work_for(run)
        read("file")
    assert calls == ["file", "file"], "once for each, although they take turns"
