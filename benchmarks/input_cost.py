"""A training step with batches from the input pipeline, augmented, against one on a batch that lies in memory."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from contest import THREADS, Result, contest
from versus_pytorch import built

from misread import params
from misread.gtsrb import classes
from misread.training.augment import POLICIES
from misread.training.determinism import make_deterministic
from misread.training.input_pipeline import InputPipeline, dataset

ROUNDS, STEPS = 8, 15  # of so many steps


def results() -> list[Result]:
    """Each network, with the study's settings; a ratio of 1 is a pipeline that keeps up."""
    settings, found = params.load(), []
    make_deterministic(0, THREADS)
    rng = np.random.default_rng(0)
    for name in settings.networks.names:
        network = settings.networks[name]
        images = rng.integers(0, 256, (20 * network.batch_size, network.image_size, network.image_size, 3), np.uint8)
        labels = rng.integers(0, classes.COUNT, len(images))
        pipeline = InputPipeline(
            [images], labels, np.arange(len(images)), batch_size=network.batch_size, seed=0,
            policy=POLICIES[settings.train.augmentation],
        )  # fmt: skip
        model = built(name, network)
        model.make_train_function()
        one = images[: network.batch_size], labels[: network.batch_size]
        in_memory = iter(tf.data.Dataset.from_tensors(one).repeat())
        fed = iter(dataset(pipeline.training_batches, network.image_size, tf.data.INFINITE_CARDINALITY))
        found += contest(
            f"{name}, {STEPS} training steps of {network.batch_size} images, batch in memory",
            steps(model.train_function, in_memory),
            {"with the input pipeline": steps(model.train_function, fed)}, ROUNDS,
        )  # fmt: skip
    return found


def steps(train: Callable, batches) -> Callable[[], object]:
    """Some training steps in a row."""

    def run() -> None:
        for _ in range(STEPS):
            logs = train(batches)
        logs["loss"].numpy()

    return run
