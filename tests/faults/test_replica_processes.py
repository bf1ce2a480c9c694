"""Training in several processes: the same weights in all, who writes what, and what happens when a process ends."""

import json
import shutil

import pandas as pd
import pytest
from replica_training import (
    TIMEOUT,
    assert_same_weights,
    cluster,
    easy_signs,
    environment,
    of_one_replica,
    run,
    started,
    trained,
)

from misread import paths
from misread.data import store
from misread.experiments.project_copy import ROOT, change_params

pytestmark = pytest.mark.slow
STAGE = [ROOT / "stages/train.py", "cnn", "clean"]
SIZE = 16
SETTINGS = {
    "own": {}, "data.source": "synthetic", "networks.cnn.image_size": SIZE, "networks.cnn.batch_size": 16,
    "networks.cnn.epochs": 2, "train.augmentation": "none",
}  # fmt: skip


def project(folder, **settings):
    """A folder with all that the stage reads."""
    folder.mkdir()
    shutil.copy(ROOT / "params.yaml", folder)
    change_params(folder, SETTINGS | {name.replace("__", "."): value for name, value in settings.items()})
    images, labels, validation = easy_signs(SIZE)
    target = folder / paths.training_sets("cnn", "clean") / "clean"
    store.create_set(target, labels, SIZE)
    store.write_rows(target, 0, images)
    (folder / paths.CLEAN).mkdir()
    pd.DataFrame({"validation": validation}).to_csv(folder / paths.index("train"), index=False)
    return folder


def written(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def training(folder):
    return json.loads((folder / "models/cnn-clean/training.json").read_text())


def test_two_processes_end_with_the_same_weights_and_repeat_them(tmp_path):
    options = {"replicas": 2, "dropout": 0.5, "ema": 0.9}
    first, second = trained(tmp_path, cluster(2), **options)
    again, _ = trained(tmp_path, cluster(2), **options)
    assert first["bytes"].tobytes() == second["bytes"].tobytes() == again["bytes"].tobytes()
    assert (first["val_loss"] == second["val_loss"]).all()


def test_two_processes_compute_what_one_replica_computes_up_to_rounding(tmp_path):
    alone = of_one_replica(tmp_path, consistent=True)
    for result in trained(tmp_path, cluster(2), replicas=2, consistent=True):
        assert_same_weights(result, alone)


def test_only_the_chief_writes(tmp_path):
    folders = [project(tmp_path / name, train__replicas=2) for name in ("chief", "worker")]
    before = written(folders[1])
    (status, text), (other, of_worker) = run([STAGE] * 2, cluster(2), folders)
    assert status == other == 0, text + of_worker
    new = ["models/cnn-clean/model.keras", "models/cnn-clean/training.json", "reports/history/cnn-clean.csv"]
    assert written(folders[0]) == sorted([*before, *new])
    assert written(folders[1]) == before
    assert of_worker.splitlines()[-1] == "the first process in TF_CONFIG writes the network; this one writes nothing"
    recorded = training(folders[0])
    assert (recorded["strategy"], recorded["replicas"]) == ("multiworker", 2)
    assert pd.read_csv(folders[0] / paths.history("cnn-clean")).columns.tolist() == [
        "epoch", "loss", "accuracy", "val_loss", "val_accuracy",
    ]  # fmt: skip


def test_the_strategy_is_recorded_where_there_are_several_replicas(tmp_path):
    recorded = {}
    for replicas in (1, 2):
        folder = project(tmp_path / str(replicas), train__replicas=replicas)
        ((status, text),) = run([STAGE], [environment("mirrored")], [folder])
        assert status == 0, text
        recorded[replicas] = training(folder)
    assert recorded[2].keys() - recorded[1].keys() == {"strategy", "replicas"}
    assert (recorded[2]["strategy"], recorded[2]["replicas"]) == ("mirrored", 2)


@pytest.mark.parametrize(
    ("settings", "strategy", "told"),
    [
        ({"train__replicas": 2}, "none", "train.replicas: 2: set MISREAD_STRATEGY to mirrored or multiworker"),
        ({"train__replicas": 3}, "mirrored", "must divide every batch_size"),
        ({"train__replicas": 64, "networks__cnn__batch_size": 128}, "mirrored", "number of signs in a batch, 96"),
    ],
)
def test_a_stage_that_cannot_train_ends_with_one_line(tmp_path, settings, strategy, told):
    folder = project(tmp_path / "one", **settings)
    ((status, text),) = run([STAGE], [environment(strategy)], [folder])
    assert status == 1
    assert text.splitlines()[-1].startswith("error: ")
    assert told in text.splitlines()[-1]
    assert "Traceback" not in text


def test_processes_that_train_different_networks_end_with_one_line(tmp_path):
    folders = [project(tmp_path / str(seed), train__replicas=2, seed=seed) for seed in (1, 2)]
    for status, text in run([STAGE] * 2, cluster(2), folders):
        assert status == 1
        assert text.splitlines()[-1].startswith("error: the processes in TF_CONFIG train different networks; all need")
        assert "Traceback" not in text


@pytest.mark.parametrize("killed", [0, 1])
def test_the_others_end_when_a_process_dies(tmp_path, killed):
    endless = {"networks__cnn__epochs": 100_000, "train__patience": 100_000, "networks__cnn__learning_rate": 1e-6}
    folders = [project(tmp_path / name, train__replicas=2, **endless) for name in ("chief", "worker")]
    with started([STAGE] * 2, cluster(2), folders) as processes:
        lines = iter(processes[killed].stdout)
        assert any(line.startswith("Epoch 2/") for line in lines)
        processes[killed].kill()
        text, _ = processes[1 - killed].communicate(timeout=TIMEOUT)
        assert processes[1 - killed].returncode == 1
    assert text.splitlines()[-1].startswith("error: another process of the training ended or cannot be reached; see")
    assert "Traceback" not in text
    assert not any((folder / "models").exists() for folder in folders)
