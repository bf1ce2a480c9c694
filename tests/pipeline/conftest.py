"""A clone of the project in which the real `dvc` command has run the real graph, on rendered signs, at a tiny size.

A network and a noise type are added to it, as a user would: each is one file and one section of ``params.yaml``.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from additions import SPECKLE, VGG16
from clones import Clone, stages_run

from misread import paths
from misread.experiments.project_copy import BEFORE_BOTH, SIDE_BY_SIDE, TINY, change_params

NETWORKS = ["cnn", VGG16.name]  # `make demo` runs the graph with the study's own
REGIMES = ["clean", "noisy", "robust"]
KEYS = [f"{network}-{regime}" for network in NETWORKS for regime in REGIMES]
GAN_KEYS = [f"{kind}-{regime}" for kind in ("gan", "cgan") for regime in ("clean", "noisy")]
NOISE_TYPES = ["salt_pepper", "periodic", "gaussian", SPECKLE.name]
DOWNSTREAM = list(paths.DOWNSTREAM)


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
    made, other = (Clone(folder / name, folder / "cache", additions=(VGG16, SPECKLE)) for name in ("one", "other"))
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
