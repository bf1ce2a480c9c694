"""Run the study, even after a run that was killed: study.py [--jobs N] [STAGE ...].

Repairs the files of DVC, runs independent stages side by side, and calls `dvc repro`, which then has nothing left to
do. With one job, `dvc repro` runs all stages.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from dvc.exceptions import DvcException
from dvc.lock import LockError

from misread import params
from misread.errors import MisreadError
from misread.experiments import dvc_files, side_by_side


def repair() -> None:
    """Repair what a DVC that was killed has left.

    Raises:
        MisreadError: ``dvc.lock`` has conflicts of a merge, or DVC finds no home folder.

    """
    repo = dvc_files.opened(wait=False)
    dvc_files.remove_empty_runs(Path(repo.cache.legacy.path))
    try:
        with repo.lock:
            dvc_files.repair_lock(Path(repo.root_dir) / "dvc.lock")
            dvc_files.repair_rwlock(Path(repo.tmp_dir) / "rwlock")
    except LockError:
        pass  # another DVC is at work, and its files are not damaged


def number_of_jobs(text: str) -> int:
    """Number of stages side by side; by default, as many as this machine can run.

    Raises:
        MisreadError: the text is no positive whole number.

    """
    if text:
        if not text.isdecimal() or int(text) < 1:
            raise MisreadError(f"JOBS={text}: a positive whole number is expected")
        return int(text)
    try:
        return side_by_side.default_jobs(params.load().threads)
    except MisreadError:  # the first stage refuses wrong parameters
        return 1


def run(jobs: int, stages: list[str]) -> None:
    """Run the stages that are not up to date side by side, and print their output, each line with its stage."""
    started = time.monotonic()

    def tell(stage: str, line: str) -> None:
        # In one piece: several threads write.
        sys.stdout.write(f"{time.monotonic() - started:6.0f} s  {stage}: {line}\n")
        sys.stdout.flush()

    side_by_side.Runner(Path(), tell).run(side_by_side.plan(Path(), stages), jobs)


def main() -> None:
    parser = argparse.ArgumentParser(usage="make study [JOBS=N] [STAGE=NAME]")
    parser.add_argument("--jobs", default="")
    parser.add_argument("stages", nargs="*")
    given = parser.parse_args()
    try:
        jobs = number_of_jobs(given.jobs)
        repair()
        if jobs > 1:
            run(jobs, given.stages)
    except side_by_side.StageFailedError as failed:
        sys.exit(f"error: the stage {failed} failed, see above; `make study` goes on from there")
    except (DvcException, MisreadError, OSError) as error:
        sys.exit(f"error: {error}")
    # In place of this process: a parent would kill DVC soon after an interruption, instead of letting it end.
    os.execv(sys.executable, [sys.executable, "-m", "dvc", "repro", *given.stages])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; `make study` goes on from there")
