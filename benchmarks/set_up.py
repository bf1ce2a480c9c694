"""An environment of its own for the benchmarks, .venv-bench: the packages of .venv, and beside them those of the peers.

Run in the project's environment: set_up.py [BENCHMARK ...]. Makes it, unless it is up to date, and goes on as
run.py in it.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / "requirements.txt"
ENVIRONMENT = HERE.parent / ".venv-bench"
# With its own dependencies: where pip is set up to find PyTorch's CPU build it takes that, which is enough.
PYTORCH = "torch==2.13.0"
WANTED = f"{PYTORCH}\n{PEERS.read_text(encoding='utf-8')}"
MARK = ENVIRONMENT / "installed.txt"  # what is in the environment, once all of it is


def build() -> None:
    """Make the environment."""
    print(f"Installing PyTorch and the packages of {PEERS.name} in {ENVIRONMENT.name}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
    own = sysconfig.get_path("purelib", vars={"base": str(ENVIRONMENT)})
    (Path(own) / "project.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = [ENVIRONMENT / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for wanted in ([PYTORCH], ["--no-deps", "-r", PEERS]):
        if subprocess.run([*install, *wanted], check=False).returncode:
            sys.exit("error: pip could not install the peers, see above; is there a network?")
    MARK.write_text(WANTED, encoding="utf-8")


def main() -> None:
    if not (MARK.exists() and MARK.read_text(encoding="utf-8") == WANTED):
        build()
    python = str(ENVIRONMENT / "bin/python")
    os.execv(python, [python, str(HERE / "run.py"), *sys.argv[1:]])


if __name__ == "__main__":
    main()
