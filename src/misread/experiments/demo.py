"""Run every stage on rendered signs in a copy of the project: quickly, offline, and without changing a real run.

Independent stages run side by side, because most of the time of a small run is the start of TensorFlow, which uses only
one core.
"""

import json
import os
import re
import sys
import time

import pandas as pd
from dvc.exceptions import DvcException
from tabulate import tabulate
from tqdm import tqdm

from misread.errors import MisreadError
from misread.experiments import side_by_side
from misread.experiments.project_copy import DEMO, LEFT_OUT, ROOT, copy_project, without_git
from misread.noise.types import NOISE_TYPES

TARGET = ROOT / ".demo"
LOG = TARGET / "log.txt"
# The stages run in the environment of this Python, whichever is active.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "MISREAD_MIRROR"} | {
    "VIRTUAL_ENV": sys.prefix
}
STARTS = re.compile(r"Running stage '.+':")


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


def set_up() -> None:
    """Create the copy of the project."""
    copy_project(TARGET, DEMO, LEFT_OUT)
    without_git(TARGET)


def repro(plan: side_by_side.Plan) -> float:
    """Run the stages that are not up to date; their output goes to `LOG`. The time that it took, in seconds.

    Raises:
        StageFailedError: a stage failed.

    """
    progress = Progress(len(plan.needs))
    with LOG.open("w", encoding="utf-8") as log:

        def tell(stage: str, line: str) -> None:
            log.write(f"{stage}: {line}\n")
            log.flush()
            if STARTS.match(line):
                progress.begins(stage)

        try:
            side_by_side.Runner(TARGET, tell, ENVIRONMENT).run(plan, side_by_side.default_jobs(DEMO["threads"]))
        finally:
            progress.bar.close()
    return time.monotonic() - progress.started


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
    set_up()
    try:
        seconds = repro(side_by_side.plan(TARGET))
    except side_by_side.StageFailedError as failed:
        last = [line for line in LOG.read_text(encoding="utf-8").splitlines() if line.startswith(f"{failed}: ")][-10:]
        sys.exit("\n".join(["", *last, f"error: the stage {failed} failed; all that was printed is in {LOG}"]))
    except (DvcException, MisreadError) as error:
        sys.exit(f"error: {error}")
    print(f"\nThe demo took {seconds:.0f} s. Its numbers come from rendered signs, not from GTSRB.\n\n{results()}\n")
    print(f"To be quick it leaves out {', '.join(LEFT_OUT)}. `dvc repro` runs the whole study.")
    print(f"The whole of it is one page: {os.path.relpath(TARGET / 'reports/index.html', ROOT)}")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"error: {error.filename or TARGET}: {error.strerror}")
    except KeyboardInterrupt:
        sys.exit("interrupted; `make demo` goes on from there")
