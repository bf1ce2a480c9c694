"""Compare the results of two revisions: compare_revisions A [B]; without B, the workspace.

Networks depend on the kind of processor, because its kernels add floating-point numbers in another order. This says
which stages have other outputs, for which of them the code or the parameters differ, and whether the metrics differ by
more than between two kinds of processors.
"""

import json
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tabulate import tabulate

from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.params import yaml12

# Their outputs consist of whole numbers, which are the same on every machine.
EXACT = ("download", "prepare", "noise", "arrange")


class Tolerance(NamedTuple):
    """How much a metric may differ between two kinds of processors: absolutely, or relative to the larger value."""

    value: float
    relative: bool = False

    def allows(self, one: float, other: float) -> bool:
        """Whether two values differ by no more than this."""
        scale = max(abs(one), abs(other)) if self.relative else 1
        return abs(one - other) <= self.value * scale + 1e-9

    def __str__(self) -> str:
        return f"{self.value:.0%}" if self.relative else f"{self.value:g}"


# About twice what was seen between two kinds of processors: docs/reliability.md has the table, and a test compares it.
TOLERANCES = {
    "clean": Tolerance(0.015),
    "chosen": Tolerance(0.045),
    "noisy": Tolerance(0.03),
    "mce": Tolerance(0.03),
    "params": Tolerance(0),
    "fid": Tolerance(0.2, relative=True),
    "gan_test": Tolerance(0.06),
    "gan_train": Tolerance(0.06),
}
THRESHOLD = Tolerance(0.35, relative=True)  # of the other metrics: for each noise type, the strength at which 10% fail


class Results(NamedTuple):
    """What one side of the comparison has."""

    name: str
    stages: dict[str, dict]  # as in dvc.lock
    metrics: dict[tuple[str, str], float]  # (file, metric) -> value


class Stages(NamedTuple):
    """Names of stages by what differs between the two sides."""

    only_one_side: list[str]
    same: list[str]
    other_inputs: dict[str, list[str]]  # code and parameters that differ
    other_bytes: list[str]  # the inputs are the same
    follow: list[str]  # they use outputs of the other two

    @property
    def inexact(self) -> list[str]:
        """Stages whose outputs should be the same on every machine, and are not."""
        return [name for name in self.other_bytes if name.partition("@")[0] in EXACT]


class Difference(NamedTuple):
    """A metric that differs; None: this side does not have it."""

    metric: str
    one: float | None
    other: float | None
    tolerance: Tolerance

    @property
    def harmless(self) -> bool:
        """Whether another kind of processor may be the cause."""
        return None not in (self.one, self.other) and self.tolerance.allows(self.one, self.other)


def read(revision: str | None, root: Path = ROOT) -> Results:
    """Read the results of a revision; None: of the workspace.

    Raises:
        MisreadError: there is no such revision, or it has no results.

    """
    if revision is None:
        paths = [path.relative_to(root).as_posix() for path in sorted((root / "metrics").rglob("*.json"))]

        def text(path: str) -> str:
            return (root / path).read_text(encoding="utf-8")
    else:
        listed = _git(root, revision, "ls-tree", "-r", "--name-only", revision, "metrics")
        paths = [path for path in listed.splitlines() if path.endswith(".json")]

        def text(path: str) -> str:
            return _git(root, revision, "show", f"{revision}:./{path}")

    if revision is None and not (root / "dvc.lock").exists():
        raise MisreadError("dvc.lock: no such file; `dvc repro` makes the results")
    metrics = {
        (path, key): value
        for path in paths
        for key, value in json.loads(text(path)).items()
        if isinstance(value, int | float)
    }
    return Results(revision or "workspace", yaml12.load(text("dvc.lock"))["stages"], metrics)


def _git(root: Path, revision: str, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise MisreadError(f"{revision}: not a revision with results ({done.stderr.strip().splitlines()[0]})")
    return done.stdout


def compare_stages(one: dict[str, dict], other: dict[str, dict]) -> Stages:
    """Sort stages by what differs.

    Args:
        one: the stages of a ``dvc.lock``.
        other: those of another one.

    """
    found = Stages(sorted(one.keys() ^ other.keys()), [], {}, [], [])
    made = [PurePosixPath(out["path"]) for stages in (one, other) for stage in stages.values() for out in _outs(stage)]
    for name in (name for name in one if name in other):
        mine, yours = one[name], other[name]
        if _md5s(_outs(mine)) == _md5s(_outs(yours)):
            found.same.append(name)
        elif changed := _changed_inputs(mine, yours, made):
            found.other_inputs[name] = changed
        elif _md5s(mine.get("deps", [])) == _md5s(yours.get("deps", [])):
            found.other_bytes.append(name)
        else:
            found.follow.append(name)
    return found


def _outs(stage: dict) -> list[dict]:
    return stage.get("outs", [])


def _md5s(entries: list[dict]) -> dict[str, str]:
    return {entry["path"]: entry.get("md5") for entry in entries}


def _changed_inputs(one: dict, other: dict, made: list[PurePosixPath]) -> list[str]:
    """The code and the parameters of a stage that differ; outputs of other stages are left out."""
    before, after = (_md5s(stage.get("deps", [])) for stage in (one, other))
    changed = [path for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]
    code = [path for path in changed if not any(_overlap(PurePosixPath(path), out) for out in made)]
    before, after = (
        {key: value for keys in stage.get("params", {}).values() for key, value in keys.items()}
        for stage in (one, other)
    )
    return code + [key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]


def _overlap(one: PurePosixPath, other: PurePosixPath) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def compare_metrics(one: dict[tuple[str, str], float], other: dict[tuple[str, str], float]) -> list[Difference]:
    """The metrics that differ."""
    keys = sorted(one.keys() | other.keys())
    return [
        Difference(f"{Path(path).stem} {metric}", one.get(key), other.get(key), TOLERANCES.get(metric, THRESHOLD))
        for key in keys
        for path, metric in [key]
        if one.get(key) != other.get(key)
    ]


def describe(one: Results, other: Results) -> tuple[str, bool]:
    """Describe the differences, and tell whether another kind of processor may be the cause of all of them."""
    stages, differences = compare_stages(one.stages, other.stages), compare_metrics(one.metrics, other.metrics)
    told = [f"{len(stages.same)} of {len(one.stages.keys() | other.stages.keys())} stages have the same outputs."]
    for names, what in (
        (stages.only_one_side, "In only one of the two"),
        ([f"{name} ({', '.join(inputs)})" for name, inputs in stages.other_inputs.items()], "Other code or parameters"),
        (stages.other_bytes, "Other outputs of the same code, parameters and data"),
        (stages.follow, "Other outputs because of these"),
    ):
        if names:
            told.append(f"{what}: {', '.join(names)}.")
    if differences:
        rows = [
            (item.metric, item.one, item.other, str(item.tolerance), "" if item.harmless else "beyond it")
            for item in differences
        ]
        told.append(tabulate(rows, ["metric", one.name, other.name, "tolerance", ""]))
    beyond = [item for item in differences if not item.harmless]
    harmless = not (beyond or stages.inexact or stages.only_one_side)
    return "\n\n".join([*told, _verdict(stages, differences, beyond)]), harmless


def _verdict(stages: Stages, differences: list[Difference], beyond: list[Difference]) -> str:
    if stages.only_one_side:
        return "Real: the two do not have the same stages."
    if stages.inexact:
        return f"Real: {', '.join(stages.inexact)} should write the same bytes on every machine."
    if beyond:
        return f"Real: {len(beyond)} of {len(differences)} metrics differ by more than between two kinds of processors."
    if differences:
        return "Harmless: no metric differs by more than between two kinds of processors."
    if stages.other_inputs or stages.other_bytes or stages.follow:
        return "Harmless: all metrics are the same."
    return "Identical: every output has the same bytes."


def main() -> None:
    if not 1 <= len(sys.argv[1:]) <= 2 or not all(sys.argv[1:]):
        sys.exit("error: make compare A=REVISION [B=REVISION]; without B, A is compared with the workspace")
    try:
        one, other = read(sys.argv[1]), read(sys.argv[2] if sys.argv[2:] else None)
    except MisreadError as error:
        sys.exit(f"error: {error}")
    told, harmless = describe(one, other)
    print(told)
    sys.exit(not harmless)


if __name__ == "__main__":
    main()
