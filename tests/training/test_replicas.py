"""Training on several replicas: what is computed is what one replica computes, and it repeats itself to the byte."""

import json

import numpy as np
import pytest
import replica_training
from replica_training import assert_same_weights, mirrored, of_one_replica
from ruamel.yaml import YAML

from misread import params
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.training import start, strategies

HISTORY = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")
TWO = {"worker": ["127.0.0.1:1", "127.0.0.1:2"]}


def test_the_study_has_one_replica():
    """Trainings on several have other bytes."""
    assert params.load(ROOT / "params.yaml").train.replicas == 1
    stages = YAML(typ="safe").load(ROOT / "dvc.lock")["stages"]
    recorded = [stages[name]["params"]["params.yaml"]["train"] for name in stages if name.startswith("train@")]
    assert recorded
    assert {train.get("replicas", 1) for train in recorded} == {1}


def config(cluster=TWO, job="worker", index=0):
    return json.dumps({"cluster": cluster, "task": {"type": job, "index": index}})


@pytest.mark.parametrize(
    ("strategy", "text", "replicas", "told"),
    [
        ("mirror", None, 2, r"^MISREAD_STRATEGY: 'mirror': must be one of none, mirrored, multiworker$"),
        ("mirror", None, 1, r"^MISREAD_STRATEGY: 'mirror'"),
        (None, None, 2, r"^train\.replicas: 2: set MISREAD_STRATEGY to mirrored or multiworker$"),
        ("none", config(), 2, r"^train\.replicas: 2: set MISREAD_STRATEGY"),
        ("multiworker", None, 2, r"^TF_CONFIG: missing; MISREAD_STRATEGY=multiworker needs it, for example \{"),
        ("multiworker", "{", 2, r"^TF_CONFIG: \{: must be JSON like"),
        ("multiworker", "[]", 2, r"^TF_CONFIG: \[\]: must be JSON like"),
        ("multiworker", '{"cluster": {}}', 2, r"must be JSON like"),
        ("multiworker", config({"worker": "host:1"}), 2, r"must be JSON like"),
        ("multiworker", config(index="0"), 2, r"must be JSON like"),
        ("multiworker", config(index=2), 2, r"^TF_CONFIG: task worker 2: not in the cluster, which has 2 processes$"),
        ("multiworker", config(job="chief"), 2, r"^TF_CONFIG: task chief 0: not in the cluster"),
        ("multiworker", config(TWO | {"ps": ["host:1"]}), 2, r"^TF_CONFIG: ps: a cluster may have only chief and w"),
        ("multiworker", config(), 3, r"^train\.replicas: 3: must be a multiple of the 2 processes in TF_CONFIG$"),
        ("multiworker", config(), 1, r"^train\.replicas: 1: must be a multiple of the 2 processes in TF_CONFIG$"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_in_one_line(monkeypatch, strategy, text, replicas, told):
    for name, value in (("MISREAD_STRATEGY", strategy), ("TF_CONFIG", text)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    with pytest.raises(MisreadError, match=told) as refused:
        strategies.create(replicas)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("strategy", ["", "none", "mirrored"])
def test_one_replica_is_trained_by_keras_alone(monkeypatch, strategy):
    monkeypatch.setenv("MISREAD_STRATEGY", strategy)
    monkeypatch.setenv("TF_CONFIG", config(index=1))
    assert strategies.create(1) is None
    assert strategies.is_chief()


def test_the_chief_is_the_first_process(monkeypatch):
    monkeypatch.setenv("MISREAD_STRATEGY", "multiworker")
    both = {"worker": ["a:1", "b:1"], "chief": ["c:1"]}
    for job, index, position in (("chief", 0, 0), ("worker", 0, 1), ("worker", 1, 2)):
        monkeypatch.setenv("TF_CONFIG", config(both, job, index))
        assert strategies.cluster() == (3, position)
        assert strategies.is_chief() == (position == 0)


def test_gpus_give_memory_as_it_is_needed(monkeypatch):
    grown = []
    fakes = {"GPU": ["first", "second"]}
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind=None: fakes.get(kind, []))
    monkeypatch.setattr("tensorflow.config.experimental.set_memory_growth", lambda *given: grown.append(given))
    start.keras()
    assert grown == [("first", True), ("second", True)]


@pytest.mark.slow
class TestOneMachine:
    @pytest.mark.parametrize(("replicas", "options"), [(4, {"ema": 0.9}), (2, {"consistent": True, "ema": 0.9})])
    def test_replicas_compute_what_one_computes_up_to_rounding(self, tmp_path, replicas, options):
        """Twelve steps, without dropout and batch normalisation, which depend on the division of a batch."""
        alone = of_one_replica(tmp_path, **options)
        together = mirrored(tmp_path, replicas, **options)
        assert set(HISTORY) < set(together)
        for name in HISTORY:
            np.testing.assert_allclose(together[name], alone[name], rtol=1e-4, atol=1e-5, err_msg=name)
        assert_same_weights(together, alone)

    def test_two_trainings_have_the_same_bytes(self, tmp_path):
        options = {"dropout": 0.5, "ema": 0.9}
        first, second = (mirrored(tmp_path, **options) for _ in range(2))
        assert first["bytes"].tobytes() == second["bytes"].tobytes()
        assert first["bytes"].tobytes() != mirrored(tmp_path, seed=2, **options)["bytes"].tobytes()

    def test_replicas_learn_as_one_does(self, tmp_path):
        options = {"epochs": 16, "dropout": 0.2}
        assert of_one_replica(tmp_path, **options)["right"] > 0.9
        assert mirrored(tmp_path, **options)["right"] > 0.9

    def test_divergence_is_an_error(self, tmp_path):
        options = {"target": str(tmp_path / "0.npz"), "replicas": 2, "learning_rate": 1e30}
        command = [replica_training.__file__, json.dumps(options)]
        ((status, text),) = replica_training.run([command], [replica_training.environment("mirrored")], [ROOT])
        assert status == 1
        assert "MisreadError: networks.cnn.learning_rate: 1e+30: training diverged" in text

    def test_a_backbone_with_batch_normalisation_is_trained(self, tmp_path):
        options = {"weights": None, "cut": "conv2_block1_out", "precision": "mixed_bfloat16"}
        result = mirrored(tmp_path, network="resnet50", size=32, **options)
        assert result["loss"][1] < result["loss"][0]


MASKS = """
import tensorflow as tf
from misread.training import replicas, strategies
import keras
strategy = strategies.create(2)
with strategy.scope():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dropout(0.5, seed=3)])
replicas._tell_seeds_apart(strategy, model)
drawn = tf.function(lambda: strategy.run(lambda: model(tf.ones((1, 64)), training=True)))
first, second = (one.numpy() for one in strategy.experimental_local_results(drawn()))
assert (first != second).any(), "the same"
"""


@pytest.mark.slow
def test_replicas_drop_different_features():
    ((status, text),) = replica_training.run([["-c", MASKS]], [replica_training.environment("mirrored")], [ROOT])
    assert status == 0, text
