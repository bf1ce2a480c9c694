"""Augmentation, the input pipeline, and the training of classifiers."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from misread import params
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.gtsrb import classes
from misread.inference import keras_models, predictions
from misread.training import classifier, saving
from misread.training.augment import POLICIES
from misread.training.input_pipeline import InputPipeline
from misread.training.recipe import Recipe

SETTINGS = params.load(ROOT / "params.yaml")


def changed(network, **values):
    return network.model_copy(update=values)


def images(count, size=40, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


@pytest.mark.parametrize("policy", POLICIES)
def test_augmentation_is_deterministic_and_leaves_its_input(policy):
    batch, labels = images(50), np.arange(50) % 43
    before = batch.copy()
    results = [POLICIES[policy](batch, labels, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert (batch == before).all()
    for augmented, _ in results:
        assert augmented.shape == batch.shape
        assert augmented.dtype == np.uint8
    assert (results[0][0] == results[1][0]).all()
    assert policy == "none" or (results[0][0] != results[2][0]).any()


def test_label_preserving_swaps_the_label_of_a_mirrored_arrow_and_of_nothing_else():
    labels = np.repeat(np.arange(43), 40)
    _, new = POLICIES["label_preserving"](images(len(labels), 16), labels, np.random.default_rng(0))
    seen = {class_id: set(new[labels == class_id]) for class_id in range(43)}
    pairs = {19: 20, 20: 19, 33: 34, 34: 33, 36: 37, 37: 36, 38: 39, 39: 38}
    for class_id in range(43):
        assert seen[class_id] == ({class_id, pairs[class_id]} if class_id in pairs else {class_id})


def test_label_preserving_mirrors_only_what_may_be_mirrored():
    left_half = np.zeros((1, 40, 40, 3), np.uint8)
    left_half[:, :, :20] = 200
    for class_id, may in ((14, False), (2, False), (12, True), (33, True)):
        mirrored = 0
        for seed in range(40):
            augmented, _ = POLICIES["label_preserving"](left_half, np.array([class_id]), np.random.default_rng(seed))
            mirrored += augmented[0, 10:30, 25:35].mean() > augmented[0, 10:30, 5:15].mean()
        assert (mirrored > 0) == may, classes.NAMES[class_id]


def test_paper_flips_everything_and_keeps_the_label():
    labels = np.full(200, 33)
    _, new = POLICIES["paper"](images(200, 16), labels, np.random.default_rng(0))
    assert (new == 33).all()


def pipeline(labels, batch_size=10, balance=0.0, sets=None, seed=1):
    sets = sets or [np.arange(len(labels), dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)]
    return InputPipeline(
        sets, labels, np.arange(len(labels)), batch_size=batch_size, seed=seed, policy=POLICIES["none"], balance=balance
    )


def test_the_pipeline_shows_every_row_once_an_epoch_in_a_new_order():
    labels = np.arange(40) % 4
    batches = pipeline(labels).training_batches()
    epochs = [np.concatenate([next(batches)[0][:, 0, 0, 0] for _ in range(4)]) for _ in range(2)]
    for rows in epochs:
        assert sorted(rows) == list(range(40))
    assert (epochs[0] != epochs[1]).any()
    again = pipeline(labels).training_batches()
    assert (next(again)[0][:, 0, 0, 0] == epochs[0][:10]).all()


@pytest.mark.parametrize(
    ("balance", "share"), [(0.0, 0.1), (1.0, 0.5), (0.5, np.sqrt(0.1) / (np.sqrt(0.1) + np.sqrt(0.9)))]
)
def test_the_pipeline_balances_classes(balance, share):
    labels = np.array([0] * 180 + [1] * 20)
    one = pipeline(labels, batch_size=200, balance=balance)
    rows = one.epoch_rows(np.random.default_rng(0))
    assert (labels[rows] == 1).mean() == pytest.approx(share, abs=0.02)


def test_the_pipeline_of_several_sets_mixes_them_row_by_row():
    sets = [np.full((100, 2, 2, 3), which, np.uint8) for which in range(4)]
    batch, _ = next(pipeline(np.zeros(100, int), batch_size=100, sets=sets).training_batches())
    counts = np.bincount(batch[:, 0, 0, 0], minlength=4)
    assert counts.min() > 10


def test_validation_batches_are_every_row_once_in_order():
    batches = list(pipeline(np.arange(25) % 5).validation_batches())
    assert [len(batch) for batch, _ in batches] == [10, 10, 5]
    assert np.concatenate([batch[:, 0, 0, 0] for batch, _ in batches]).tolist() == list(range(25))


@pytest.fixture(scope="module")
def easy():
    """Four classes told apart by their brightness; a fifth of the rows validate."""
    labels = np.arange(200) % 4
    noise = np.random.default_rng(0).integers(0, 30, (200, 40, 40, 3))
    return (labels[:, None, None, None] * 60 + noise).astype(np.uint8), labels.astype(np.int64), np.arange(200) % 5 == 0


def train_easy(easy, epochs=8, **changes):
    sets, labels, validation = easy
    network = changed(SETTINGS.networks.cnn, epochs=epochs, batch_size=16, **changes)
    settings = changed(SETTINGS.train, augmentation="none", patience=100)
    return classifier.train(
        "cnn", network, settings, [sets], labels, validation, None, Recipe(), seed=3, threads=SETTINGS.threads
    )


@pytest.mark.slow
def test_training_learns_restores_the_best_epoch_and_repeats_itself_to_the_byte(tmp_path, easy):
    keras.utils.clear_session()
    model, history, temperature = train_easy(easy)
    assert history.columns.tolist() == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert history.epoch.tolist() == list(range(1, 9))
    assert temperature > 0
    images_, labels, validation = easy
    table = predictions.table(keras_models.predictor(model), images_[validation], labels[validation])
    accuracy = (table.label == table.prediction).mean()
    assert accuracy > 0.9
    assert accuracy == pytest.approx(history.val_accuracy.max())
    saving.save(model, tmp_path / "one.keras")
    keras.utils.clear_session()  # so that layers get the names that a new process gives them
    saving.save(train_easy(easy)[0], tmp_path / "two.keras")
    assert (tmp_path / "one.keras").read_bytes() == (tmp_path / "two.keras").read_bytes()
    loaded = saving.load(tmp_path / "one.keras")
    before, after = (predictions.probabilities(keras_models.predictor(one), images_) for one in (model, loaded))
    np.testing.assert_array_equal(after, before)


@pytest.mark.slow
def test_divergence_is_an_error(easy):
    with pytest.raises(MisreadError, match=r"networks\.cnn\.learning_rate.*diverged"):
        train_easy(easy, epochs=2, learning_rate=1e30)


FEW_STEPS = """
import hashlib, os, sys
if sys.argv[1]:
    os.sched_setaffinity(0, {int(sys.argv[1])})
import numpy as np
from misread import params
from misread.training import classifier
from misread.training.recipe import Recipe
settings = params.load()
network = settings.networks.cnn.model_copy(update={"epochs": 1, "image_size": 32})
rng = np.random.default_rng(0)
images, labels = rng.integers(0, 256, (640, 32, 32, 3), dtype=np.uint8), rng.integers(0, 43, 640)
model = classifier.train(
    "cnn", network, settings.train, [images], labels, np.arange(640) < 128, None, Recipe(), 1, settings.threads
).model
print(hashlib.sha256(b"".join(weight.tobytes() for weight in model.get_weights())).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity of processes")
def test_the_number_of_cores_does_not_change_the_bytes():
    digests = set()
    for core in ("", str(min(os.sched_getaffinity(0)))):
        done = subprocess.run(
            [sys.executable, "-c", FEW_STEPS, core], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        digests.add(done.stdout.splitlines()[-1])
    assert len(digests) == 1
