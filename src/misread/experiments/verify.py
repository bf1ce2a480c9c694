"""Run stages again in a scratch copy of the project without the cache, and compare the bytes: verify [STAGE ...].

Without a stage, the whole graph runs; archives that were downloaded are used again. What a named stage uses of other
stages are links to the workspace. Nothing in the workspace changes.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import networkx
from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.stage import PipelineStage

from misread import paths
from misread.errors import MisreadError
from misread.experiments import compare_revisions
from misread.experiments.project_copy import ROOT, copy_project

SCRATCH = ROOT / ".verify"


def stages_to_run(wanted: list[str]) -> list[str]:
    """Names of the stages that some names stand for, as ``train`` for all trainings, or of all, in an order that works.

    Raises:
        MisreadError: there is no such stage, or the workspace is not up to date.

    """
    try:
        repo = Repo()
        found = {stage.addressing for name in wanted for stage in repo.stage.collect(name)}
        changed = repo.status(targets=wanted or None)
    except DvcException as error:
        raise MisreadError(str(error)) from None
    if changed:
        raise MisreadError(f"{', '.join(sorted(changed)[:3])}: not up to date; run `dvc repro` or `dvc checkout` first")
    in_order = networkx.dfs_postorder_nodes(repo.index.graph)  # a stage after those that it depends on
    names = [stage.addressing for stage in in_order if isinstance(stage, PipelineStage)]  # no files of `dvc add`
    if others := found.difference(names):
        raise MisreadError(f"{min(others)}: not a stage of dvc.yaml")
    return [name for name in names if not wanted or name in found]


def set_up(stages: dict[str, dict]) -> None:
    """Copy the project, and link what some stages use of others.

    Args:
        stages: name -> entry of the workspace's ``dvc.lock``.

    """
    shutil.rmtree(SCRATCH, ignore_errors=True)
    copy_project(SCRATCH, {})
    # Without git, so that DVC ignores the repository around it.
    (SCRATCH / ".dvc/config.local").write_text("[core]\n    no_scm = true\n", encoding="utf-8")
    if (ROOT / paths.DOWNLOADS).exists():
        (SCRATCH / paths.DOWNLOADS).parent.mkdir()
        (SCRATCH / paths.DOWNLOADS).symlink_to(ROOT / paths.DOWNLOADS)
    made = [Path(out["path"]) for stage in stages.values() for out in stage.get("outs", [])]
    for path in (Path(entry["path"]) for stage in stages.values() for entry in stage.get("deps", [])):
        _link(path, made)


def _link(path: Path, made: list[Path]) -> None:
    """Link a file, or all files of a folder; those that the stages make are left out, and those that are there."""
    if any(path.is_relative_to(output) for output in made) or (SCRATCH / path).is_file():
        return
    if (ROOT / path).is_dir():
        (SCRATCH / path).mkdir(parents=True, exist_ok=True)
        for child in sorted((ROOT / path).iterdir()):
            _link(path / child.name, made)
        return
    (SCRATCH / path).parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link((ROOT / path).resolve(), SCRATCH / path)
    except OSError:  # another file system
        (SCRATCH / path).symlink_to((ROOT / path).resolve())


def run(names: list[str]) -> None:
    """Run stages in the scratch copy, in the order of the graph.

    Raises:
        MisreadError: a stage failed.

    """
    command = [sys.executable, "-m", "dvc", "repro", "--force", "--no-run-cache", "--single-item", *names]
    if subprocess.run(command, cwd=SCRATCH, check=False).returncode:
        raise MisreadError("a stage failed, see above; the workspace is as it was")


def differences(before: dict[str, dict], after: dict[str, dict]) -> list[str]:
    """The outputs whose bytes differ, as ``STAGE: PATH``.

    Args:
        before: name -> entry of a ``dvc.lock``.
        after: the same of another run.

    """
    found = []
    for name, stage in before.items():
        again = {out["path"]: out["md5"] for out in after[name].get("outs", [])}
        found += [f"{name}: {out['path']}" for out in stage.get("outs", []) if again.get(out["path"]) != out["md5"]]
    return found


def main() -> None:
    os.chdir(ROOT)
    try:
        names = stages_to_run([name for name in sys.argv[1:] if name])
        before = compare_revisions.read(None)
        stages = {name: before.stages[name] for name in names}
        set_up(stages)
        run(names)
        after = compare_revisions.read(None, SCRATCH)
    except MisreadError as error:
        sys.exit(f"error: {error}")
    outputs = sum(len(stage.get("outs", [])) for stage in stages.values())
    if not (found := differences(stages, after.stages)):
        shutil.rmtree(SCRATCH)
        print(f"\nSame bytes: {outputs} outputs of {len(names)} stages, made again without the cache.")
        return
    print(f"\nOther bytes: {len(found)} of {outputs} outputs; they are kept in {SCRATCH.name}/\n", *found, sep="\n  ")
    metrics = {key: value for key, value in before.metrics.items() if key in after.metrics}
    told, _ = compare_revisions.describe(before._replace(stages=stages, metrics=metrics), after._replace(name="again"))
    sys.exit(f"\n{told}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; the workspace is as it was")
