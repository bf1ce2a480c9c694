"""Train a small classifier on real signs, generated ones, or both: train_student.py STUDENT.

A student is called after what it learns from:

* ``real``: the clean training images, as they are;
* ``label_safe``: the same, augmented;
* ``noise``: each image clean or noisy, at random, from the set that the noisy regime learns from;
* ``generated-REGIME``: images of the conditional GAN that learnt in this regime, alone;
* ``augmented-REGIME``: the clean training images and as many generated ones.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import stage
import training_sets
from misread import params
from misread.data import store
from misread.errors import MisreadError
from misread.gans import students
from misread.networks import prediction, saving

Lesson = tuple[list[np.ndarray], np.ndarray, str]


def lesson(student: str, settings: params.Params, learns: np.ndarray) -> Lesson:
    """Image sets, labels and augmentation policy of a student.

    Args:
        student: its name.
        settings: the parameters.
        learns: bool, ``(N,)``: rows of the training set that are not held out.

    Raises:
        MisreadError: there is no such student.

    """
    source, _, regime = student.partition("-")
    if source == "generated":
        images, labels = generated(regime)
        return [images], np.asarray(labels), "none"
    images, labels = real("clean", settings, learns)
    match source:
        case "real":
            return [images], labels, "none"
        case "label_safe":
            return [images], labels, "label_safe"
        case "noise":
            return [images, real("noisy", settings, learns).images], labels, "none"
        case "augmented":
            more = generated(regime)
            return [np.concatenate([images, more.images])], np.concatenate([labels, more.labels]), "none"
    raise MisreadError(
        f"student {student!r}: must be real, label_safe, noise, generated-REGIME or augmented-REGIME, as in dvc.yaml"
    )


def generated(regime: str) -> store.ImageSet:
    """The images of the conditional GAN."""
    return store.open_set(Path(f"data/generated/cgan-{regime}"))


def real(regime: str, settings: params.Params, rows: np.ndarray) -> store.ImageSet:
    """Training images of a regime."""
    [folder] = training_sets.folders(regime, settings.noise, settings.gan.image_size)
    images, labels = store.open_set(folder)
    return store.ImageSet(images[rows], labels[rows])


def main() -> None:
    [student] = sys.argv[1:]
    settings = params.load()
    network = settings.gan.student
    learns = ~pd.read_csv("data/clean/train.csv").validation.to_numpy()
    sets, labels, policy = lesson(student, settings, learns)
    steps = network.epochs * max(1, int(learns.sum()) // network.batch_size)
    model = students.train(network, sets, labels, steps, policy, settings.seed, settings.threads)
    held_out = prediction.table(model, *real("clean", settings, ~learns))
    summary = {
        "student": student,
        "images": sum(map(len, sets)),
        "steps": steps,
        "validation_images": len(held_out),
        "validation_accuracy": float((held_out.label == held_out.prediction).mean()),
    }
    with store.complete_or_absent(Path(f"models/students/{student}")) as folder:
        folder.mkdir()
        saving.save(model, folder / "model.keras")
        (folder / "training.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
