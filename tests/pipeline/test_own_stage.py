"""A network of the user's own as a stage of the graph: what runs, what it shows, and that it goes without a trace."""

import shutil
import sys
from typing import NamedTuple

import pandas as pd
import pytest
from pipeline.conftest import stages_run

from misread.experiments.project_copy import change_params

pytestmark = pytest.mark.slow

# A network of the study as if it were the user's own: it must get the images and the noise of the study.
ENTRY = {"model": "mine.keras", "data": "data/gtsrb", "resize": "crop_pad"}
LISTED = """
from pathlib import Path
from misread.explorer import projects
print([one.key for one in projects.load(Path()).classifiers])
"""


class Measured(NamedTuple):
    """What happened when an entry was added and removed again."""

    ran: list[str]
    metrics: dict
    of_the_study: dict
    difference: str
    page: str
    files: set[str]
    listed: str
    would_run: list[str]
    ran_after_its_removal: list[str]
    page_before: str
    page_after: str


def page(clone):
    return (clone.folder / "reports/index.html").read_text()


def added(clone):
    """Add the entry as a variant, as README says."""
    settings = [part for key, value in ENTRY.items() for part in ("--set-param", f"+own.mine.{key}={value}")]
    return stages_run(clone.dvc("exp", "run", *settings).stdout)


def of_the_first_training(clone):
    """Metrics of the study's network whose file is measured: those of the study are means over its trainings."""
    table = pd.read_parquet(clone.folder / "reports/predictions/cnn-clean.parquet")
    table = table[table.training == 1]
    shares = (table.label == table.prediction).groupby([table.noise_type, table.noise_level]).mean()
    accuracies = {"clean": shares["none", "none"], "noisy": shares.drop(("none", "none")).mean()}
    return clone.read("metrics/cnn-clean.json") | {name: round(value, 4) for name, value in accuracies.items()}


@pytest.fixture(scope="module")
def measured(clone):
    state, before = clone.state(), page(clone)
    shutil.copy(clone.folder / "models/cnn-clean/model.keras", clone.folder / ENTRY["model"])
    ran = added(clone)
    listed = clone.run("env", f"PYTHONPATH={clone.folder}/src", sys.executable, "-c", LISTED).stdout
    found = {
        "metrics": clone.read("metrics/own/mine.json"),
        "of_the_study": of_the_first_training(clone),
        "difference": clone.dvc("metrics", "diff").stdout,
        "page": page(clone),
        "files": {path.name for path in (clone.folder / "reports/own/mine").iterdir()},
        "listed": listed,
        "would_run": clone.would_run(),
    }
    (clone.folder / "params.yaml").write_bytes(state[0])
    after = clone.repro()
    yield Measured(ran=ran, ran_after_its_removal=after, page_before=before, page_after=page(clone), **found)
    (clone.folder / ENTRY["model"]).unlink()
    clone.restore(state)


def test_nothing_runs_but_its_stage_and_the_report(measured):
    assert set(measured.ran) == {"check", "measure@mine", "report"}
    assert measured.would_run == []


def test_it_gets_the_images_and_the_noise_of_the_study(measured):
    for name in ("clean", "noisy", "params"):
        assert measured.metrics[name] == measured.of_the_study[name], name
    assert list(measured.metrics) == [
        name for name in measured.of_the_study if name not in ("chosen", "mce")
    ], "one table shows both"  # fmt: skip
    assert "metrics/own/mine.json" in measured.difference


def test_its_page_and_tables_are_there_and_the_page_of_the_study_shows_it(measured):
    assert {"index.html", "results.csv", "thresholds.json", "settings.json", "images.parquet"} <= measured.files
    assert '<a href="own/mine/index.html">mine</a>' in measured.page
    figure = measured.page.partition('id="figure-own_networks/curves"')[2].partition("</figure>")[0]
    assert "mine" in figure
    assert "cnn (clean)" in figure
    assert "cnn (noisy)" not in figure


def test_the_interactive_page_lists_it(measured):
    assert measured.listed.strip().endswith("'mine']")


def test_a_removed_entry_leaves_nothing(measured, clone):
    assert set(measured.ran_after_its_removal) <= {"check", "report"}
    assert "report" in measured.ran_after_its_removal
    assert measured.page_after == measured.page_before
    assert [path.name for path in (clone.folder / "reports/own").iterdir()] == ["README.md"]
    assert not list(clone.folder.glob("metrics/own/*"))
    assert clone.git("status", "--porcelain", "reports", "metrics").stdout == ""


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (
            {"mine": ENTRY | {"model": "other.keras"}},
            "params.yaml: own.mine.model: 'other.keras': must exist; there is",
        ),
        ({"mine": ENTRY | {"modle": "x"}}, "params.yaml: own.mine.modle: unknown key; own.mine may hold model, data"),
        ({"cnn": ENTRY}, "params.yaml: own.cnn: must have another name"),
        ({"mine": {"model": "mine.keras"}}, "Could not find 'item.data'"),  # DVC reads the graph before any stage runs
    ],
)
def test_a_wrong_entry_is_told_in_one_line_before_any_other_stage(clone, own, told):
    parameters, lock = (clone.folder / "params.yaml").read_bytes(), clone.lock()
    change_params(clone.folder, {"own": own})
    done = clone.dvc("repro", check=False)
    (clone.folder / "params.yaml").write_bytes(parameters)
    clone.repro("check")
    assert done.returncode != 0
    assert [line for line in done.stderr.splitlines() if told in line]
    assert "Traceback" not in done.stderr
    assert set(stages_run(done.stdout)) <= {"check"}
    assert clone.lock() == lock
