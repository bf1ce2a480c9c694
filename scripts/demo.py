"""Run every stage on rendered signs, in a copy of the project: quick, offline, beside a real run."""

import json
import os
import subprocess
import sys
import time

import pandas as pd
from project_copy import DEMO, ROOT, copy_project

TARGET = ROOT / ".demo"


def main() -> None:
    started = time.monotonic()
    copy_project(TARGET, DEMO)
    # Its own DVC project without git, so that the surrounding repository is none of its business.
    config = TARGET / ".dvc/config"
    config.write_text(
        config.read_text(encoding="utf-8").replace("[core]", "[core]\n    no_scm = true"), encoding="utf-8"
    )
    environment = {name: value for name, value in os.environ.items() if name != "MISREAD_MIRROR"}
    # Not the `dvc` on the path: the one of this environment.
    status = subprocess.run([sys.executable, "-m", "dvc", "repro"], cwd=TARGET, env=environment, check=False).returncode
    if status:
        sys.exit(status)
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
        ("reports/results.md", "the study's table"),
        ("reports/figures", "every figure"),
        ("metrics", "what `dvc metrics show` compares"),
    ):
        print(f"  .demo/{name:20} {what}")


if __name__ == "__main__":
    main()
