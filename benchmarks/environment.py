"""An environment of its own for the benchmarks, .venv-bench: the packages of .venv, and beside them those of the peers.

Run in the project's environment: environment.py [BENCHMARK ...]. Makes it, unless it is up to date, and goes on as
run.py in it.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / "requirements.txt"
ENVIRONMENT = HERE.parent / ".venv-bench"
# With its own dependencies: where pip is set up to find PyTorch's CPU build it takes that, which is enough.
PYTORCH = "torch==2.13.0"


def build() -> None:
    """Make the environment; a copy of the requirements in it is the sign that all of it is there."""
    print(f"Installing PyTorch and the packages of {PEERS.name} in {ENVIRONMENT.name}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
    own = sysconfig.get_path("purelib", vars={"base": str(ENVIRONMENT)})
    (Path(own) / "project.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = [ENVIRONMENT / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for wanted in ([PYTORCH], ["--no-deps", "-r", PEERS]):
        if subprocess.run([*install, *wanted], check=False).returncode:
            sys.exit("error: pip could not install the peers, see above; is there a network?")
    shutil.copy(PEERS, ENVIRONMENT)


def main() -> None:
    copy = ENVIRONMENT / PEERS.name
    if not (copy.exists() and filecmp.cmp(copy, PEERS, shallow=False)):
        build()
    python = str(ENVIRONMENT / "bin/python")
    os.execv(python, [python, str(HERE / "run.py"), *sys.argv[1:]])


if __name__ == "__main__":
    main()
