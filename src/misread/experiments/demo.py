"""Run every stage on rendered signs in a copy of the project: quickly, offline, and without changing a real run.

The two halves of the graph, classifiers and GANs, run side by side in two copies that share DVC's cache, because most
of the time of a small run is the start of TensorFlow, which uses only one core.
"""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
from tabulate import tabulate
from tqdm import tqdm

from misread.experiments.project_copy import BEFORE_BOTH, DEMO, LEFT_OUT, ROOT, SIDE_BY_SIDE, copy_project
from misread.noise.types import NOISE_TYPES

TARGET = ROOT / ".demo"
OTHER = TARGET / ".classifiers"  # the copy for the classifiers' half of the graph, with the same cache
DVC = [sys.executable, "-m", "dvc"]  # DVC of this environment, not the one on the PATH
# The stages run in the environment of this Python, whichever is active.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "MISREAD_MIRROR"} | {
    "VIRTUAL_ENV": sys.prefix
}
STARTS = re.compile(r"Running stage '(.+)':")


class Failure(Exception):
    """A half of the graph failed; the message contains the last lines of the output and the path of the log."""


class Progress:
    """Progress bar: the current stage, the number of stages begun, and the start time."""

    def __init__(self, stages: int):
        self.started, self.seen = time.monotonic(), set()
        self.bar = tqdm(total=stages, unit="stage", disable=None, leave=False)

    def begins(self, stage: str) -> None:
        """Show that a stage begins, once per stage."""
        if stage in self.seen:
            return
        self.seen.add(stage)
        width = len(str(self.bar.total))
        seconds = time.monotonic() - self.started
        self.bar.write(f"{len(self.seen):{width}} of {self.bar.total}  {seconds:4.0f} s  {stage}", file=sys.stdout)
        sys.stdout.flush()
        self.bar.update()


def set_up(folder: Path) -> None:
    """Create a DVC project without git, so that DVC ignores the surrounding repository, with the shared cache.

    The settings are written here because DVC cannot write the path of a folder with non-ASCII letters; the relative
    path is ASCII.
    """
    copy_project(folder, DEMO, LEFT_OUT)
    config = folder / ".dvc/config"
    cache = os.path.relpath(TARGET / ".dvc/cache", config.parent)
    settings = config.read_text(encoding="utf-8")
    settings = settings.replace("[core]", "[core]\n    no_scm = true").replace("[cache]", f"[cache]\n    dir = {cache}")
    config.write_text(settings, encoding="utf-8")


def repro(folder: Path, progress: Progress, *targets: str) -> None:
    """Run the stages that are not up to date; the output of DVC and the stages goes to a file.

    Raises:
        Failure: a stage failed.

    """
    log = folder / "log.txt"
    with log.open("a", encoding="utf-8") as file:
        running = subprocess.Popen(
            [*DVC, "repro", *targets], cwd=folder, env=ENVIRONMENT, text=True, encoding="utf-8", errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            for line in running.stdout:
                file.write(line)
                if found := STARTS.match(line):
                    progress.begins(found[1])
        except BaseException:
            running.terminate()
            raise
        if running.wait():
            file.flush()
            last = log.read_text(encoding="utf-8").rstrip().splitlines()[-10:]
            raise Failure("\n".join([*last, f"error: a stage failed; all that was printed is in {log}"]))


def results() -> str:
    """The results of the demo in a few lines."""
    table = pd.read_csv(TARGET / "reports/results.csv", keep_default_na=False)
    table["set"] = table["Noise type"] + "-" + table["Noise level"]
    selected = json.loads((TARGET / "reports/tables/summary.json").read_text(encoding="utf-8"))["selected"]
    rows = []
    for (network, regime), part in table.groupby(["Network", "regime"], sort=False):
        accuracies = part.set_index("set").Accuracy
        noisy = accuracies.drop("none-none").mean()
        rows.append((network, regime, *accuracies[["none-none", selected]], noisy))
    shown = tabulate(rows, ["network", "regime", "clean", selected, "mean of all noisy sets"], floatfmt=".2f")
    return f"Accuracy on the test set:\n\n{shown}\n\n{thresholds()}"


def thresholds() -> str:
    """The thresholds of the small network in words."""
    found = json.loads((TARGET / "reports/scores/cnn-clean/thresholds.json").read_text(encoding="utf-8"))
    lines = [
        "The noise at which cnn, trained on clean signs, fails on a tenth of the signs that it classifies correctly:"
    ]
    for kind, levels in found.items():
        strength, status = levels["p10"]["strength"], levels["p10"]["status"]
        noise = NOISE_TYPES[kind]
        lines.append(f"  {noise.title} noise: {status if strength is None else noise.words(strength)}")
    return "\n".join(lines)


def main() -> None:
    for folder in (TARGET, OTHER):
        set_up(folder)
        (folder / "log.txt").unlink(missing_ok=True)
    listed = subprocess.run(
        [*DVC, "stage", "list", "--name-only"], cwd=TARGET, env=ENVIRONMENT, capture_output=True, check=False,
        encoding="utf-8", errors="replace",
    )  # fmt: skip
    if listed.returncode:
        sys.exit(f"{listed.stderr}error: DVC does not work here, see above")
    progress = Progress(len(listed.stdout.split()))
    try:
        repro(TARGET, progress, *BEFORE_BOTH)
        with ThreadPoolExecutor() as beside:
            for here, there in SIDE_BY_SIDE:
                other = beside.submit(repro, OTHER, progress, *there)
                repro(TARGET, progress, *here)
                other.result()
        repro(TARGET, progress)
    except Failure as failure:
        sys.exit(f"\n{failure}")
    finally:
        progress.bar.close()
    seconds = time.monotonic() - progress.started
    print(f"\nThe demo took {seconds:.0f} s. Its numbers come from rendered signs, not from GTSRB.\n\n{results()}\n")
    print(f"To be quick it leaves out {', '.join(LEFT_OUT)}. `dvc repro` runs the whole study.")
    print(f"The whole of it is one page: {os.path.relpath(TARGET / 'reports/index.html', ROOT)}")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"error: {error.filename or TARGET}: {error.strerror}")
