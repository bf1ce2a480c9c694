"""A clone of the project in which the real `dvc` command has run the real graph, on rendered signs, at a tiny size.

A network and a noise type are added to it, as a user would: each is one file and one section of ``params.yaml``.
"""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from additions import SPECKLE, VGG16, add, remove

from misread import paths
from misread.experiments.project_copy import BEFORE_BOTH, SIDE_BY_SIDE, TINY, change_params, copy_project

NETWORKS = ["cnn", VGG16.name]  # `make demo` runs the graph with the study's own
REGIMES = ["clean", "noisy", "robust"]
KEYS = [f"{network}-{regime}" for network in NETWORKS for regime in REGIMES]
GAN_KEYS = [f"{kind}-{regime}" for kind in ("gan", "cgan") for regime in ("clean", "noisy")]
NOISE_TYPES = ["salt_pepper", "periodic", "gaussian", SPECKLE.name]
DOWNSTREAM = list(paths.DOWNSTREAM)


class Clone:
    """A git repository with the pipeline in it; its networks are cnn and the added one."""

    def __init__(self, folder, cache):
        self.folder, self.cache = folder, cache
        folder.mkdir()
        copy_project(folder, TINY)
        for network in ("inception_v3", "resnet50"):
            remove(folder, "networks", network)
        for addition in (VGG16, SPECKLE):
            add(folder, addition)
        # As a user who has not activated the environment: its `bin` is not on the path.
        bare = [part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part]
        others = ("VIRTUAL_ENV", "MISREAD_MIRROR", "PYTHONDONTWRITEBYTECODE")
        self.environment = {name: value for name, value in os.environ.items() if name not in others}
        self.environment |= {"PATH": os.pathsep.join(bare), "LC_ALL": "C"}  # a locale without letters beyond ASCII
        # The stages look for .venv upwards from their folder.
        (folder / ".venv").symlink_to(sys.prefix)
        self.git("init", "--quiet")
        self.dvc("cache", "dir", "--local", os.path.relpath(cache, folder))  # DVC writes ASCII alone
        self.commit("start")

    def run(self, *command, check=True):
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    def git(self, *arguments):
        return self.run("git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments)

    def commit(self, message):
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", message)

    def dvc(self, *arguments, check=True):
        return self.run(sys.executable, "-m", "dvc", *arguments, check=check)

    def repro(self, *arguments):
        """Stages that ran."""
        return stages_run(self.dvc("repro", *arguments).stdout)

    def would_run(self):
        """Stages that would run; `dvc exp run --dry` fails, as it looks in a copy without data."""
        return stages_run(self.dvc("repro", "--dry").stdout)

    def lock(self):
        return (self.folder / "dvc.lock").read_text()

    def state(self):
        """What `restore` needs."""
        return (self.folder / "params.yaml").read_bytes(), self.lock()

    def restore(self, state):
        """Go back to parameters and results; they are in the cache."""
        parameters, lock = state
        (self.folder / "params.yaml").write_bytes(parameters)
        (self.folder / "dvc.lock").write_text(lock)
        self.git("checkout", "--quiet", "reports", "metrics")
        self.dvc("checkout")
        assert self.repro() == []

    def read(self, path):
        return json.loads((self.folder / path).read_text())


def stages_run(output):
    """What DVC says that it runs, or would run."""
    return re.findall(r"^Running stage '(.+)':", output, re.MULTILINE)


class Variant(NamedTuple):
    """What happened to an experiment."""

    ran: list[str]
    difference: str
    ran_on_the_way_back: list[str]


def try_variant(clone):
    """Run an experiment with other parameters, compare it with what was before, and go back."""
    clone.repro("score@cnn-noisy")
    clone.commit("run")
    ran = stages_run(clone.dvc("exp", "run", "--set-param", "networks.cnn.epochs=1", "score@cnn-noisy").stdout)
    difference = clone.dvc("metrics", "diff").stdout
    change_params(clone.folder, {"networks.cnn.epochs": TINY["networks.cnn.epochs"]})
    return Variant(ran, difference, clone.repro("score@cnn-noisy"))


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """The whole graph, run once; on two cores, so two clones share a cache.

    The graph's two halves run side by side. Then one clone runs what is left, and the tests look at it, while the other
    tries a variant.
    """
    # A blank and a letter beyond ASCII, as users have them in their paths.
    folder = tmp_path_factory.mktemp("Größe der")
    made, other = (Clone(folder / name, folder / "cache") for name in ("one", "other"))
    made.ran = {"first": made.repro(*BEFORE_BOTH), "here": [], "there": []}
    with ThreadPoolExecutor() as beside:
        for here, there in SIDE_BY_SIDE:
            running = beside.submit(other.repro, *there)
            made.ran["here"] += made.repro(*here)
            made.ran["there"] += running.result()
        made.variant = beside.submit(try_variant, other)
        made.ran["rest"] = made.repro()
        made.commit("run")
        yield made
