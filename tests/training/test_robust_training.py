"""The parts of a training that `robust` adds: the loss of pairs, the average of the weights, the temperature."""

import keras
import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.special import log_softmax, softmax

from misread import params
from misread.experiments.project_copy import ROOT
from misread.training import classifier, temperature
from misread.training.augment import POLICIES
from misread.training.noisy_copies import ConsistentCrossEntropy
from misread.training.recipe import Recipe

SETTINGS = params.load(ROOT / "params.yaml")


def logits(seed=0, count=6):
    return np.random.default_rng(seed).normal(0, 3, (count, 43)).astype(np.float32)


def test_the_loss_of_a_pair_is_that_of_scipy():
    scores, labels = logits(), np.array([1, 2, 3, 1, 2, 3])
    found = keras.ops.convert_to_numpy(ConsistentCrossEntropy(0.5).call(labels, scores))
    cross = -log_softmax(scores.astype(float), axis=1)[np.arange(6), labels]
    shares = softmax(scores.astype(float), axis=1)
    divergence = [jensenshannon(one, other) ** 2 for one, other in zip(shares[:3], shares[3:], strict=True)]
    np.testing.assert_allclose(found, cross + 0.5 * np.tile(divergence, 2), rtol=1e-4)


def test_copies_that_are_answered_alike_cost_nothing():
    scores, labels = np.tile(logits(count=3), (2, 1)), np.array([1, 2, 3, 1, 2, 3])
    found = ConsistentCrossEntropy(8.0)(labels, scores)
    expected = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, scores)
    assert float(found) == pytest.approx(float(expected), abs=1e-5)


def calibrated(scale, count=20_000):
    """Labels drawn with the probabilities of logits, which are then too large by a factor."""
    rng = np.random.default_rng(1)
    true = rng.normal(0, 2, (count, 5))
    labels = (softmax(true, axis=1).cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    return true * scale, labels


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_is_found_by_which_logits_are_too_large(scale):
    assert temperature.fit(*calibrated(scale)) == pytest.approx(scale, rel=0.03)


def test_a_classifier_that_is_always_right_may_be_as_confident_as_the_bounds_allow():
    scores = np.eye(5)[np.arange(20) % 5]
    assert temperature.fit(scores, np.arange(20) % 5) == pytest.approx(0.05, rel=0.01)


@pytest.mark.slow
def test_validation_sees_what_the_regime_shows_and_gives_the_temperature():
    """A regime that doubles each batch doubles the images that are trained on and that validate."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (80, 16, 16, 3), dtype=np.uint8)
    labels, held_out = np.arange(80) % 43, np.arange(80) % 4 == 0
    seen = []

    def twice(policy):
        def pairs(batch, of_batch, random):
            batch, of_batch = policy(batch, of_batch, random)
            seen.append((policy, len(batch)))
            return np.concatenate([batch, 255 - batch]), np.concatenate([of_batch, of_batch])

        return pairs

    network = SETTINGS.networks.cnn.model_copy(update={"image_size": 16, "epochs": 1, "batch_size": 20})
    trained = classifier.train(
        "cnn", network, SETTINGS.train, [images], labels, held_out, None, Recipe(twice), seed=1, threads=2
    )
    policies = {policy for policy, _ in seen}
    assert policies == {POLICIES["none"], POLICIES[SETTINGS.train.augmentation]}
    assert sum(count for policy, count in seen if policy is POLICIES["none"]) % 20 == 0
    assert 0.05 <= trained.temperature <= 20


@pytest.mark.slow
def test_the_weights_are_the_averages_over_all_steps_at_the_end_of_the_best_epoch(monkeypatch):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (80, 16, 16, 3), dtype=np.uint8), np.arange(80) % 43
    steps, callbacks = [], classifier._callbacks

    class Recorder(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            steps.append([weight.numpy() for weight in self.model.trainable_weights])

    monkeypatch.setattr(classifier, "_callbacks", lambda *args, **kwargs: [Recorder(), *callbacks(*args, **kwargs)])
    network = SETTINGS.networks.cnn.model_copy(update={"image_size": 16, "epochs": 3, "batch_size": 20, "ema": 0.7})
    model, history, _ = classifier.train(
        "cnn", network, SETTINGS.train, [images], labels, np.arange(80) % 4 == 0, None, Recipe(), seed=1, threads=2
    )
    assert len(steps) == 9
    average = steps[0]
    for step in steps[1 : 3 * (int(history.val_accuracy.idxmax()) + 1)]:
        average = [0.7 * old + 0.3 * new for old, new in zip(average, step, strict=True)]
    for found, expected in zip(model.trainable_weights, average, strict=True):
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=1e-6)
