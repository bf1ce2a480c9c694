"""A clone of the project in which the real `dvc` command has run the real graph, on rendered signs, at a tiny size.

A network and a noise type are added to it, as a user would: each is one file and one section of ``params.yaml``.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from additions import SPECKLE, VGG16
from clones import Clone, stages_run

from misread import paths
from misread.experiments.project_copy import TINY, change_params

NETWORKS = ["cnn", VGG16.name]  # `make demo` runs the graph with the study's own
REGIMES = ["clean", "noisy", "robust"]
KEYS = [f"{network}-{regime}" for network in NETWORKS for regime in REGIMES]
GAN_KEYS = [f"{kind}-{regime}" for kind in ("gan", "cgan") for regime in ("clean", "noisy")]
NOISE_TYPES = ["salt_pepper", "periodic", "gaussian", SPECKLE.name]
DOWNSTREAM = list(paths.DOWNSTREAM)
JOBS = 2


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
    """The whole graph, run once, stages side by side; then the tests look at it, while another clone tries a variant.

    The two share a cache.
    """
    # A blank and a letter beyond ASCII, as users have them in their paths.
    folder = tmp_path_factory.mktemp("Größe der")
    made, other = (Clone(folder / name, folder / "cache", additions=(VGG16, SPECKLE)) for name in ("one", "other"))
    made.ran = made.study(JOBS)
    made.commit("run")
    with ThreadPoolExecutor() as beside:
        made.variant = beside.submit(try_variant, other)
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Note on a test that it failed."""
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed
    return report


@pytest.fixture(autouse=True)
def restored_after_a_failure(request):
    """A test that fails leaves the clone as it was, so that the others do not fail as well."""
    if "clone" not in request.fixturenames:
        yield
        return
    shared = request.getfixturevalue("clone")
    state = shared.state()
    yield
    if request.node.failed:
        shared.git("checkout", "--quiet", "src", "stages")
        shared.restore(state)
