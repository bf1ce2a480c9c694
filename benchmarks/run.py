"""Compare misread with its peers and print tables for docs/performance.md: run.py [BENCHMARK ...]; see `make bench`."""

import importlib
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from contest import Result, versioned
from tabulate import tabulate

BENCHMARKS = ("versus_pytorch", "input_cost", "augmentation", "versus_noise_libraries", "versus_files")
PACKAGES = (
    "tensorflow", "keras", "torch", "numpy", "opencv-python-headless", "scikit-image", "albumentations",
    "imagecorruptions",
)  # fmt: skip
HEADERS = ("what", "misread, ms", "peer", "the peer's time / misread's", "quartiles")


def call(benchmark: str, function: str) -> list:
    """Call a benchmark's function in a process of its own, where nothing has run before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_call, benchmark, function).result()


def _call(benchmark: str, function: str) -> list:
    importlib.import_module("misread.training")  # Keras, with misread's settings, before anybody imports it
    return getattr(importlib.import_module(benchmark), function)()


def row(one: Result) -> tuple:
    """A row of the table."""
    return one.what, f"{1000 * one.ours:.3g}", one.peer, f"{one.ratio:.2f}", f"{one.low:.2f} to {one.high:.2f}"


def processor() -> str:
    """The model of the processor, and which wide instructions it has."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    wide = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "amx_tile") if flag in told.get("flags", "").split()]
    return f"{told.get('model name', 'processor unknown')}, family {told.get('cpu family')}, with {', '.join(wide)}"


def main() -> None:
    chosen = sys.argv[1:] or BENCHMARKS
    if unknown := sorted(set(chosen) - set(BENCHMARKS)):
        sys.exit(f"error: benchmark {unknown[0]!r} is unknown; one of {', '.join(BENCHMARKS)}")
    print(f"{versioned(*PACKAGES)}; {processor()}.")
    for benchmark in chosen:
        found = call(benchmark, "results")
        print(f"\n### {benchmark}\n")
        print(tabulate(map(row, found), HEADERS, "pipe", colalign=("left", "right", "left", "right", "right")))
        if benchmark == "versus_files":
            print("\nPeak memory of a process: " + "; ".join(call(benchmark, "memory")) + ".", flush=True)


if __name__ == "__main__":
    main()
