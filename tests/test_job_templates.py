"""The job scripts of docs/scaling.md are well-formed and call the Makefile's target as it is."""

import re
import subprocess

import pytest
import yaml

from misread.experiments.project_copy import ROOT
from misread.experiments.variant_grid import check_keys, combinations, shared

TEXT = (ROOT / "docs/scaling.md").read_text(encoding="utf-8").split("\n## Many variants on several machines\n")[1]
# The fields of a task that SkyPilot documents.
FIELDS = {
    "name": str, "workdir": str, "num_nodes": int, "resources": dict, "envs": dict, "secrets": dict, "volumes": dict,
    "file_mounts": dict, "setup": str, "run": str, "config": dict,
}  # fmt: skip


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT.split("\n## ")[0], re.DOTALL)
    return found


def scripts():
    """The shell scripts of both templates."""
    task = yaml.safe_load(block("yaml"))
    return {"SLURM": block("bash"), "SkyPilot": task["run"], "setup": task["setup"]}


@pytest.mark.parametrize("name", scripts())
def test_bash_can_parse_the_scripts(name):
    done = subprocess.run(["bash", "-n"], input=scripts()[name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_slurm_script_begins_with_its_options():
    first, *lines = block("bash").splitlines()
    assert first == "#!/bin/bash"
    options = [line for line in lines if line.startswith("#SBATCH ")]
    assert options == lines[: len(options)], "sbatch reads no options after the first command"
    assert all(word.startswith("--") for line in options for word in line.split()[1:])


def test_the_skypilot_task_has_documented_fields():
    task = yaml.safe_load(block("yaml"))
    assert task.keys() <= FIELDS.keys()
    assert all(isinstance(value, FIELDS[key]) for key, value in task.items())


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("SLURM", {"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_COUNT": "5"}),
        ("SkyPilot", {"SKYPILOT_NODE_RANK": "4", "SKYPILOT_NUM_NODES": "5"}),
    ],
)
def test_the_last_machine_runs_the_last_share_of_a_valid_grid(name, environment):
    command = re.search(r"^make variants .*?[^\\]\n", scripts()[name], re.MULTILINE | re.DOTALL)[0]
    done = subprocess.run(
        ["bash", "-ec", f'make() {{ printf "%s\\n" "$@"; }}\n{command}'],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    target, *arguments = done.stdout.splitlines()
    values = dict(argument.split("=", 1) for argument in arguments)
    assert (target, values["SHARE"], values["GIT"]) == ("variants", "5/5", "origin")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nvariants: ")[1].split("\n\n")[0]
    assert all(f"({key})" in makefile or f"$${key}" in makefile for key in values)
    grid = combinations(values["GRID"])
    check_keys(ROOT / "params.yaml", grid[0])
    assert shared(grid, values["SHARE"])
    graph = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
    assert values["STAGE"].partition("@")[0] in graph["stages"]
