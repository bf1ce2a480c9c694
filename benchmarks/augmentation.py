"""Augmentation by OpenCV against Keras's own layers: `stages/python benchmarks/augmentation.py`.

Both turn, zoom, shift and relight batches of the small network's size, in turns in this process.
"""

import statistics
import time

import keras
import numpy as np
import tensorflow as tf

from misread.networks.augment import POLICIES

BATCH, SIZE, ROUNDS = 128, 40, 30

# The nearest to `label_safe` that Keras offers, compiled as in a training step.
PEER = keras.Sequential(
    [
        keras.layers.RandomRotation(10 / 360, fill_mode="constant"),
        keras.layers.RandomZoom((-0.23, 0.3), fill_mode="constant"),
        keras.layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),
        keras.layers.RandomContrast(0.6, value_range=(0, 255)),
        keras.layers.RandomBrightness(60 / 255, value_range=(0, 255)),
    ]
)


def main() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCH, SIZE, SIZE, 3), dtype=np.uint8)
    labels = rng.integers(0, 43, BATCH)
    peer = tf.function(lambda batch: PEER(batch, training=True))
    contestants = {
        "OpenCV": lambda: POLICIES["label_safe"](images, labels, rng),
        "Keras": lambda: peer(tf.constant(images, tf.float32)).numpy(),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for name in [*contestants] * (ROUNDS + 1):
        started = time.perf_counter()
        contestants[name]()
        times[name].append(time.perf_counter() - started)
    ours, theirs = (statistics.median(one[1:]) for one in times.values())  # the first round compiles
    print(f"A batch of {BATCH} at {SIZE} px: Keras's layers take {theirs / ours:.1f} times as long as OpenCV")


if __name__ == "__main__":
    main()
