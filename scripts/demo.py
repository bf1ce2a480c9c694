"""Run every stage on rendered signs, in a copy of the project: quick, offline, beside a real run.

The two halves of the graph, classifiers and GANs, run side by side in two copies that share DVC's cache: most of a
small run is the start of TensorFlow, which keeps one core busy.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
from project_copy import BEFORE_BOTH, CLASSIFIERS, DEMO, GANS, ROOT, copy_project

TARGET = ROOT / ".demo"
OTHER = TARGET / ".classifiers"  # a copy for their half of the graph, with the same cache
DVC = [sys.executable, "-m", "dvc"]  # not the one on the path: that of this environment
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "MISREAD_MIRROR"}


def set_up(folder: Path) -> None:
    """A DVC project without git, so that the surrounding repository is none of its business; one cache for both.

    The settings are written here, as DVC cannot write the path of a folder with letters beyond ASCII; relative to them
    it is ASCII.
    """
    copy_project(folder, DEMO)
    config = folder / ".dvc/config"
    cache = os.path.relpath(TARGET / ".dvc/cache", config.parent)
    settings = config.read_text(encoding="utf-8")
    settings = settings.replace("[core]", "[core]\n    no_scm = true").replace("[cache]", f"[cache]\n    dir = {cache}")
    config.write_text(settings, encoding="utf-8")


def repro(*targets: str) -> None:
    """Run what is not done yet, and end with the demo if it fails."""
    status = subprocess.run([*DVC, "repro", *targets], cwd=TARGET, env=ENVIRONMENT, check=False).returncode
    if status:
        sys.exit(status)


def main() -> None:
    started = time.monotonic()
    for folder in (TARGET, OTHER):
        set_up(folder)
    repro(*BEFORE_BOTH)
    log = OTHER / "log.txt"
    print(f"\nBeside the GANs the classifiers train; what they say goes to {log.relative_to(ROOT)}\n", flush=True)
    with log.open("w") as output:
        beside = subprocess.Popen(
            [*DVC, "repro", *CLASSIFIERS], cwd=OTHER, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            repro(*GANS)
        except BaseException:
            beside.terminate()
            raise
        if status := beside.wait():
            print(f"error: the half of the classifiers failed; {log.relative_to(ROOT)} says why", file=sys.stderr)
            sys.exit(status)
    repro()
    summary = json.loads((TARGET / "metrics/summary.json").read_text(encoding="utf-8"))
    print(
        f"\nThe demo took {time.monotonic() - started:.0f} s. Its numbers come from rendered signs, not from GTSRB:\n"
    )
    results = pd.read_csv(TARGET / "reports/results.csv", keep_default_na=False)
    results["noise"] = results["Noise type"] + "-" + results["Noise level"]
    for (network, regime), rows in results.groupby(["Network", "regime"], sort=False):
        accuracy = rows.set_index("noise").Accuracy
        selected = summary["selected"]
        print(
            f"  {network + ', ' + regime:36} accuracy clean {accuracy['none-none']:.3f}, "
            f"{selected} {accuracy[selected]:.3f}"
        )
    print("\nResults:")
    for name, what in (
        ("reports/index.html", "the study as one page"),
        ("reports/results.md", "its numbers for GitHub"),
        ("reports/figures", "every figure"),
        ("metrics", "what `dvc metrics show` compares"),
    ):
        print(f"  .demo/{name:20} {what}")


if __name__ == "__main__":
    main()
