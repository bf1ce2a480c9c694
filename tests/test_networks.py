"""Architectures, augmentation, the feed, training and saving."""

import json
import os
import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest
from project_copy import ROOT

from misread import params
from misread.data import classes
from misread.errors import MisreadError
from misread.networks import backbones, prediction, pretrained, saving, training
from misread.networks.architectures import ARCHITECTURES, label
from misread.networks.augment import POLICIES
from misread.networks.feed import Feed

SETTINGS = params.load()


def changed(network, **values):
    return network.model_copy(update=values)


def images(count, size=40, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def test_keras_starts_without_what_is_not_used_and_others_find_it_all_the_same():
    code = (
        "import sys; from misread.networks import saving; print([name for name in ('sklearn', 'matplotlib') if name in "
        "sys.modules]); import matplotlib.pyplot, sklearn.isotonic"
    )
    path = os.pathsep.join(sys.path)  # of the tests: the project's own code is on it
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_cnn_has_the_studys_parameters():
    model = ARCHITECTURES["cnn"](SETTINGS.networks.cnn)
    assert model.count_params() == 234_059
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Conv2D") == 3
    assert kinds.count("MaxPooling2D") == 3
    assert model.output_shape == (None, 43)


@pytest.mark.parametrize("name", ["inception_v3", "resnet50"])
def test_backbones_give_logits_of_every_class_at_the_studys_size(name):
    network = SETTINGS.networks[name]
    model = ARCHITECTURES[name](network, None)
    assert model.input_shape == (None, network.image_size, network.image_size, 3)
    logits = model.predict_on_batch(images(2, network.image_size))
    assert logits.shape == (2, 43)
    assert logits.dtype == np.float32


@pytest.fixture(scope="module")
def trained_resnet():
    """A short ResNet50 whose batch normalisation has statistics and scales other than at the start."""
    backbone = backbones.cut_backbone("resnet50", 32, "conv2_block1_out")
    rng = np.random.default_rng(0)
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])
    return backbone


def test_folding_batch_normalization_keeps_the_function(trained_resnet):
    folded = backbones.fold_batch_normalization(trained_resnet)
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in folded.layers)
    x = np.random.default_rng(1).normal(size=(3, 32, 32, 3)).astype(np.float32)
    expected = trained_resnet(x, training=False).numpy()
    np.testing.assert_allclose(folded(x).numpy(), expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


def test_weights_survive_saving_and_cutting_shorter(tmp_path, trained_resnet):
    path = tmp_path / "resnet50-conv2_block1_out.weights.h5"
    backbones.save_weights(trained_resnet, path)
    same = backbones.cut_backbone("resnet50", 32, "conv2_block1_out")
    backbones.load_weights(same, path)
    for one, two in zip(trained_resnet.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    shorter = backbones.load_from_longer("resnet50", 32, "pool1_pool", path, "conv2_block1_out")
    assert shorter.layers[-1].name == "pool1_pool"
    np.testing.assert_array_equal(shorter.get_layer("conv1_conv").kernel, trained_resnet.get_layer("conv1_conv").kernel)


def test_weights_that_lack_a_layer_are_refused(tmp_path, trained_resnet):
    path = tmp_path / "short.weights.h5"
    trained_resnet.save_weights(path)
    longer = backbones.cut_backbone("resnet50", 32, "conv2_block2_out")
    with pytest.raises(MisreadError, match=r"short\.weights\.h5: these are not the weights of resnet50"):
        backbones.load_weights(longer, path)
    path.write_bytes(b"nonsense")
    with pytest.raises(MisreadError, match=r"short\.weights\.h5"):
        backbones.load_weights(longer, path)


def test_an_unknown_layer_is_named_with_those_that_exist():
    with pytest.raises(MisreadError, match=r"networks\.resnet50\.cut: 'mixed2'.*conv2_block1_out"):
        backbones.cut_backbone("resnet50", 32, "mixed2")
    backbone = backbones.cut_backbone("resnet50", 32, "conv2_block1_out")
    with pytest.raises(MisreadError, match=r"networks\.resnet50\.fine_tune_from: 'conv5_block1_out'"):
        backbones.train_from(backbone, "conv5_block1_out")


def test_weights_that_cannot_be_downloaded_are_told_in_one_line(monkeypatch):
    def fail(*_, **__):
        raise Exception("URL fetch failure: no network")  # Keras's own class for it

    monkeypatch.delenv("MISREAD_MIRROR", raising=False)
    monkeypatch.setitem(backbones.BACKBONES, "resnet50", fail)
    monkeypatch.setattr(backbones, "layer_names", lambda *_: ["conv3_block4_out"])
    with pytest.raises(MisreadError, match=r"networks\.resnet50\.weights: cannot download them \(URL fetch failure"):
        pretrained.fetch("resnet50", 50, "conv3_block4_out")


def test_fine_tune_from_freezes_what_comes_before():
    backbone = backbones.cut_backbone("resnet50", 32, "conv2_block1_out")
    backbones.train_from(backbone, "conv2_block1_1_conv")
    assert not backbone.get_layer("conv1_conv").trainable
    assert backbone.get_layer("conv2_block1_1_conv").trainable
    assert backbone.get_layer("conv2_block1_out").trainable


def test_random_initialisation_is_labelled():
    resnet = SETTINGS.networks.resnet50
    assert label("resnet50", resnet) == "resnet50"
    assert label("resnet50", changed(resnet, weights=None)) == "resnet50 (random init)"
    assert label("cnn", SETTINGS.networks.cnn) == "cnn"


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


def test_label_safe_swaps_the_label_of_a_mirrored_arrow_and_of_nothing_else():
    labels = np.repeat(np.arange(43), 40)
    _, new = POLICIES["label_safe"](images(len(labels), 16), labels, np.random.default_rng(0))
    seen = {class_id: set(new[labels == class_id]) for class_id in range(43)}
    pairs = {19: 20, 20: 19, 33: 34, 34: 33, 36: 37, 37: 36, 38: 39, 39: 38}
    for class_id in range(43):
        assert seen[class_id] == ({class_id, pairs[class_id]} if class_id in pairs else {class_id})


def test_label_safe_mirrors_only_what_may_be_mirrored():
    left_half = np.zeros((1, 40, 40, 3), np.uint8)
    left_half[:, :, :20] = 200
    for class_id, may in ((14, False), (2, False), (12, True), (33, True)):
        mirrored = 0
        for seed in range(40):
            augmented, _ = POLICIES["label_safe"](left_half, np.array([class_id]), np.random.default_rng(seed))
            mirrored += augmented[0, 10:30, 25:35].mean() > augmented[0, 10:30, 5:15].mean()
        assert (mirrored > 0) == may, classes.NAMES[class_id]


def test_paper_flips_everything_and_keeps_the_label():
    labels = np.full(200, 33)
    _, new = POLICIES["paper"](images(200, 16), labels, np.random.default_rng(0))
    assert (new == 33).all()


def feed(labels, batch_size=10, balance=0.0, sets=None, seed=1):
    sets = sets or [np.arange(len(labels), dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)]
    return Feed(
        sets, labels, np.arange(len(labels)), batch_size=batch_size, seed=seed, policy=POLICIES["none"], balance=balance
    )


def test_feed_shows_every_row_once_an_epoch_in_a_new_order():
    labels = np.arange(40) % 4
    batches = feed(labels).training_batches()
    epochs = [np.concatenate([next(batches)[0][:, 0, 0, 0] for _ in range(4)]) for _ in range(2)]
    for rows in epochs:
        assert sorted(rows) == list(range(40))
    assert (epochs[0] != epochs[1]).any()
    again = feed(labels).training_batches()
    assert (next(again)[0][:, 0, 0, 0] == epochs[0][:10]).all()


@pytest.mark.parametrize(
    ("balance", "share"), [(0.0, 0.1), (1.0, 0.5), (0.5, np.sqrt(0.1) / (np.sqrt(0.1) + np.sqrt(0.9)))]
)
def test_feed_balances_classes(balance, share):
    labels = np.array([0] * 180 + [1] * 20)
    one = feed(labels, batch_size=200, balance=balance)
    rows = one.epoch_rows(np.random.default_rng(0))
    assert (labels[rows] == 1).mean() == pytest.approx(share, abs=0.02)


def test_feed_of_several_sets_mixes_them_row_by_row():
    sets = [np.full((100, 2, 2, 3), which, np.uint8) for which in range(4)]
    batch, _ = next(feed(np.zeros(100, int), batch_size=100, sets=sets).training_batches())
    counts = np.bincount(batch[:, 0, 0, 0], minlength=4)
    assert counts.min() > 10


def test_validation_batches_are_every_row_once_in_order():
    batches = list(feed(np.arange(25) % 5).validation_batches())
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
    return training.train("cnn", network, settings, [sets], labels, validation, None, seed=3, threads=SETTINGS.threads)


@pytest.mark.slow
def test_training_learns_restores_the_best_epoch_and_repeats_itself_to_the_byte(tmp_path, easy):
    keras.utils.clear_session()
    model, history = train_easy(easy)
    assert history.columns.tolist() == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert history.epoch.tolist() == list(range(1, 9))
    images_, labels, validation = easy
    table = prediction.table(model, images_[validation], labels[validation])
    accuracy = (table.label == table.prediction).mean()
    assert accuracy > 0.9
    assert accuracy == pytest.approx(history.val_accuracy.max())
    saving.save(model, tmp_path / "one.keras")
    keras.utils.clear_session()  # so that layers get the names that a new process gives them
    saving.save(train_easy(easy)[0], tmp_path / "two.keras")
    assert (tmp_path / "one.keras").read_bytes() == (tmp_path / "two.keras").read_bytes()
    loaded = saving.load(tmp_path / "one.keras")
    np.testing.assert_array_equal(prediction.probabilities(loaded, images_), prediction.probabilities(model, images_))


@pytest.mark.slow
def test_divergence_is_an_error(easy):
    with pytest.raises(MisreadError, match=r"networks\.cnn\.learning_rate.*diverged"):
        train_easy(easy, epochs=2, learning_rate=1e30)


def test_predictions_are_one_row_for_each_image(monkeypatch):
    monkeypatch.setattr(prediction, "BATCH", 4)
    model = ARCHITECTURES["cnn"](SETTINGS.networks.cnn)
    batch = images(10)
    scores = prediction.probabilities(model, batch)
    np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)
    table = prediction.table(model, batch, np.arange(10))
    assert table.row.tolist() == list(range(10))
    np.testing.assert_allclose(table.confidence, scores.max(axis=1))
    np.testing.assert_allclose(table.label_probability, scores[np.arange(10), np.arange(10)])


class Doubled(keras.layers.Layer):
    """A layer that is not Keras's."""

    def call(self, x):
        return 2 * x


def own(*layers):
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


def hdf5_of_keras_2(path):
    """As Keras 2 wrote it: its depthwise convolutions have groups."""
    own(keras.layers.DepthwiseConv2D(3)).save(path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"]["groups"] = 1
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.13.1"


def saved_model(path):
    path.mkdir()
    (path / "saved_model.pb").touch()


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize(
    ("name", "write", "told"),
    [
        ("x.keras", lambda path: None, "no such file"),
        ("x.keras", lambda path: path.write_bytes(b"nonsense"), "neither a .keras file nor an HDF5 file of Keras"),
        ("x.keras", lambda path: path.write_text("version https://git-lfs.github.com/spec/v1"), "git lfs pull"),
        ("x.keras", lambda path: path.mkdir(), "a folder; save the network as one file"),
        ("x.keras", saved_model, "a SavedModel folder, which Keras 3 does not load; save the network as one file"),
        ("x.h5", hdf5_of_keras_2, "an HDF5 file of Keras 2.13.1 that Keras 3"),
        ("x.keras", lambda path: own(Doubled()).save(path), "a .keras file with Doubled, which Keras does not know"),
        ("x.h5", lambda path: own(Doubled()).save(path), "an HDF5 file with Doubled, which Keras does not know"),
        ("x.keras", lambda path: own(keras.layers.Lambda(lambda x: 2 * x)).save(path), "a Lambda layer"),
        ("x.weights.h5", lambda path: own(keras.layers.Dense(2)).save_weights(path), "weights alone"),
        (
            "x.keras",
            lambda path: (
                own(keras.layers.Dense(2)).save(path.with_suffix(".h5")) or path.with_suffix(".h5").rename(path)
            ),
            "an HDF5 file under another name; let it end in .h5",
        ),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_line(tmp_path, name, write, told):
    write(tmp_path / name)
    with pytest.raises(MisreadError) as error:
        saving.load(tmp_path / name)
    assert str(error.value).startswith(f"{tmp_path / name}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


FEW_STEPS = """
import hashlib, os, sys
if sys.argv[1]:
    os.sched_setaffinity(0, {int(sys.argv[1])})
import numpy as np
from misread import params
from misread.networks import training
settings = params.load()
network = settings.networks.cnn.model_copy(update={"epochs": 1, "image_size": 32})
rng = np.random.default_rng(0)
images, labels = rng.integers(0, 256, (640, 32, 32, 3), dtype=np.uint8), rng.integers(0, 43, 640)
model, _ = training.train(
    "cnn", network, settings.train, [images], labels, np.arange(640) < 128, None, 1, settings.threads
)
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
