"""Architectures, and their backbones and weights."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from misread import imagenet, params
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.networks import NETWORKS
from misread.training import backbones

SETTINGS = params.load(ROOT / "params.yaml")


def changed(network, **values):
    return network.model_copy(update=values)


def images(count, size=40, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def test_keras_starts_without_what_is_not_used_and_others_find_it_all_the_same():
    code = (
        "import sys; from misread.training import saving; print([name for name in ('sklearn', 'matplotlib') if name in "
        "sys.modules]); import matplotlib.pyplot, sklearn.isotonic"
    )
    path = os.pathsep.join(sys.path)  # of the tests: the project's own code is on it
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_cnn_has_the_studys_parameters():
    model = NETWORKS["cnn"].build(SETTINGS.networks.cnn)
    assert model.count_params() == 234_059
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Conv2D") == 3
    assert kinds.count("MaxPooling2D") == 3
    assert model.output_shape == (None, 43)


@pytest.mark.parametrize("name", ["inception_v3", "resnet50"])
def test_backbones_give_logits_of_every_class_at_the_studys_size(name):
    network = SETTINGS.networks[name]
    model = NETWORKS[name].build(network, None)
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
    monkeypatch.setattr(backbones, "whole_backbone", lambda _: fail)
    monkeypatch.setattr(backbones, "layer_names", lambda *_: ["conv3_block4_out"])
    with pytest.raises(MisreadError, match=r"networks\.resnet50\.weights: cannot download them \(URL fetch failure"):
        imagenet.fetch("resnet50", 50, "conv3_block4_out")


def test_fine_tune_from_freezes_what_comes_before():
    backbone = backbones.cut_backbone("resnet50", 32, "conv2_block1_out")
    backbones.train_from(backbone, "conv2_block1_1_conv")
    assert not backbone.get_layer("conv1_conv").trainable
    assert backbone.get_layer("conv2_block1_1_conv").trainable
    assert backbone.get_layer("conv2_block1_out").trainable


def test_random_initialisation_is_labelled():
    resnet = SETTINGS.networks.resnet50
    assert NETWORKS["resnet50"].label(resnet) == "resnet50"
    assert NETWORKS["resnet50"].label(changed(resnet, weights=None)) == "resnet50 (random init)"
    assert NETWORKS["cnn"].label(SETTINGS.networks.cnn) == "cnn"


@pytest.mark.parametrize("name", [name for name in NETWORKS if NETWORKS[name].backbone])
def test_published_weights_have_a_checksum(name, monkeypatch):
    asked = {}

    def get_file(*_, **options):
        asked.update(options)
        raise ConnectionError

    monkeypatch.delenv("MISREAD_MIRROR", raising=False)
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", get_file)
    with pytest.raises(MisreadError, match="cannot download"):
        imagenet.fetch(name, 75, NETWORKS[name].settings.BLOCKS[0])
    assert len(asked["file_hash"]) == 32
