"""Run `dvc repro`, even after a run that was killed: study.py [ARGUMENT OF dvc repro ...].

If DVC 3.67 is killed while it saves a stage's result, it leaves an empty folder in its run cache, and every later
`dvc repro` that reads this folder ends with "join() argument must be str, bytes, or os.PathLike object, not
'NoneType'".
"""

import subprocess
import sys
import time
from pathlib import Path

from dvc.exceptions import DvcException
from dvc.repo import Repo

BEING_WRITTEN = 10  # seconds; another process may still be writing to a younger folder


def remove_empty_runs(cache: Path) -> None:
    """Remove the empty folders of a run cache."""
    for folder in cache.glob("runs/*/*"):
        if time.time() - folder.stat().st_mtime > BEING_WRITTEN and not any(folder.iterdir()):
            folder.rmdir()


def main() -> None:
    try:
        remove_empty_runs(Path(Repo().cache.legacy.path))
    except (DvcException, OSError) as error:
        sys.exit(f"error: {error}")
    except (KeyError, RuntimeError) as error:  # a user whom the system does not know, as in some containers
        sys.exit(f"error: DVC needs a home folder and a user name, set HOME and USER ({error})")
    sys.exit(subprocess.run([sys.executable, "-m", "dvc", "repro", *sys.argv[1:]], check=False).returncode)


if __name__ == "__main__":
    main()
