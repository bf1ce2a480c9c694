"""Predictions of a network."""

import numpy as np

from misread import params
from misread.experiments.project_copy import ROOT
from misread.inference import keras_models, predictions
from misread.networks import NETWORKS

SETTINGS = params.load(ROOT / "params.yaml")


def test_predictions_are_one_row_for_each_image(monkeypatch):
    monkeypatch.setattr(predictions, "BATCH", 4)
    predict = keras_models.predictor(NETWORKS["cnn"].build(SETTINGS.networks.cnn))
    batch = np.random.default_rng(0).integers(0, 256, (10, 40, 40, 3), dtype=np.uint8)
    scores = predictions.probabilities(predict, batch)
    np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)
    table = predictions.table(predict, batch, np.arange(10))
    assert table.row.tolist() == list(range(10))
    np.testing.assert_allclose(table.confidence, scores.max(axis=1))
    np.testing.assert_allclose(table.label_probability, scores[np.arange(10), np.arange(10)])
